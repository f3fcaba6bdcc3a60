/* line.h - lines of text files that people and other programs wrote: what may be in them is decided in one place. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_LINE_H
#define GCONV_BENCH_LINE_H

#include "gconv.h"

#include <stdio.h>

enum { LINE_LONGEST = 1 << 16 }; /* bytes, joined lines together: no file is read into memory at once */

typedef struct {
  FILE *file;
  char *text;  /* the line, without comment, end and mark of UTF-8; of lines that a backslash joins, all */
  long number; /* of its first line in the file, from 1; 0 before the first */
  long read;   /* lines so far */
} line_reader;

/* GCONV_NO_MEMORY where there is none. The file remains the caller's. */
gconv_status line_begin(line_reader *r, FILE *file);
/* Reads the next line, or puts `more` to false at the file's end. */
gconv_status line_next(line_reader *r, bool *more);
void line_end(line_reader *r);

#endif
