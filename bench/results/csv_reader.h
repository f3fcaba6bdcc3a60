/* csv_reader.h - reads back what csv.h writes. RFC 4180: a field in quotes may hold commas and line ends, two quotes in
 * it stand for one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CSV_READER_H
#define GCONV_RUN_CSV_READER_H

#include <stddef.h>

typedef struct {
  const char *at, *end;
  char *field; /* unquoted; as large as the whole text */
} csv_reader;

typedef enum { CSV_FIELD, CSV_LAST_FIELD /* of its row */, CSV_TORN /* the text ends in it */ } csv_field_end;

csv_field_end csv_next_field(csv_reader *r);
/* Reads the header: column_of[i] becomes the column that is called names[i], -1 if there is none. */
void csv_find_columns(csv_reader *r, const char *const *names, int count, int *column_of);
/* The whole file, to be freed; NULL with errno. */
char *csv_read_file(int file, size_t *size);

#endif
