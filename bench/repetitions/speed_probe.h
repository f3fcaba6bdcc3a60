/* speed_probe.h - how fast the machine is at this moment, as shares of the best that the run has seen: multiply-adds,
 * and loads out of L2 and L3. A neighbour on the same core slows the first, one that shares a cache only the others,
 * and kernels follow now one, now the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SPEED_PROBE_H
#define GCONV_RUN_SPEED_PROBE_H

#include "bandwidth.h"
#include "peak.h"

#include <stdbool.h>

typedef enum { SPEED_FMA, SPEED_L2, SPEED_L3, SPEED_KINDS } speed_kind;

const char *speed_name(speed_kind kind); /* "fma", "l2", "l3" */

typedef struct {
  double share[SPEED_KINDS]; /* of the best so far; 1 where there is nothing to compare with */
} speed_reading;

/* Memory of its own, as tensors would find the caches of the next call emptied and filled by another's. */
typedef struct {
  char *base;
  size_t slice; /* of each thread */
  int slices;
  double best[OPTION_THREADS_MAX][SPEED_KINDS]; /* GFLOP/s, GB/s */
} speed_probe;

/* With what the ceilings say is the best. Without memory it knows of multiply-adds alone. */
void speed_probe_set_up(speed_probe *p, const bandwidth_table *bandwidths);
void speed_probe_free(speed_probe *p);

/* Half a millisecond at most. Leaves its own data in the caches: before a warm-up call, or after what is timed. */
speed_reading speed_probe_read(speed_probe *p, const peak_table *peaks, const bandwidth_table *bandwidths,
                               gconv_isa isa, int threads);
/* The slower of both in each kind. */
speed_reading speed_slower(speed_reading a, speed_reading b);
/* Clocks that fall as the processor warms up stay within the margins; a neighbour on the same core does not. Caches
 * that others share vary more. */
bool speed_slow(const speed_reading *r);       /* multiply-adds */
bool speed_slow_loads(const speed_reading *r); /* loads */

#endif
