/* joined.h - the repetitions of an earlier process (--join=FILE, its CSV), which those of this one join: where a
 * process happens to get its memory, and what its neighbours do meanwhile, can change all its times alike, and only
 * another process shows it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_JOINED_H
#define GCONV_RUN_JOINED_H

#include "samples.h"

typedef struct {
  char *benchmark; /* its name */
  sample *samples;
  int count;
} joined_row;

typedef struct {
  joined_row *rows; /* timed ones; sorted */
  size_t count;
  char *text; /* the file */
  size_t size;
} joined_rows;

/* Of a CSV of this version. GCONV_INVALID, with the line, where its rows do not hold what they say. */
gconv_status joined_read(joined_rows *j, const char *path);
/* Puts the repetitions of the benchmark, if there are any, at the beginning of the empty list. */
gconv_status joined_take(const joined_rows *j, const char *benchmark, sample_list *list);
/* Adds to a finished CSV the rows that it does not have: it is then complete on its own. False with errno. */
bool joined_complete(const joined_rows *j, const char *path);
void joined_free(joined_rows *j);

#endif
