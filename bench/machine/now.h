/* now.h - a steady clock in seconds, for everything that Google Benchmark does not time itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_NOW_H
#define GCONV_MACHINE_NOW_H

#include <time.h>

static inline double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
