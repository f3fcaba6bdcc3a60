/* sgemm_batch.h - many products of one shape in one call: what a batched or strided SGEMM offers.
 *
 * The BLAS's own cblas_sgemm_batch where it has one (MKL, BLIS, newer OpenBLAS), else LIBXSMM, whose kernel for the
 * shape is generated while planning. Sequential, as gconv_sgemm is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_SGEMM_BATCH_H
#define GCONV_COMMON_SGEMM_BATCH_H

#include "gconv_kernel.h"

/* Row-major c_i[m x n] = a_i[m x k] * b_i[k x n]; matrix i begins i strides after the first. */
typedef struct {
  int m, n, k;
  int lda, ldb, ldc;
  int64_t stride_a, stride_b, stride_c;
  void (*generated)(void); /* LIBXSMM's kernel */
} gconv_sgemm_batch;

/* Completes a shape for `gconv_sgemm_batch_run`, which so many threads call. */
gconv_status gconv_sgemm_batch_prepare(gconv_sgemm_batch *shape, int threads);
/* Scratch that a call with `count` products needs. */
size_t gconv_sgemm_batch_scratch(int count);
void gconv_sgemm_batch_run(const gconv_sgemm_batch *shape, int count, const float *a, const float *b, float *c,
                           void *scratch);
/* Who multiplies: "LIBXSMM 1.17 (cpx)", "MKL cblas_sgemm_batch". */
int gconv_sgemm_batch_describe(char *text, size_t size);

#endif
