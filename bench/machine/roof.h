/* roof.h - the roofline: what the machine allows a problem, arithmetic or memory. An upper bound, so every doubt is
 * decided in the machine's favour: each byte moves once, at the best bandwidth seen, and every level holds as much of
 * the tensors as it has room for: what does not fit into L1 comes from L2, the rest from L3 and so on. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_ROOF_H
#define GCONV_MACHINE_ROOF_H

#include "bandwidth.h"

typedef struct {
  double intensity;  /* FLOP a byte of src, wei and dst moved once */
  double attainable; /* GFLOP/s; 0 where nothing was measured */
  const char *bound; /* "peak", or, where memory allows less, the farthest level that is needed */
} roof;

/* `from_memory` of the bytes are not in any cache, whatever their number. `peak` in GFLOP/s. */
roof roof_of(const bandwidth_table *table, const gconv_counts *counts, int threads, int64_t from_memory, double peak);

#endif
