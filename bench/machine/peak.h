/* peak.h - the arithmetic ceiling behind pct_peak: multiply-adds per second that this machine really does, measured,
 * for each ISA and thread count. Data-sheet figures assume clocks that neither a virtual machine nor AVX-512 keeps. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_PEAK_H
#define GCONV_MACHINE_PEAK_H

#include "options.h"
#include "spread.h"

typedef struct {
  int count;
  int threads[OPTION_THREADS_MAX];
  spread gflops[OPTION_THREADS_MAX][GCONV_ISAS]; /* every burst so far */
} peak_table;

void peak_init(peak_table *table, const int *threads, int count);
/* Probes every thread count with every ISA of the mask, `seconds` each. Machines drift: repeat it now and then. */
void peak_probe(peak_table *table, unsigned isa_mask, double seconds);
/* The bursts of one ISA and thread count; NULL for a thread count that is not in the table. */
spread *peak_spread(peak_table *table, gconv_isa isa, int threads);
/* The largest burst so far, 0 where none ran. */
double peak_gflops(const peak_table *table, gconv_isa isa, int threads);
/* Bursts that there was no memory for. */
int peak_lost(const peak_table *table);
void peak_free(peak_table *table);

#endif
