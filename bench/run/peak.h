/* peak.h - the arithmetic ceiling behind pct_peak: multiply-adds per second that this machine really does, measured,
 * for each ISA and thread count. Data-sheet figures assume clocks that neither a virtual machine nor AVX-512 keeps. */
#ifndef GCONV_RUN_PEAK_H
#define GCONV_RUN_PEAK_H

#include "options.h"

typedef struct {
  int count;
  int threads[OPTION_THREADS_MAX];
  double gflops[OPTION_THREADS_MAX][GCONV_ISAS]; /* the largest probe so far, 0 where none ran */
} peak_table;

void peak_init(peak_table *table, const int *threads, int count);
/* Probes every thread count with every ISA of the mask, `seconds` each. Machines drift: repeat it now and then. */
void peak_probe(peak_table *table, unsigned isa_mask, double seconds);
double peak_gflops(const peak_table *table, gconv_isa isa, int threads);

#endif
