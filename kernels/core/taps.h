/* taps.h - which outputs of a row a tap serves: those whose input lies inside the image. The same along both axes.
 *
 *   input of output o at tap k = o * stride + k * (dilation + 1) - pad
 *
 * The reference (impl/ref.c) computes it on its own, so that it shares no mistake with the kernels it judges;
 * impl/direct/run_of_vectors.h and impl/depthwise_sum.c do so inside their innermost functions, whose machine code
 * depends on how it is written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_TAPS_H
#define GCONV_CORE_TAPS_H

#include "core/integers.h"

/* [first, end); first == end where there are none. */
typedef struct {
  int first, end;
} gconv_range;

/* The input of output 0 at a tap; outside the image where it is negative. */
static inline int64_t gconv_tap_origin(int tap, int dilation, int pad) { return (int64_t)tap * (dilation + 1) - pad; }

/* Outputs of [0, out) whose input, origin + output * stride, lies in [0, in). */
static inline gconv_range gconv_outputs_inside(int64_t origin, int stride, int in, int out) {
  const int64_t first = origin < 0 ? gconv_ceil_div(-origin, stride) : 0;
  const int64_t end = origin < in ? gconv_ceil_div(in - origin, stride) : 0;
  const int last = (int)gconv_min64(end, out);
  return (gconv_range){(int)gconv_min64(first, last), last};
}

#endif
