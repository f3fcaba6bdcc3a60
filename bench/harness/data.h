/* data.h - deterministic test data: element i depends on the seed and i alone, on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_DATA_H
#define GCONV_TESTS_DATA_H

#include "gconv.h"

/* An independent seed for each tensor of a case. */
uint64_t data_seed(uint64_t seed, int stream);

/* Floats of both signs with magnitudes in [2^-6, 1): no zeros, no denormals, cancellation tested. */
void data_fill_real(float *values, int64_t count, uint64_t seed);

/* Integers, an eighth of them zero, so small that `sum_terms` products (fewer than 2^24) sum to less than 2^24 in
 * magnitude: binary32 then holds every partial sum exactly, in any order. */
void data_fill_exact(float *values, int64_t count, uint64_t seed, int64_t sum_terms);

/* Integers times the smallest denormal number are denormal, and so are their products with integers and the sums of
 * these, all of them exact. */
void data_scale(float *values, int64_t count, float factor);

#endif
