/* progress.c - units done, time gone and an estimate of the time left: units take about as long as each other,
 * because every benchmark is repeated for the same time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include "now.h"

#include <stdio.h>
#include <unistd.h>

progress_mode progress_default(void) { return isatty(STDERR_FILENO) ? PROGRESS_LINE : PROGRESS_NONE; }

void progress_start(progress *p, progress_mode mode, size_t total) {
  *p = (progress){.mode = mode, .total = total, .start = seconds_now()};
}

void progress_clear(progress *p) {
  if (p->drawn) fputs("\r\033[K", stderr);
  p->drawn = false;
}

void progress_unit(progress *p, const char *name) {
  if (p->mode == PROGRESS_NONE) return;
  progress_clear(p);
  const int gone = (int)(seconds_now() - p->start);
  char left[48] = "";
  if (p->done) {
    const int seconds = (int)((seconds_now() - p->start) / (double)p->done * (double)(p->total - p->done));
    snprintf(left, sizeof left, ", about %d:%02d left", seconds / 60, seconds % 60);
  }
  p->done++;
  fprintf(stderr, "[%zu/%zu] %d:%02d gone%s: %s", p->done, p->total, gone / 60, gone % 60, left, name);
  if (p->mode == PROGRESS_PLAIN) fputc('\n', stderr);
  p->drawn = p->mode == PROGRESS_LINE;
  fflush(stderr);
}
