/* dnnl_sample.h - a few elements of a convolution, computed one by one from numbers that follow from their place in
 * memory: whether a result is right is asked without a second convolution and without a second copy of the tensors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_SAMPLE_H
#define GCONV_COMMON_DNNL_SAMPLE_H

#include "common/dnnl_adapter.h"

/* Where the elements of the three tensors lie. */
typedef struct {
  gconv_problem problem;
  gconv_layout layout[GCONV_TENSORS];  /* of src and dst */
  const gconv_dnnl_blocking *blocking; /* of the weights; NULL: plain GOIHW */
} gconv_sample_view;

static inline uint32_t gconv_sample_scatter(uint32_t x) { /* murmur3's finaliser (Appleby, public domain) */
  x = (x ^ x >> 16) * 0x85ebca6bu;
  x = (x ^ x >> 13) * 0xc2b2ae35u;
  return x ^ x >> 16;
}

/* -2, -1, 1 or 2, so that sums are exact in binary32 and one lost product changes them. After a prime number of
 * elements they come again: no wrong place that a blocked loop may read is that far off, and most of a tensor is a
 * copy. */
enum { GCONV_SAMPLE_PERIOD = 65521 };
static inline float gconv_sample_value(gconv_tensor tensor, int64_t offset) {
  const uint32_t bits = gconv_sample_scatter((uint32_t)(offset % GCONV_SAMPLE_PERIOD) * 4u + (uint32_t)tensor);
  return (float)(1 + (bits & 1)) * (bits & 2 ? 1.0f : -1.0f);
}
void gconv_sample_fill(gconv_tensor tensor, float *data, int64_t count); /* of each element, by its number */

/* Are those of some elements of the written tensor, spread over it, what src, wei and dst filled with
 * gconv_sample_value make them? `slack`: the share of the sum of magnitudes that they may be off even where sums are
 * exact, for transforms. */
bool gconv_sample_is_right(const gconv_sample_view *view, const float *written, double slack);

#endif
