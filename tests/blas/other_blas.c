/* other_blas.c - a BLAS as LD_PRELOAD would bring it: its cblas_sgemm is the loader's first, and hands on to the
 * next. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>

typedef void sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda,
                   const float *b, int ldb, float beta, float *c, int ldc);

sgemm cblas_sgemm;

void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float *a, int lda,
                 const float *b, int ldb, float beta, float *c, int ldc) {
  sgemm *next;
  *(void **)&next = dlsym(RTLD_NEXT, "cblas_sgemm"); /* POSIX's way to get a function from an object pointer */
  next(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
