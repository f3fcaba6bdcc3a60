/* resume.h - what an earlier run left in its CSV: the rows that need not be measured again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_RESUME_H
#define GCONV_RUN_RESUME_H

#include "gconv.h"

typedef struct {
  char **keys; /* of each row: benchmark, set and name; sorted */
  size_t count;
  size_t whole_bytes; /* of the file's beginning that is complete rows: a killed run may have torn the last one */
} resume_rows;

/* Reads the text of a CSV whose first row must be `header`. GCONV_INVALID if it is another, or no CSV. */
gconv_status resume_parse(resume_rows *r, const char *text, size_t size, const char *header);
/* The same of a file, which is then cut to its complete rows; a descriptor to append to, or -1 with a sentence. */
int resume_open(resume_rows *r, const char *path, const char *header);
bool resume_has(const resume_rows *r, const char *benchmark, const char *set, const char *name);
void resume_free(resume_rows *r);

#endif
