/* clock.h - the stage clock as kernels use it: t = gconv_tick(clock); ...; gconv_tock(clock, thread, stage, t) on the
 * thread that did the work, or gconv_tock_all(clock, stage, t) around work that started a team of its own; and the time
 * as planning reads it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_CLOCK_H
#define GCONV_CORE_CLOCK_H

#include "gconv.h"

#include <time.h>

/* Of a clock that never goes back. */
static inline uint64_t gconv_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline double gconv_seconds_since(uint64_t start) { return 1e-9 * (double)(gconv_now_ns() - start); }

static inline uint64_t gconv_tick(const gconv_clock *clock) { return clock ? gconv_now_ns() : 0; }

static inline void gconv_tock(gconv_clock *clock, int thread, gconv_stage stage, uint64_t start) {
  if (!clock) return;
  clock->lane[thread].ns[stage] += gconv_tick(clock) - start;
  clock->lane[thread].calls[stage]++;
}

/* Enters the stage in every lane: all threads were in it, so that the mean over the lanes stays wall time. */
static inline void gconv_tock_all(gconv_clock *clock, gconv_stage stage, uint64_t start) {
  if (!clock) return;
  const uint64_t ns = gconv_tick(clock) - start;
  for (int thread = 0; thread < clock->lanes; thread++) {
    clock->lane[thread].ns[stage] += ns;
    clock->lane[thread].calls[stage]++;
  }
}

#endif
