/* clocks.h - may the clock be trusted that everything is timed with? CLOCK_MONOTONIC, which Google Benchmark and now.h
 * read, beside CLOCK_MONOTONIC_RAW, which no time server slews, and beside the processor's own counter: on a virtual
 * machine, or where the system has chosen another source, each of them can be off in a way of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_CLOCKS_H
#define GCONV_MACHINE_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  double cost_ns;     /* of a reading */
  double step_ns;     /* the smallest step seen between readings that differ */
  int backwards;      /* readings that were below the one before */
  bool has_tsc;       /* the counter of x86 */
  bool tsc_invariant; /* it runs at one rate whatever the core's frequency, and does not stop */
} clock_quality;

/* All clocks at one moment. */
typedef struct {
  double monotonic, raw; /* seconds */
  uint64_t tsc;
} clock_reading;

/* How they ran between two moments. */
typedef struct {
  double seconds;  /* of the raw clock */
  double slew_ppm; /* by how much CLOCK_MONOTONIC is faster */
  double tsc_ghz;  /* 0 where there is none */
} clock_rates;

clock_quality clocks_try(void);
clock_reading clocks_read(void);
clock_rates clocks_between(const clock_reading *a, const clock_reading *b);
/* By how much the counter was faster, against the raw clock, in `b` than in `a`; 0 without a counter. */
double clocks_tsc_drift_ppm(const clock_rates *a, const clock_rates *b);
/* True if nothing is wrong with them; else what is, as the end of a sentence. */
bool clocks_trusted(const clock_quality *q, const clock_rates *a, const clock_rates *b, char *why_not, size_t size);

#endif
