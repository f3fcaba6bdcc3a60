/* saturate.h - counts of problems nobody can run: they end at INT64_MAX, as they are reported and not indexed with. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_SATURATE_H
#define GCONV_CORE_SATURATE_H

#include <stdint.h>

/* Both at least 0. */
static inline int64_t gconv_saturated_product(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static inline int64_t gconv_saturated_sum(int64_t a, int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

#endif
