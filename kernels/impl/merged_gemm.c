/* merged_gemm.c - m groups at a time as one dense product: the weights on the diagonal of a matrix of zeros.
 *
 *             | W0  0  0 |   | columns of group 0 |
 *   dst_m  =  |  0 W1  0 | * | columns of group 1 |        (m = 3)
 *             |  0  0 W2 |   | columns of group 2 |
 *
 * It is how a dense library runs a grouped layer: with m = g it is the dense layer of the same width, and of each m
 * products m - 1 are with a zero. The waste buys a larger matrix, since SGEMM needs rows to reuse what it loads:
 * merging pays where groups have a row or two. Without a parameter m is the smallest number that gives the product a
 * full register tile of rows (rows_needed below); groups that have them are not merged.
 *
 * A zero weight times an infinity or NaN of another group's input is NaN: inputs have to be finite, as they need not be
 * for the other kernels. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/blas.h"
#include "common/im2col.h"
#include "common/sgemm.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/integers.h"
#include "core/parallel.h"
#include "core/saturate.h"
#include "core/workspace.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes that follow from the plan's problem and its m. */
typedef struct {
  const gconv_problem *p;
  int m, merges;
  int group_rows; /* rows of the column matrix that one group needs */
  int plane;      /* output positions of an image */
  bool direct;    /* src is the column matrix */
  gconv_blocking blocking;
} method;

typedef struct {
  int first, count;
} groups;

static groups merge_groups(const method *m, int index) {
  const int first = index * m->m;
  return (groups){first, gconv_min(m->p->groups - first, m->m)};
}

/* m is kept as the plan's state: it fits the pointer, and nothing needs to be freed. */
static method make_method(const gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  method m = {.p = p, .m = (int)(intptr_t)plan->state, .plane = p->oh * p->ow, .direct = gconv_columns_are_src(p)};
  m.merges = (int)gconv_ceil_div(p->groups, m.m);
  m.group_rows = p->icg * p->kh * p->kw;
  m.blocking = gconv_block_columns(plan, m.direct ? 1 : (int64_t)m.m * m.group_rows,
                                   p->direction == GCONV_FWD ? (int64_t)p->batch * m.merges : INT32_MAX);
  return m;
}

static size_t thread_bytes(const method *m) {
  gconv_book book = {0};
  if (!m->direct) gconv_book_add(&book, (size_t)m->m * m->group_rows * m->blocking.width * sizeof(float));
  return book.bytes;
}

static gconv_status choose_merge(const gconv_plan *plan, int *m) {
  enum { rows_needed = 4 };
  const gconv_problem *p = &plan->problem;
  if (!plan->param[0]) {
    *m = (int)gconv_min64(gconv_ceil_div(rows_needed, p->ocg), p->groups);
    return GCONV_OK;
  }
  char *end;
  const long value = strtol(plan->param + 1, &end, 10);
  if (plan->param[0] != 'm' || end == plan->param + 1 || *end)
    return gconv_error(GCONV_INVALID, "merged_gemm: parameter '%s' is not m and a number, as in @m8", plan->param);
  if (value < 1 || value > p->groups) /* one m for a whole set of problems: those with fewer groups are passed over */
    return gconv_error(value < 1 ? GCONV_INVALID : GCONV_UNSUPPORTED,
                       "merged_gemm: m is %ld, must be 1 to the number of groups, %d", value, p->groups);
  *m = (int)value;
  return GCONV_OK;
}

/* The sum of squares of the merges' sizes, which is what both packed weights and executed products grow with. */
static int64_t squares(const method *m) {
  const int64_t whole = m->p->groups / m->m, rest = m->p->groups % m->m;
  return whole * m->m * m->m + rest * rest;
}

static const char *supports(const gconv_problem *p) { return gconv_sgemm_refuses(p); }

