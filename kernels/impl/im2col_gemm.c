/* im2col_gemm.c - a group is a matrix product: im2col and SGEMM, as Caffe and Torch convolve.
 *
 *   fwd     dst_g[ocg x N]  =  wei_g[ocg x K] * columns_g[K x N]                          K = icg * kh * kw
 *   bwd_d   columns_g[K x N] = wei_g^T * dst_g[ocg x N], then col2im adds them into src
 *   bwd_w   wei_g[ocg x K] += dst_g[ocg x N] * columns_g^T, over all images
 *
 * N is a block of output positions that keeps the column matrix in cache (im2col.h). The work of one thread is
 *   fwd     one block of one group of one image: writes its own part of dst
 *   bwd_d   some source channels of one group of one image: owns these planes, so overlapping windows need no lock
 *   bwd_w   some source channels of one group: owns these weights and sums over the batch in a fixed order
 * so no two threads write the same element and no sum depends on the number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/blas.h"
#include "common/im2col.h"
#include "common/sgemm.h"
#include "core/clock.h"
#include "core/integers.h"
#include "core/parallel.h"
#include "core/workspace.h"

#include <stdio.h>
#include <string.h>

/* Everything a thread's work depends on; a function of the plan, so that it need not be stored. */
typedef struct {
  gconv_problem p;
  int taps, rows; /* kh * kw; rows of the column matrix of a whole group */
  int plane;      /* output positions of an image */
  bool direct;    /* src is the column matrix */
  int channels;   /* source channels of one piece of work */
  int parts;      /* pieces of a group: of icg channels (backward) or one (forward) */
  gconv_blocking blocking;
} method;

/* Source channels of a piece of backward work: enough rows for an efficient product, yet several pieces a problem. */
static int choose_channels(const gconv_problem *p, int64_t independent) {
  enum { ENOUGH_ROWS = 192, WANTED_PIECES = 8 };
  const int64_t taps = (int64_t)p->kh * p->kw;
  if (independent >= WANTED_PIECES) return p->icg;
  const int64_t efficient = gconv_ceil_div(ENOUGH_ROWS, taps), share = p->icg * independent / WANTED_PIECES;
  return (int)gconv_min64(gconv_max64(share, efficient), p->icg);
}

static method make_method(const gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  method m = {.p = *p, .taps = p->kh * p->kw, .plane = p->oh * p->ow, .direct = gconv_columns_are_src(p)};
  const int64_t images = (int64_t)p->groups * (p->direction == GCONV_BWD_W ? 1 : p->batch);
  m.rows = p->icg * m.taps;
  m.channels = p->direction == GCONV_FWD ? p->icg : choose_channels(p, images);
  m.parts = (int)gconv_ceil_div(p->icg, m.channels);
  m.blocking = gconv_block_columns(plan, m.direct ? 1 : (int64_t)m.channels * m.taps,
                                   p->direction == GCONV_FWD ? images : INT32_MAX);
  return m;
}

/* One thread's column matrix, so padded that the next thread's is aligned. */
static size_t thread_bytes(const method *m) {
  gconv_book book = {0};
  if (!m->direct) gconv_book_add(&book, (size_t)m->channels * m->taps * m->blocking.width * sizeof(float));
  return book.bytes;
}

static const char *supports(const gconv_problem *p) { return gconv_sgemm_refuses(p); }

static gconv_status plan(gconv_plan *plan) {
  const gconv_status ready = gconv_sgemm_prepare(plan->env.threads);
  if (ready) return ready;
  const method m = make_method(plan);
  plan->kernel_workspace_bytes = (size_t)plan->env.threads * thread_bytes(&m);
  const int used = snprintf(plan->text, sizeof plan->text, "%s, %d x %d columns, %d blocks an image, %s, ",
                            m.direct ? "src taken as columns" : "im2col", m.channels * m.taps, m.blocking.width,
                            m.blocking.count, m.parts > 1 ? "groups split by source channels" : "whole groups");
  gconv_blas_print(plan->text + used, sizeof plan->text - (size_t)used);
  return GCONV_OK;
}

typedef struct {
  const method *m;
  const gconv_args *args;
  int thread;
  float *columns;
} worker;

/* The matrix of a block: made by im2col, or the input itself. */
static gconv_matrix get_columns(const worker *w, const float *src, int channels, gconv_columns block) {
  const method *m = w->m;
  if (m->direct) return (gconv_matrix){src + block.first, m->plane, GCONV_AS_IS};
  const uint64_t start = gconv_tick(w->args->clock);
  gconv_im2col(&m->p, src, channels, block, w->columns, block.count);
  gconv_tock(w->args->clock, w->thread, GCONV_STAGE_PACK_SRC, start);
  return (gconv_matrix){w->columns, block.count, GCONV_AS_IS};
}

static void multiply(const worker *w, gconv_product product) {
  const uint64_t start = gconv_tick(w->args->clock);
  gconv_sgemm(&product);
  gconv_tock(w->args->clock, w->thread, GCONV_STAGE_COMPUTE, start);
}

static float *group_src(const worker *w, int64_t n, int g) {
  const gconv_problem *p = &w->m->p;
  return (float *)w->args->src.data + (n * p->ic + (int64_t)g * p->icg) * p->ih * p->iw;
}

