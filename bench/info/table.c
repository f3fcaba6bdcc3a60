/* table.c - cells are kept until all are known, because a column is as wide as its widest cell. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 16, GAP = 2 };

void table_start(table *t, size_t columns, const char *const *header) {
  *t = (table){.columns = columns, .no_memory = columns > MAX_COLUMNS};
  for (size_t i = 0; i < columns; i++) table_add(t, "%s", header[i]);
}

void table_add(table *t, const char *format, ...) {
  if ((t->count & (t->count - 1)) == 0) { /* full at every power of two */
    char **cells = realloc(t->cells, (t->count ? 2 * t->count : 1) * sizeof *cells);
    t->no_memory |= !cells;
    if (!cells) return;
    t->cells = cells;
  }
  va_list args;
  va_start(args, format);
  char *cell;
  if (vasprintf(&cell, format, args) < 0)
    t->no_memory = true;
  else
    t->cells[t->count++] = cell;
  va_end(args);
}

static bool complete(const table *t) {
  if (t->no_memory) fprintf(stderr, "gconv-info: no memory for a table of %zu cells\n", t->count);
  return !t->no_memory;
}

bool table_print(const table *t) {
  if (!complete(t)) return false;
  size_t widest[MAX_COLUMNS] = {0};
  for (size_t i = 0; i < t->count; i++) {
    const size_t length = strlen(t->cells[i]);
    if (length > widest[i % t->columns]) widest[i % t->columns] = length;
  }
  for (size_t i = 0; i < t->count; i++) {
    const bool last = i % t->columns == t->columns - 1;
    printf("%-*s%s", last ? 0 : (int)widest[i % t->columns] + GAP, t->cells[i], last ? "\n" : "");
  }
  return true;
}

static void print_csv_cell(const char *cell) {
  const bool quote = strpbrk(cell, ",\"\r\n");
  if (quote) putchar('"');
  for (; *cell; cell++) {
    if (*cell == '"') putchar('"');
    putchar(*cell);
  }
  if (quote) putchar('"');
}

bool table_print_csv(const table *t) {
  if (!complete(t)) return false;
  for (size_t i = 0; i < t->count; i++) {
    print_csv_cell(t->cells[i]);
    putchar(i % t->columns == t->columns - 1 ? '\n' : ',');
  }
  return true;
}

void table_free(table *t) {
  for (size_t i = 0; i < t->count; i++) free(t->cells[i]);
  free(t->cells);
  *t = (table){0};
}

const char *digits(int64_t number, char text[DIGITS_MAX]) {
  char plain[DIGITS_MAX];
  const int length = snprintf(plain, sizeof plain, "%lld", (long long)number);
  const int first = plain[0] == '-';
  char *out = text;
  for (int i = 0; i < length; i++) {
    if (i > first && (length - i) % 3 == 0) *out++ = ',';
    *out++ = plain[i];
  }
  *out = 0;
  return text;
}
