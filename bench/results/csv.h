/* csv.h - results as tidy rows (RFC 4180), each written at once: a killed run leaves a valid file of what was measured.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CSV_H
#define GCONV_RUN_CSV_H

#include "gconv.h"

typedef const char *csv_TEXT;
typedef int64_t csv_INTEGER;
typedef double csv_REAL, csv_NANOSECONDS;
typedef enum { CSV_TEXT, CSV_INTEGER, CSV_REAL, CSV_NANOSECONDS } csv_kind; /* nanoseconds: with one decimal */

/* One row: a field a column. Texts may be NULL, integers negative and reals NaN where there is nothing to say: the
 * field is then empty. */
typedef struct {
#define COLUMN(kind, name, nothing) csv_##kind name;
#include "columns.inc"
#undef COLUMN
} csv_row;

extern const csv_row csv_empty_row;

/* Rows in memory, as a file has them. */
typedef struct {
  char *text;
  size_t size;
  bool lost; /* there was no memory for some */
} csv_text;

typedef struct {
  int file;  /* -1: none */
  int error; /* errno of the first write that failed */
} csv_file;

/* Creates or empties the file and writes the header. False with errno. */
bool csv_open(csv_file *csv, const char *path);
/* The header, into a file that is open and empty. */
bool csv_begin(csv_file *csv);
/* A row, or without one the header, with its line end; to be freed, NULL without memory. */
char *csv_line(const csv_row *row, size_t *length);
char *csv_header(void); /* as written, for whoever reads the file again; to be freed, NULL without memory */
void csv_write(csv_file *csv, const csv_row *row);
/* There was no memory for what a row should say: as a failed write, from which on nothing is written. */
void csv_lose(csv_file *csv);
/* False with errno if anything could not be written. */
bool csv_close(csv_file *csv);

#endif
