/* stages.h - where the time of a call goes, by the kernel's own stage clock. A run of its own: the clock is read
 * between the stages, which headline times must not pay for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_STAGES_H
#define GCONV_RUN_STAGES_H

#include "callable.h"
#include "gbench.h"

/* Nanoseconds of one call; stages and other_ns add up to total_ns. */
typedef struct {
  double ns[GCONV_STAGES]; /* mean over the threads */
  double other_ns;         /* in no stage: starting threads, waiting for the slowest, reading the clock */
  double total_ns;         /* wall time */
  double clock_ns;         /* what reading the clock cost, estimated: about this much longer than a headline call */
} stage_times;

/* Nanoseconds for reading the clock at the start and the end of one stage. */
double stages_clock_ns(void);
/* Of a few repetitions the one with the median time, about as long each as a headline repetition, all in `budget`
 * seconds. `clock_ns`: of one stage. */
gconv_status stages_time(const callable *work, double call_seconds, double budget, double clock_ns, stage_times *times);
void stages_report(const stage_times *times, gbench_state *state);

#endif
