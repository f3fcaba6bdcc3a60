/* bandwidth.h - the memory ceilings: bytes per second out of each level, measured, for each thread count. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_BANDWIDTH_H
#define GCONV_MACHINE_BANDWIDTH_H

#include "caches.h"
#include "options.h"
#include "spread.h"
#include "stream.h"

typedef struct {
  gconv_isa isa; /* whose vectors moved the data: the best there is */
  cache_levels caches;
  int count;
  int threads[OPTION_THREADS_MAX];
  size_t working_set[OPTION_THREADS_MAX][LEVELS]; /* bytes, of all threads together */
  spread gbps[OPTION_THREADS_MAX][LEVELS][STREAMS];
} bandwidth_table;

/* Which thread counts and working sets there are to measure on this machine, nothing measured yet. */
void bandwidth_prepare(bandwidth_table *table, const int *threads, int count);
/* Measures everything, about `seconds` for each level, thread count and kind. False with gconv_last_error() if there is
 * no memory for it; the table is then empty. */
bool bandwidth_measure(bandwidth_table *table, const int *threads, int count, double seconds);
/* GB/s of the fastest kind of access, 0 where nothing was measured. */
double bandwidth_best(const bandwidth_table *table, int threads, memory_level level);
/* Bursts that there was no memory for. */
int bandwidth_lost(const bandwidth_table *table);
void bandwidth_free(bandwidth_table *table);

#endif