static gconv_status plan(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  int merge = 0;
  gconv_status status = choose_merge(plan, &merge);
  if (status) return status;
  plan->state = (void *)(intptr_t)merge;
  const int64_t rows = (int64_t)merge * p->icg * p->kh * p->kw;
  if (rows > INT_MAX)
    return gconv_error(GCONV_UNSUPPORTED, "merged_gemm: %lld rows of columns are beyond the 32-bit sizes of the BLAS",
                       (long long)rows);
  const gconv_status ready = gconv_sgemm_prepare(plan->env.threads);
  if (ready) return ready;
  const method m = make_method(plan);
  const gconv_counts counts = gconv_problem_count(p);
  int64_t bytes;
  if (__builtin_mul_overflow(counts.params / p->groups * (int64_t)sizeof(float), squares(&m), &bytes))
    return gconv_error(GCONV_NO_MEMORY, "merged_gemm: the weights of %d groups merged by %d are 2^63 bytes or more",
                       p->groups, merge);
  plan->packed_bytes = (size_t)bytes;
  plan->kernel_workspace_bytes = (size_t)plan->env.threads * thread_bytes(&m);
  plan->executed_macs = gconv_saturated_product(counts.macs_nominal / p->groups, squares(&m));
  const int used =
      snprintf(plan->text, sizeof plan->text, "m = %d, %d products of %d x %d an image, %d columns a block, ", merge,
               m.merges, merge * p->ocg, (int)rows, m.blocking.width);
  gconv_blas_print(plan->text + used, sizeof plan->text - (size_t)used);
  return GCONV_OK;
}

/* Merges one after the other, each a plain matrix: rows are its output channels, columns its groups' K in order. */
static int64_t merge_offset(const method *m, int index) {
  return (int64_t)index * m->m * m->p->ocg * m->m * m->group_rows;
}

/* Calls `copy` with each group's rows of the merged matrices and of the plain weights. */
static void each_row(const method *m, const float *wei, const float *matrices,
                     void (*copy)(float *plain, float *merged, size_t bytes)) {
  const int ocg = m->p->ocg;
  for (int index = 0; index < m->merges; index++) {
    const groups merged = merge_groups(m, index);
    const int64_t row = (int64_t)merged.count * m->group_rows;
    const float *matrix = matrices + merge_offset(m, index);
    for (int i = 0; i < merged.count; i++)
      for (int o = 0; o < ocg; o++)
        copy((float *)wei + ((int64_t)(merged.first + i) * ocg + o) * m->group_rows,
             (float *)matrix + ((int64_t)i * ocg + o) * row + (int64_t)i * m->group_rows,
             (size_t)m->group_rows * sizeof *wei);
  }
}

static void into_matrix(float *plain, float *merged, size_t bytes) { memcpy(merged, plain, bytes); }
static void from_matrix(float *plain, float *merged, size_t bytes) { memcpy(plain, merged, bytes); }

static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  const method m = make_method(plan);
  memset(packed, 0, plan->packed_bytes);
  each_row(&m, wei, packed, into_matrix);
}

/* The gradients of the zeros are computed too, and left behind. */
static void unpack(const gconv_plan *plan, const void *packed, float *wei) {
  const method m = make_method(plan);
  each_row(&m, wei, packed, from_matrix);
}

typedef struct {
  const method *m;
  const gconv_args *args;
} team;

typedef struct {
  const team *t;
  int thread;
  float *columns;
} worker;

/* One merge of one image. */
typedef struct {
  groups merged;
  int rows, outputs; /* of the column matrix; output channels */
  float *src, *dst, *wei;
} place;

static place place_of(const worker *w, int64_t n, int index) {
  const method *m = w->t->m;
  const gconv_problem *p = m->p;
  const groups merged = merge_groups(m, index);
  return (place){.merged = merged,
                 .rows = merged.count * m->group_rows,
                 .outputs = merged.count * p->ocg,
                 .src = (float *)w->t->args->src.data + (n * p->ic + (int64_t)merged.first * p->icg) * p->ih * p->iw,
                 .dst = (float *)w->t->args->dst.data + (n * p->oc + (int64_t)merged.first * p->ocg) * m->plane,
                 .wei = (float *)w->t->args->packed.data + merge_offset(m, index)};
}

/* The column matrix of a block: made by im2col, or the input itself. */
static gconv_matrix get_columns(const worker *w, const place *at, gconv_columns block) {
  const method *m = w->t->m;
  if (m->direct) return (gconv_matrix){at->src + block.first, m->plane, GCONV_AS_IS};
  const uint64_t start = gconv_tick(w->t->args->clock);
  gconv_im2col(m->p, at->src, at->merged.count * m->p->icg, block, w->columns, block.count);
  gconv_tock(w->t->args->clock, w->thread, GCONV_STAGE_PACK_SRC, start);
  return (gconv_matrix){w->columns, block.count, GCONV_AS_IS};
}

