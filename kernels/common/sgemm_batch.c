/* sgemm_batch.c - batched SGEMM over cblas_sgemm_batch or LIBXSMM, whichever the build found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/sgemm_batch.h"
#include "common/blas.h"
#include "common/cblas_vendor.h"
#include "common/sgemm.h"
#include "core/error.h"

#include <stdio.h>

#if GCONV_BATCH_CBLAS

int gconv_sgemm_batch_describe(char *text, size_t size) {
  const int used = gconv_blas_print(text, size);
  return used < (int)size ? used + snprintf(text + used, size - (size_t)used, ", cblas_sgemm_batch") : used;
}

gconv_status gconv_sgemm_batch_prepare(gconv_sgemm_batch *shape, int threads) {
  (void)shape;
  return gconv_sgemm_prepare(threads);
}

/* The interface that every vendor has takes arrays of pointers. */
size_t gconv_sgemm_batch_scratch(int count) { return 3 * (size_t)count * sizeof(float *); }

void gconv_sgemm_batch_run(const gconv_sgemm_batch *s, int count, const float *a, const float *b, float *c,
                           void *scratch) {
  const float **as = scratch, **bs = as + count;
  float **cs = (float **)(bs + count);
  for (int i = 0; i < count; i++) {
    as[i] = a + i * s->stride_a;
    bs[i] = b + i * s->stride_b;
    cs[i] = c + i * s->stride_c;
  }
  CBLAS_TRANSPOSE order = CblasNoTrans;
  blas_int m = s->m, n = s->n, k = s->k, lda = s->lda, ldb = s->ldb, ldc = s->ldc, size = count;
  const float one = 1.0f, zero = 0.0f;
  cblas_sgemm_batch(CblasRowMajor, &order, &order, &m, &n, &k, &one, as, &lda, bs, &ldb, &zero, cs, &ldc, 1, &size);
}

#elif GCONV_BATCH_XSMM

#include <libxsmm.h>

int gconv_sgemm_batch_describe(char *text, size_t size) {
  return snprintf(text, size, "LIBXSMM %d.%d (%s)", LIBXSMM_VERSION_MAJOR, LIBXSMM_VERSION_MINOR,
                  libxsmm_get_target_arch());
}

/* LIBXSMM is column-major: a row-major product is the product of the exchanged factors. Its own batch call looks the
 * kernel up each time and hands large shapes back to a BLAS; asking for the kernel does neither. */
gconv_status gconv_sgemm_batch_prepare(gconv_sgemm_batch *s, int threads) {
  (void)threads;
  const float one = 1.0f, zero = 0.0f;
  const int flags = LIBXSMM_GEMM_FLAG_NONE, prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
  s->generated =
      (void (*)(void))libxsmm_smmdispatch(s->n, s->m, s->k, &s->ldb, &s->lda, &s->ldc, &one, &zero, &flags, &prefetch);
  if (s->generated) return GCONV_OK;
  return gconv_error(GCONV_UNSUPPORTED, "LIBXSMM has no kernel for %d x %d x %d on %s", s->m, s->n, s->k,
                     libxsmm_get_target_arch());
}

size_t gconv_sgemm_batch_scratch(int count) {
  (void)count;
  return 0;
}

void gconv_sgemm_batch_run(const gconv_sgemm_batch *s, int count, const float *a, const float *b, float *c,
                           void *scratch) {
  (void)scratch;
  const libxsmm_smmfunction multiply = (libxsmm_smmfunction)s->generated;
  for (int i = 0; i < count; i++) multiply(b + i * s->stride_b, a + i * s->stride_a, c + i * s->stride_c);
}

#else

int gconv_sgemm_batch_describe(char *text, size_t size) { return snprintf(text, size, "not in this build"); }

#endif
