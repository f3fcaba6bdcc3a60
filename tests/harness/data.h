/* data.h - deterministic test data. */
#ifndef GCONV_TESTS_DATA_H
#define GCONV_TESTS_DATA_H

#include "gconv.h"

/* Floats of both signs with magnitudes in [2^-6, 1): no zeros, no denormals, cancellation tested. */
void data_fill_real(float *values, int64_t count, uint64_t seed);
/* Integers in [-amplitude, amplitude], a share of them zero, so that `sum_terms` products stay below 2^24 in sum |a||b|. */
void data_fill_exact(float *values, int64_t count, uint64_t seed, int64_t sum_terms);

#endif