static float *group_dst(const worker *w, int64_t n, int g) {
  const gconv_problem *p = &w->m->p;
  return (float *)w->args->dst.data + (n * p->oc + (int64_t)g * p->ocg) * w->m->plane;
}

static float *group_wei(const worker *w, int g) {
  return (float *)w->args->wei.data + (int64_t)g * w->m->p.ocg * w->m->rows;
}

/* One block of one group of one image. */
static void forward(const worker *w, int64_t job) {
  const method *m = w->m;
  const gconv_problem *p = &m->p;
  const int64_t image = job / m->blocking.count;
  const int64_t n = image / p->groups;
  const int g = (int)(image % p->groups);
  const gconv_columns block = gconv_block(p, m->blocking, (int)(job % m->blocking.count));
  const gconv_matrix columns = get_columns(w, group_src(w, n, g), p->icg, block);
  const gconv_matrix wei = {group_wei(w, g), m->rows, GCONV_AS_IS};
  multiply(w, (gconv_product){p->ocg, block.count, m->rows, wei, columns, group_dst(w, n, g) + block.first, m->plane,
                              false});
}

/* Source channels first .. first + count - 1 of a group. */
typedef struct {
  int first, count;
} part;

static part get_part(const method *m, int index) {
  const int first = index * m->channels;
  return (part){first, gconv_min(m->p.icg - first, m->channels)};
}

/* Some source planes of one group of one image. */
static void backward_data(const worker *w, int64_t job) {
  const method *m = w->m;
  const gconv_problem *p = &m->p;
  const part c = get_part(m, (int)(job % m->parts));
  const int64_t image = job / m->parts, n = image / p->groups;
  const int g = (int)(image % p->groups);
  float *src = group_src(w, n, g) + (int64_t)c.first * p->ih * p->iw;
  const gconv_matrix wei = {group_wei(w, g) + c.first * m->taps, m->rows, GCONV_TRANSPOSED};
  if (!m->direct) memset(src, 0, (size_t)c.count * p->ih * p->iw * sizeof *src);
  for (int b = 0; b < m->blocking.count; b++) {
    const gconv_columns block = gconv_block(p, m->blocking, b);
    const gconv_matrix dst = {group_dst(w, n, g) + block.first, m->plane, GCONV_AS_IS};
    if (m->direct) {
      multiply(w, (gconv_product){c.count, block.count, p->ocg, wei, dst, src + block.first, m->plane, false});
      continue;
    }
    multiply(w, (gconv_product){c.count * m->taps, block.count, p->ocg, wei, dst, w->columns, block.count, false});
    const uint64_t start = gconv_tick(w->args->clock);
    gconv_col2im(p, w->columns, block.count, c.count, block, src);
    gconv_tock(w->args->clock, w->thread, GCONV_STAGE_UNPACK_DST, start);
  }
}

/* The weights of some source channels of one group, over the whole batch. */
static void backward_weights(const worker *w, int64_t job) {
  const method *m = w->m;
  const gconv_problem *p = &m->p;
  const part c = get_part(m, (int)(job % m->parts));
  const int g = (int)(job / m->parts);
  float *wei = group_wei(w, g) + c.first * m->taps;
  for (int n = 0; n < p->batch; n++)
    for (int b = 0; b < m->blocking.count; b++) {
      const gconv_columns block = gconv_block(p, m->blocking, b);
      gconv_matrix columns = get_columns(w, group_src(w, n, g) + (int64_t)c.first * p->ih * p->iw, c.count, block);
      columns.order = GCONV_TRANSPOSED;
      const gconv_matrix dst = {group_dst(w, n, g) + block.first, m->plane, GCONV_AS_IS};
      multiply(w, (gconv_product){p->ocg, c.count * m->taps, block.count, dst, columns, wei, m->rows, n + b > 0});
    }
}

typedef struct {
  const method *m;
  const gconv_args *args;
} team;

static void run_jobs(const void *arg, int thread, int threads) {
  static void (*const pieces[GCONV_DIRECTIONS])(const worker *, int64_t) = {forward, backward_data, backward_weights};
  (void)threads;
  const team *t = arg;
  const method *m = t->m;
  const gconv_problem *p = &m->p;
  const int64_t images = (int64_t)p->batch * p->groups;
  const int64_t jobs[GCONV_DIRECTIONS] = {images * m->blocking.count, images * m->parts, (int64_t)p->groups * m->parts};
  const worker w = {m, t->args, thread, gconv_grant(t->args->workspace.data, (size_t)thread * thread_bytes(m))};
  const int before = gconv_sgemm_enter();
#pragma omp for schedule(dynamic)
  for (int64_t job = 0; job < jobs[p->direction]; job++) pieces[p->direction](&w, job);
  gconv_sgemm_leave(before);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const method m = make_method(plan);
  gconv_parallel(plan->env.threads, run_jobs, &(team){&m, args});
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_im2col_gemm_scalar = {
    .name = "im2col_gemm",
    .summary = "im2col (col2im) and one SGEMM a group, in blocks of columns that stay in cache",
    .reference = "Jia et al., Caffe, arXiv:1408.5093, 2014; Chellapilla, Puri, Simard, IWFHR 2006",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .supports = supports,
    .plan = plan,
    .execute = execute,
};
