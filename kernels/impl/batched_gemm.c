/* batched_gemm.c - im2col for all groups, then one batched SGEMM with a group an entry: what PyTorch tried instead of a
 * loop over groups.
 *
 * A batched product shares the cost of a call, and the choice of a kernel, between the groups; that matters where a
 * group is small. Threads split the work by images and blocks of columns and, where these are few, by runs of groups:
 * each piece is one im2col and one batched call, so the pieces (and the results) are the same for any number of
 * threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/im2col.h"
#include "common/sgemm.h"
#include "common/sgemm_batch.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/integers.h"
#include "core/parallel.h"
#include "core/workspace.h"

#include <stdio.h>
#include <stdlib.h>

/* Kept as the plan's state. */
typedef struct {
  int rows;           /* of one group's column matrix */
  int plane;          /* output positions of an image */
  bool direct;        /* src is the column matrix */
  int groups, pieces; /* groups of one call; calls that cover all groups */
  gconv_blocking blocking;
  size_t columns_bytes, thread_bytes;
  gconv_sgemm_batch whole, last; /* products of a whole block of columns and of an image's last block */
} method;

static const char *supports(const gconv_problem *p) { return gconv_sgemm_refuses(p); }

static void choose_pieces(const gconv_plan *plan, method *m) {
  enum { WANTED_PIECES = 16 };
  const gconv_problem *p = &plan->problem;
  const int64_t all_rows = (int64_t)p->groups * m->rows;
  m->blocking = gconv_block_columns(plan, m->direct ? 1 : all_rows, p->batch);
  const int64_t blocks = (int64_t)p->batch * m->blocking.count;
  const int64_t pieces = gconv_min64(gconv_ceil_div(WANTED_PIECES, blocks), p->groups);
  m->groups = (int)gconv_ceil_div(p->groups, pieces);
  m->pieces = (int)gconv_ceil_div(p->groups, m->groups);
}

static gconv_sgemm_batch shape(const gconv_problem *p, const method *m, int width) {
  return (gconv_sgemm_batch){.m = p->ocg,
                             .n = width,
                             .k = m->rows,
                             .lda = m->rows,
                             .ldb = m->direct ? m->plane : width,
                             .ldc = m->plane,
                             .stride_a = (int64_t)p->ocg * m->rows,
                             .stride_b = (int64_t)m->rows * (m->direct ? m->plane : width),
                             .stride_c = (int64_t)p->ocg * m->plane};
}

static void release(gconv_plan *plan) { free(plan->state); }

static gconv_status plan(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  method *m = plan->state = calloc(1, sizeof *m);
  if (!m) return gconv_error(GCONV_NO_MEMORY, "batched_gemm: no memory for a plan of %zu bytes", sizeof *m);
  m->rows = p->icg * p->kh * p->kw;
  m->plane = p->oh * p->ow;
  m->direct = gconv_columns_are_src(p);
  choose_pieces(plan, m);
  m->whole = shape(p, m, m->blocking.width);
  m->last = shape(p, m, gconv_block(p, m->blocking, m->blocking.count - 1).count);
  gconv_status status = gconv_sgemm_batch_prepare(&m->whole, plan->env.threads);
  if (!status) status = gconv_sgemm_batch_prepare(&m->last, plan->env.threads);
  if (status) return status;

  gconv_book book = {0};
  if (!m->direct) gconv_book_add(&book, (size_t)m->groups * m->rows * m->blocking.width * sizeof(float));
  m->columns_bytes = book.bytes;
  gconv_book_add(&book, gconv_sgemm_batch_scratch(m->groups));
  m->thread_bytes = book.bytes;
  plan->kernel_workspace_bytes = (size_t)plan->env.threads * m->thread_bytes;

  char backend[96];
  gconv_sgemm_batch_describe(backend, sizeof backend);
  snprintf(plan->text, sizeof plan->text, "%d groups of %d x %d columns a call, %d calls an image, %s", m->groups,
           m->rows, m->blocking.width, m->blocking.count * m->pieces, backend);
  return GCONV_OK;
}

typedef struct {
  const gconv_plan *plan;
  const gconv_args *args;
} team;

/* One block of columns of a run of groups of one image. */
static void forward(const team *t, int thread, int64_t job) {
  const gconv_problem *p = &t->plan->problem;
  const method *m = t->plan->state;
  const gconv_args *args = t->args;
  const int piece = (int)(job % m->pieces), index = (int)(job / m->pieces % m->blocking.count);
  const int64_t n = job / m->pieces / m->blocking.count;
  const int first = piece * m->groups, count = gconv_min(p->groups - first, m->groups);
  const gconv_columns block = gconv_block(p, m->blocking, index);
  const float *src = (const float *)args->src.data + (n * p->ic + (int64_t)first * p->icg) * p->ih * p->iw;
  float *dst = (float *)args->dst.data + (n * p->oc + (int64_t)first * p->ocg) * m->plane + block.first;
  float *own = gconv_grant(args->workspace.data, (size_t)thread * m->thread_bytes);

  const float *columns = src + block.first;
  uint64_t start = gconv_tick(args->clock);
  if (!m->direct) {
    gconv_im2col(p, src, count * p->icg, block, own, block.count);
    gconv_tock(args->clock, thread, GCONV_STAGE_PACK_SRC, start);
    columns = own;
  }
  const gconv_sgemm_batch *products = index == m->blocking.count - 1 ? &m->last : &m->whole;
  start = gconv_tick(args->clock);
  gconv_sgemm_batch_run(products, count, (const float *)args->wei.data + first * products->stride_a, columns, dst,
                        gconv_grant(own, m->columns_bytes));
  gconv_tock(args->clock, thread, GCONV_STAGE_COMPUTE, start);
}

static void run_jobs(const void *arg, int thread, int threads) {
  (void)threads;
  const team *t = arg;
  const method *m = t->plan->state;
  const int64_t jobs = (int64_t)t->plan->problem.batch * m->blocking.count * m->pieces;
  const int before = gconv_sgemm_enter();
#pragma omp for schedule(dynamic)
  for (int64_t job = 0; job < jobs; job++) forward(t, thread, job);
  gconv_sgemm_leave(before);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  gconv_parallel(plan->env.threads, run_jobs, &(team){plan, args});
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_batched_gemm_scalar = {
    .name = "batched_gemm",
    .summary = "im2col for all groups, then one batched SGEMM with a group an entry",
    .reference = "PyTorch, github.com/pytorch/pytorch, pull request 41167; LIBXSMM: Heinecke et al., SC 2016",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD,
    .numeric = GCONV_SUM_ANY_ORDER,
    .supports = supports,
    .plan = plan,
    .execute = execute,
    .release = release,
};
