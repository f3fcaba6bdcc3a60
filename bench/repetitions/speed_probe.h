/* canary.h - how fast the machine is at this moment, as shares of the best that the run has seen: multiply-adds, and
 * loads out of L2 and L3. A neighbour on the same core slows the first, one that shares a cache only the others, and
 * kernels follow now one, now the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CANARY_H
#define GCONV_RUN_CANARY_H

#include "bandwidth.h"
#include "peak.h"

#include <stdbool.h>

typedef enum { CANARY_FMA, CANARY_L2, CANARY_L3, CANARIES } canary_kind;

const char *canary_name(canary_kind kind); /* "fma", "l2", "l3" */

typedef struct {
  double share[CANARIES]; /* of the best so far; 1 where there is nothing to compare with */
} canary_reading;

/* Memory of its own, as tensors would find the caches of the next call emptied and filled by another's. */
typedef struct {
  char *base;
  size_t slice; /* of each thread */
  int slices;
  double best[OPTION_THREADS_MAX][CANARIES]; /* GFLOP/s, GB/s */
} canary;

/* With what the ceilings say is the best. Without memory it sings of multiply-adds alone. */
void canary_set_up(canary *c, const bandwidth_table *bandwidths);
void canary_free(canary *c);

/* Half a millisecond at most. Leaves its own data in the caches: before a warm-up call, or after what is timed. */
canary_reading canary_read(canary *c, const peak_table *peaks, const bandwidth_table *bandwidths, gconv_isa isa,
                           int threads);
/* The slower of both in each kind. */
canary_reading canary_worse(canary_reading a, canary_reading b);
/* Clocks that fall as the processor warms up stay within the margins; a neighbour on the same core does not. Caches
 * that others share vary more. */
bool canary_slow(const canary_reading *r);       /* multiply-adds */
bool canary_slow_loads(const canary_reading *r); /* loads */

#endif
