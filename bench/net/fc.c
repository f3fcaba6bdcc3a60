/* fc.c - fully connected layers through CBLAS. The rows of the weights are cut into the same pieces for any number of
 * threads, so that the BLAS sees the same products and gives the same sums. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ops.h"

#include "common/sgemm.h"
#include "core/parallel.h"

typedef struct {
  const tensor *in, *out;
  const float *wei, *bias;
  bool relu;
} fc_job;

enum { PIECE = 64 }; /* outputs of one product */

#if GCONV_WITH_CBLAS
static void product(const fc_job *j, int depth, int first, int count) {
  const int batch = j->out->dims.n, oc = j->out->dims.c;
  gconv_sgemm(&(gconv_product){.m = batch,
                               .n = count,
                               .k = depth,
                               .a = {j->in->data, depth, GCONV_AS_IS},
                               .b = {j->wei + (int64_t)first * depth, depth, GCONV_TRANSPOSED},
                               .c = j->out->data + first,
                               .ldc = oc});
}
#else
static void product(const fc_job *j, int depth, int first, int count) {
  for (int n = 0; n < j->out->dims.n; n++)
    for (int o = first; o < first + count; o++) {
      const float *x = j->in->data + (int64_t)n * depth, *w = j->wei + (int64_t)o * depth;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int i = 0; i < depth; i++) sum += x[i] * w[i];
      j->out->data[(int64_t)n * j->out->dims.c + o] = sum;
    }
}
#endif

static void finish(const fc_job *j, int first, int count) {
  for (int n = 0; n < j->out->dims.n; n++)
    for (int o = first; o < first + count; o++) {
      float *out = &j->out->data[(int64_t)n * j->out->dims.c + o];
      *out += j->bias[o];
      if (j->relu && *out < 0) *out = 0;
    }
}

static void fc_share(const void *arg, int thread, int threads) {
  const fc_job *j = arg;
  const int depth = j->in->dims.c * j->in->dims.h * j->in->dims.w, oc = j->out->dims.c;
  const int64_t pieces = (oc + PIECE - 1) / PIECE;
  const int before = gconv_sgemm_enter();
  for (int64_t p = pieces * thread / threads; p < pieces * (thread + 1) / threads; p++) {
    const int first = (int)p * PIECE, count = oc - first < PIECE ? oc - first : PIECE;
    product(j, depth, first, count);
    finish(j, first, count);
  }
  gconv_sgemm_leave(before);
}

void op_fc(const tensor *in, const float *wei, const float *bias, bool relu, const tensor *out, int threads) {
  (void)gconv_sgemm_prepare(threads); /* net_create has asked */
  const fc_job job = {in, out, wei, bias, relu};
  gconv_parallel(threads, fc_share, &job);
}
