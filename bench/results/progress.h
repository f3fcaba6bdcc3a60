/* progress.h - how far the run is, on stderr: one line that is drawn over (terminal) or a line a unit (logs). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_PROGRESS_H
#define GCONV_RUN_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { PROGRESS_NONE, PROGRESS_PLAIN, PROGRESS_LINE } progress_mode;

typedef struct {
  progress_mode mode;
  size_t total, done;
  double start;
  bool drawn; /* a line is on the terminal that other output must not run into */
} progress;

progress_mode progress_default(void); /* a line if stderr is a terminal, else none */
void progress_start(progress *p, progress_mode mode, size_t total);
void progress_unit(progress *p, const char *name); /* a unit begins: what runs interleaved; the one before it is done */
void progress_clear(progress *p);

#endif
