/* data.c - test data from a counter-based generator (splitmix64: Steele, Lea and Flood, OOPSLA 2014): no state, so
 * loops may run in parallel and a value can be found again from its index. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "data.h"

#include <math.h>
#include <string.h>

enum { EXACT_BITS = 24, AMPLITUDE_MAX = 16 }; /* beyond 16 values would only be larger, not more telling */

static uint64_t random_bits(uint64_t seed, int64_t index) {
  uint64_t x = seed + ((uint64_t)index + 1) * 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
  x = (x ^ x >> 27) * 0x94d049bb133111ebu;
  return x ^ x >> 31;
}

uint64_t data_seed(uint64_t seed, int stream) { return random_bits(~seed, stream); }

/* Sign and mantissa at random, exponent uniform over the six binades below 1. */
void data_fill_real(float *values, int64_t count, uint64_t seed) {
  enum { BINADES = 6, EXPONENT_OF_ONE = 127, MANTISSA_BITS = 23 };
  for (int64_t i = 0; i < count; i++) {
    const uint64_t r = random_bits(seed, i);
    const uint32_t exponent = EXPONENT_OF_ONE - BINADES + (uint32_t)((r >> 32) % BINADES);
    const uint32_t bits =
        (uint32_t)r >> 31 << 31 | exponent << MANTISSA_BITS | ((uint32_t)r & ((1u << MANTISSA_BITS) - 1));
    memcpy(&values[i], &bits, sizeof bits);
  }
}

void data_fill_exact(float *values, int64_t count, uint64_t seed, int64_t sum_terms) {
  const int64_t room = (((int64_t)1 << EXACT_BITS) - 1) / sum_terms; /* for each |a||b| */
  const int amplitude = (int)fmin(sqrt((double)room), AMPLITUDE_MAX);
  for (int64_t i = 0; i < count; i++) {
    const uint64_t r = random_bits(seed, i);
    const int magnitude = 1 + (int)((r >> 32) % (uint64_t)amplitude);
    const bool zero = (r & 7) == 0; /* a kernel that skips zeros is tested too */
    values[i] = zero ? 0.0f : (float)(r & 8 ? magnitude : -magnitude);
  }
}

void data_scale(float *values, int64_t count, float factor) {
  for (int64_t i = 0; i < count; i++) values[i] *= factor;
}
