/* fc_back.c - both gradients of fully connected layers through CBLAS, cut into the same pieces for any number of
 * threads, as in fc.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_back.h"

#include "common/sgemm.h"
#include "core/parallel.h"

typedef struct {
  const float *g, *other;
  float *out;
  int batch, oc, depth;
} fc_job;

enum { PIECE = 64 }; /* columns of one product */

/* out[m x columns [first, first + count)] of a[m x k] * b[k x depth]; a is g, as it is or transposed. */
static void product(const fc_job *j, int m, int k, gconv_order order, int first, int count) {
#if GCONV_WITH_CBLAS
  gconv_sgemm(&(gconv_product){.m = m,
                               .n = count,
                               .k = k,
                               .a = {j->g, j->oc, order},
                               .b = {j->other + first, j->depth, GCONV_AS_IS},
                               .c = j->out + first,
                               .ldc = j->depth});
#else
  for (int r = 0; r < m; r++)
    for (int c = first; c < first + count; c++) {
      float sum = 0;
      for (int i = 0; i < k; i++) {
        const int64_t at = order == GCONV_TRANSPOSED ? (int64_t)i * j->oc + r : (int64_t)r * j->oc + i;
        sum += j->g[at] * j->other[(int64_t)i * j->depth + c];
      }
      j->out[(int64_t)r * j->depth + c] = sum;
    }
#endif
}

static void all_pieces(const fc_job *j, int m, int k, gconv_order order, int thread, int threads) {
  const int64_t pieces = (j->depth + PIECE - 1) / PIECE;
  const int before = gconv_sgemm_enter();
  for (int64_t p = pieces * thread / threads; p < pieces * (thread + 1) / threads; p++) {
    const int first = (int)p * PIECE, count = j->depth - first < PIECE ? j->depth - first : PIECE;
    product(j, m, k, order, first, count);
  }
  gconv_sgemm_leave(before);
}

static void data_share(const void *arg, int thread, int threads) {
  const fc_job *j = arg;
  all_pieces(j, j->batch, j->oc, GCONV_AS_IS, thread, threads);
}

static void weights_share(const void *arg, int thread, int threads) {
  const fc_job *j = arg;
  all_pieces(j, j->oc, j->batch, GCONV_TRANSPOSED, thread, threads);
}

static int depth_of(const tensor *x) { return x->dims.c * x->dims.h * x->dims.w; }

void op_fc_back(const tensor *g, const float *wei, const tensor *out, int threads) {
  const fc_job job = {g->data, wei, out->data, g->dims.n, g->dims.c, depth_of(out)};
  (void)gconv_sgemm_prepare(threads); /* net_create has asked */
  gconv_parallel(threads, data_share, &job);
}

void op_fc_weights_back(const tensor *g, const tensor *x, float *wei_gradient, int threads) {
  const fc_job job = {g->data, x->data, wei_gradient, g->dims.n, g->dims.c, depth_of(x)};
  (void)gconv_sgemm_prepare(threads); /* net_create has asked */
  gconv_parallel(threads, weights_share, &job);
}
