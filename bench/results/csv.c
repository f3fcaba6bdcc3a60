/* csv.c - rows as text, by a table of the columns: name, kind, place in csv_row. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  const char *name;
  csv_kind kind;
  size_t offset;
} column;

static const column columns[] = {
#define COLUMN(kind, name, nothing) {#name, CSV_##kind, offsetof(csv_row, name)},
#include "columns.inc"
#undef COLUMN
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const csv_row csv_empty_row = {
#define COLUMN(kind, name, nothing) .name = (nothing),
#include "columns.inc"
#undef COLUMN
};

static void put_text(FILE *out, const char *text) {
  if (!text[strcspn(text, ",\"\r\n")]) {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (; *text; text++) fputs(*text == '"' ? "\"\"" : (const char[]){*text, 0}, out);
  fputc('"', out);
}

static void put_field(FILE *out, const column *c, const csv_row *row) {
  const void *field = (const char *)row + c->offset;
  if (c->kind == CSV_TEXT) {
    const char *text = *(const char *const *)field;
    if (text) put_text(out, text);
  } else if (c->kind == CSV_INTEGER) {
    const int64_t value = *(const int64_t *)field;
    if (value >= 0) fprintf(out, "%lld", (long long)value);
  } else {
    const double value = *(const double *)field;
    if (!isnan(value)) fprintf(out, c->kind == CSV_REAL ? "%.6g" : "%.1f", value);
  }
}

char *csv_line(const csv_row *row, size_t *length) {
  char *line = NULL;
  FILE *out = open_memstream(&line, length);
  if (!out) return NULL;
  for (int i = 0; i < COLUMNS; i++) {
    if (i) fputc(',', out);
    if (row)
      put_field(out, &columns[i], row);
    else
      fputs(columns[i].name, out);
  }
  fputc('\n', out);
  const bool whole = !ferror(out); /* closing says nothing of text that found no memory */
  if (!fclose(out) && whole) return line;
  free(line);
  return NULL;
}

char *csv_header(void) { return csv_line(NULL, &(size_t){0}); }

/* Best effort: without it a reader meets half a line. */
static void cut_back(int file, ssize_t bytes) {
  const off_t at = lseek(file, 0, SEEK_CUR);
  if (at > bytes && ftruncate(file, at - bytes)) return;
}

/* One write call a line: a process that is killed leaves no half of one, and a disk that is full keeps none. */
static void write_line(csv_file *csv, const csv_row *row) {
  size_t length;
  char *line = csv_line(row, &length);
  errno = line ? 0 : ENOMEM;
  const ssize_t written = line ? write(csv->file, line, length) : 0;
  free(line);
  if (errno || written != (ssize_t)length) csv->error = errno ? errno : ENOSPC;
  if (csv->error && written > 0) cut_back(csv->file, written);
}

bool csv_open(csv_file *csv, const char *path) {
  *csv = (csv_file){.file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
  return csv->file >= 0 && csv_begin(csv);
}

bool csv_begin(csv_file *csv) {
  write_line(csv, NULL);
  errno = csv->error;
  return !csv->error;
}

void csv_write(csv_file *csv, const csv_row *row) {
  if (csv->file >= 0 && !csv->error) write_line(csv, row);
}

void csv_lose(csv_file *csv) {
  if (csv->file >= 0 && !csv->error) csv->error = ENOMEM;
}

bool csv_close(csv_file *csv) {
  if (csv->file >= 0 && close(csv->file) && !csv->error) csv->error = errno;
  csv->file = -1;
  errno = csv->error;
  return !csv->error;
}
