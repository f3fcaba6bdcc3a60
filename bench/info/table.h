/* table.h - rows of text cells, printed aligned for people or as CSV for programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_TABLE_H
#define GCONV_INFO_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t columns, count;
  char **cells; /* row after row, the first one the header */
  bool no_memory;
} table;

void table_start(table *t, size_t columns, const char *const *header);
/* Appends one cell; a row is full after `columns` of them. */
void table_add(table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* These return false, after a sentence on stderr, if a cell could not be stored. */
bool table_print(const table *t);     /* columns two spaces apart */
bool table_print_csv(const table *t); /* as RFC 4180: cells with a comma, quote or line break are quoted */
void table_free(table *t);

enum { DIGITS_MAX = 32 };
/* 147456 as "147,456". Returns `text`. */
const char *digits(int64_t number, char text[DIGITS_MAX]);

#endif
