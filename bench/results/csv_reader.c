/* csv_reader.c - one field after the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "csv_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

csv_field_end csv_next_field(csv_reader *r) {
  char *out = r->field;
  bool quoted = r->at < r->end && *r->at == '"';
  r->at += quoted;
  for (; r->at < r->end; r->at++) {
    const char c = *r->at;
    const bool twice = c == '"' && r->at + 1 < r->end && r->at[1] == '"';
    if (quoted && c == '"') {
      if (twice)
        *out++ = *r->at++;
      else
        quoted = false;
    } else if (!quoted && (c == ',' || c == '\n')) {
      r->at++;
      *out = 0;
      return c == ',' ? CSV_FIELD : CSV_LAST_FIELD;
    } else {
      *out++ = c;
    }
  }
  return CSV_TORN;
}

void csv_find_columns(csv_reader *r, const char *const *names, int count, int *column_of) {
  csv_field_end end = CSV_FIELD;
  for (int i = 0; i < count; i++) column_of[i] = -1;
  for (int column = 0; end == CSV_FIELD; column++) {
    end = csv_next_field(r);
    for (int i = 0; i < count && end != CSV_TORN; i++)
      if (!strcmp(r->field, names[i])) column_of[i] = column;
  }
}

char *csv_read_file(int file, size_t *size) {
  struct stat info;
  if (fstat(file, &info)) return NULL;
  char *text = malloc((size_t)info.st_size + 1);
  ssize_t got = 1;
  for (*size = 0; text && got > 0 && *size < (size_t)info.st_size; *size += (size_t)got) {
    got = read(file, text + *size, (size_t)info.st_size - *size);
    if (got < 0) {
      free(text);
      return NULL;
    }
  }
  return text;
}