static void multiply(const worker *w, gconv_product product) {
  const uint64_t start = gconv_tick(w->t->args->clock);
  gconv_sgemm(&product);
  gconv_tock(w->t->args->clock, w->thread, GCONV_STAGE_COMPUTE, start);
}

/* One block of output positions of one merge of one image. */
static void forward(const worker *w, int64_t job) {
  const method *m = w->t->m;
  const int64_t merge = job / m->blocking.count;
  const place at = place_of(w, merge / m->merges, (int)(merge % m->merges));
  const gconv_columns block = gconv_block(m->p, m->blocking, (int)(job % m->blocking.count));
  const gconv_matrix wei = {at.wei, at.rows, GCONV_AS_IS};
  multiply(w, (gconv_product){at.outputs, block.count, at.rows, wei, get_columns(w, &at, block), at.dst + block.first,
                              m->plane, false});
}

/* The source planes of one merge of one image: owned, so that overlapping windows need no lock. */
static void backward_data(const worker *w, int64_t job) {
  const method *m = w->t->m;
  const gconv_problem *p = m->p;
  const place at = place_of(w, job / m->merges, (int)(job % m->merges));
  const gconv_matrix wei = {at.wei, at.rows, GCONV_TRANSPOSED};
  const int channels = at.merged.count * p->icg;
  if (!m->direct) memset(at.src, 0, (size_t)channels * p->ih * p->iw * sizeof *at.src);
  for (int b = 0; b < m->blocking.count; b++) {
    const gconv_columns block = gconv_block(p, m->blocking, b);
    const gconv_matrix dst = {at.dst + block.first, m->plane, GCONV_AS_IS};
    float *product = m->direct ? at.src + block.first : w->columns;
    multiply(w, (gconv_product){at.rows, block.count, at.outputs, wei, dst, product, m->direct ? m->plane : block.count,
                                false});
    if (m->direct) continue;
    const uint64_t start = gconv_tick(w->t->args->clock);
    gconv_col2im(p, w->columns, block.count, channels, block, at.src);
    gconv_tock(w->t->args->clock, w->thread, GCONV_STAGE_UNPACK_DST, start);
  }
}

/* The matrix of one merge, over the whole batch in order. */
static void backward_weights(const worker *w, int64_t job) {
  const method *m = w->t->m;
  for (int n = 0; n < m->p->batch; n++) {
    const place at = place_of(w, n, (int)job);
    for (int b = 0; b < m->blocking.count; b++) {
      const gconv_columns block = gconv_block(m->p, m->blocking, b);
      gconv_matrix columns = get_columns(w, &at, block);
      columns.order = GCONV_TRANSPOSED;
      const gconv_matrix dst = {at.dst + block.first, m->plane, GCONV_AS_IS};
      multiply(w, (gconv_product){at.outputs, at.rows, block.count, dst, columns, at.wei, at.rows, n + b > 0});
    }
  }
}

static void run_jobs(const void *arg, int thread, int threads) {
  static void (*const pieces[GCONV_DIRECTIONS])(const worker *, int64_t) = {forward, backward_data, backward_weights};
  (void)threads;
  const team *t = arg;
  const method *m = t->m;
  const int64_t images = (int64_t)m->p->batch * m->merges;
  const int64_t jobs[GCONV_DIRECTIONS] = {images * m->blocking.count, images, m->merges};
  const worker w = {t, thread, gconv_grant(t->args->workspace.data, (size_t)thread * thread_bytes(m))};
  const int before = gconv_sgemm_enter();
#pragma omp for schedule(dynamic)
  for (int64_t job = 0; job < jobs[m->p->direction]; job++) pieces[m->p->direction](&w, job);
  gconv_sgemm_leave(before);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const method m = make_method(plan);
  gconv_parallel(plan->env.threads, run_jobs, &(team){&m, args});
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_merged_gemm_scalar = {
    .name = "merged_gemm",
    .summary = "weights of m groups as a block-diagonal matrix, one SGEMM for the m groups",
    .reference = "grouped convolution as a sparsely connected dense layer: Xie et al., arXiv:1611.05431, 2017; "
                 "products as in Caffe, arXiv:1408.5093, 2014",
    .params = "mN: merge N groups, 1 to g; without it, the fewest that give a product 4 rows",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .mixes_groups = true,
    .supports = supports,
    .plan = plan,
    .pack = pack,
    .unpack = unpack,
    .execute = execute,
};
