/* clocks.c - reading the clocks beside each other. A rate needs a while between two readings: the caller has other
 * things to measure meanwhile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clocks.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

enum { READINGS = 20000, TRIES = 16 };

/* A tenth of a percent is what no comparison here can see; time servers slew by half of it at most. */
static const double tolerable_ppm = 1000;
/* A thousandth of a stage of a millisecond: clocks that are read through the system or a device take as long. */
static const double tolerable_ns = 1000;

static int64_t ns_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t read_tsc(void) {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return 0;
#endif
}

static void find_tsc(clock_quality *q) {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  q->has_tsc = __get_cpuid(1, &a, &b, &c, &d) && d & 1u << 4;
  q->tsc_invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8;
#else
  (void)q;
#endif
}

clock_quality clocks_try(void) {
  clock_quality q = {.step_ns = INFINITY};
  find_tsc(&q);
  const int64_t start = ns_of(CLOCK_MONOTONIC);
  int64_t last = start;
  for (int i = 0; i < READINGS; i++) {
    const int64_t now = ns_of(CLOCK_MONOTONIC);
    if (now < last) q.backwards++;
    if (now > last) q.step_ns = fmin(q.step_ns, (double)(now - last));
    last = now;
  }
  q.cost_ns = (double)(last - start) / READINGS;
  return q;
}

/* Of a few tries the one that took least: what comes between the readings makes them differ. */
clock_reading clocks_read(void) {
  clock_reading best = {0};
  int64_t least = INT64_MAX;
  for (int i = 0; i < TRIES; i++) {
    const int64_t before = ns_of(CLOCK_MONOTONIC_RAW);
    const uint64_t tsc = read_tsc();
    const int64_t monotonic = ns_of(CLOCK_MONOTONIC), after = ns_of(CLOCK_MONOTONIC_RAW);
    if (after - before >= least) continue;
    least = after - before;
    best = (clock_reading){1e-9 * (double)monotonic, 0.5e-9 * (double)before + 0.5e-9 * (double)after, tsc};
  }
  return best;
}

clock_rates clocks_between(const clock_reading *a, const clock_reading *b) {
  const double seconds = b->raw - a->raw;
  return (clock_rates){.seconds = seconds,
                       .slew_ppm = 1e6 * ((b->monotonic - a->monotonic) / seconds - 1),
                       .tsc_ghz = 1e-9 * (double)(b->tsc - a->tsc) / seconds};
}

double clocks_tsc_drift_ppm(const clock_rates *a, const clock_rates *b) {
  return a->tsc_ghz > 0 ? 1e6 * (b->tsc_ghz / a->tsc_ghz - 1) : 0;
}

bool clocks_trusted(const clock_quality *q, const clock_rates *a, const clock_rates *b, char *why_not, size_t size) {
  const double slew = fabs(a->slew_ppm) > fabs(b->slew_ppm) ? a->slew_ppm : b->slew_ppm;
  const double drift = clocks_tsc_drift_ppm(a, b);
  *why_not = 0;
  if (q->backwards)
    snprintf(why_not, size, "it went backwards %d times in %d readings", q->backwards, READINGS);
  else if (q->cost_ns > tolerable_ns)
    snprintf(why_not, size, "a reading takes %.0f ns", q->cost_ns);
  else if (!(q->step_ns <= tolerable_ns))
    snprintf(why_not, size, "it moves in steps of %.0f ns", q->step_ns);
  else if (!(fabs(slew) <= tolerable_ppm))
    snprintf(why_not, size, "it runs %.0f ppm faster than CLOCK_MONOTONIC_RAW", slew);
  else if (q->has_tsc && q->tsc_invariant && !(fabs(drift) <= tolerable_ppm))
    snprintf(why_not, size,
             "the processor's counter, which is invariant, ran %.0f ppm faster against it than just before", drift);
  return !*why_not;
}
