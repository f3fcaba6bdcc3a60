/* integers.h - arithmetic on sizes that every part needs. Sizes are int, products and sums of them int64_t. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_INTEGERS_H
#define GCONV_CORE_INTEGERS_H

#include <stdint.h>

static inline int gconv_min(int a, int b) { return a < b ? a : b; }
static inline int gconv_max(int a, int b) { return a > b ? a : b; }
static inline int64_t gconv_min64(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t gconv_max64(int64_t a, int64_t b) { return a > b ? a : b; }

/* a >= 0, b > 0; a + b fits. */
static inline int64_t gconv_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
/* Greatest common divisor. */
static inline int gconv_gcd(int a, int b) { return b ? gconv_gcd(b, a % b) : a; }

/* The smallest multiple of b that is at least a. */
static inline int64_t gconv_round_up(int64_t a, int64_t b) { return gconv_ceil_div(a, b) * b; }

#endif
