/* deadline.h - --minutes: when a run has to be over. Each benchmark then gets its share of the time that is left, less
 * what preparing one has taken so far, so that problems at the end get as much as those at the beginning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_DEADLINE_H
#define GCONV_RUN_DEADLINE_H

#include "phases.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  double minutes; /* asked for; 0: as long as it takes */
  double end;     /* as seconds_now() counts */
  size_t left;    /* benchmarks whose problem has not begun */
  size_t begun;
  double most; /* seconds for the repetitions of a benchmark, whatever is left */
} deadline;

/* The clock of the run started at `start`; from here on `benchmarks` are to be run. */
void deadline_start(deadline *d, double start, size_t benchmarks, double most);
bool deadline_over(const deadline *d);
/* The seconds for the repetitions of each of `benchmarks` that begin together. */
double deadline_budget(deadline *d, size_t benchmarks, const phase_clock *phases);

#endif
