/* sgemm.h - the one matrix product the kernels use: row-major SGEMM, sequential inside one OpenMP thread.
 *
 * Kernels split their work over threads themselves, so the BLAS must not start threads of its own: neither in a team
 * (it would oversubscribe) nor in a team of one (a run asked to use one thread would use all). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_SGEMM_H
#define GCONV_COMMON_SGEMM_H

#include "gconv_kernel.h"

typedef enum { GCONV_AS_IS, GCONV_TRANSPOSED } gconv_order;

/* A matrix in memory: rows `ld` elements apart; the order says whether it enters the product transposed. */
typedef struct {
  const float *data;
  int ld;
  gconv_order order;
} gconv_matrix;

/* c[m x n] = a[m x k] * b[k x n], plus c itself if `accumulate`; rows of c are `ldc` elements apart. */
typedef struct {
  int m, n, k;
  gconv_matrix a, b;
  float *c;
  int ldc;
  bool accumulate;
} gconv_product;

void gconv_sgemm(const gconv_product *product);

/* Once while planning: settings that a BLAS keeps for the whole process. */
gconv_status gconv_sgemm_prepare(int threads);
/* Around a thread's products: settings that a BLAS keeps for each thread. `leave` takes what `enter` returned. */
int gconv_sgemm_enter(void);
void gconv_sgemm_leave(int before);

/* NULL, or why the matrices of this problem do not fit a BLAS with 32-bit sizes. */
const char *gconv_sgemm_refuses(const gconv_problem *problem);

#endif
