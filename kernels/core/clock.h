/* clock.h - the stage clock as kernels use it: t = gconv_tick(clock); ...; gconv_tock(clock, thread, stage, t). */
#ifndef GCONV_CORE_CLOCK_H
#define GCONV_CORE_CLOCK_H

#include "gconv.h"

#include <time.h>

static inline uint64_t gconv_tick(const gconv_clock *clock) {
  if (!clock) return 0;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void gconv_tock(gconv_clock *clock, int thread, gconv_stage stage, uint64_t start) {
  if (!clock) return;
  clock->lane[thread].ns[stage] += gconv_tick(clock) - start;
  clock->lane[thread].calls[stage]++;
}

#endif
