/* depthwise_sum.c - a grouped layer as a sum of depthwise layers.
 *
 * Output channel o of every group sees input channel i of its own group through one kh x kw kernel: for fixed (o, i)
 * that is a depthwise layer over all groups at once. (ic/g) * (oc/g) such passes, added up, are the grouped layer; a
 * library with a good depthwise kernel gets grouped convolution for nothing. Each pass reads a part of src and reads
 * and writes a part of dst again, so it pays for groups of a few channels only.
 *
 * At stride 1 a pass holds neighbouring outputs of a row in registers while their taps pass by; lanes outside the image
 * are masked. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "core/parallel.h"
#include "simd/simd.h"

#include <stdio.h>
#include <string.h>

enum { STRIP = 4 }; /* vectors in flight: enough to hide the latency of a multiply-add */

static gconv_status plan(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  plan->executed_macs = gconv_problem_count(p).macs;
  snprintf(plan->text, sizeof plan->text, "%d x %d depthwise passes over %d channels, rows in vectors of %d", p->ocg,
           p->icg, p->groups, VL);
  return GCONV_OK;
}

/* Outputs begin .. end - 1 of the next `count` have their input inside a row; the first one's is at `first`. */
typedef struct {
  int begin, end;
} range;

INLINE range find_inside(int64_t first, int stride, int width, int count) {
  const int64_t before = first < 0 ? (-first + stride - 1) / stride : 0;
  const int64_t until = first < width ? (width - first + stride - 1) / stride : 0;
  const int end = until < count ? (int)until : count;
  return (range){before < end ? (int)before : end, end};
}

/* Inputs row[first] .. row[first + VL - 1]; zero outside the image. */
INLINE v_f32 load_inputs(const float *row, int64_t first, int width) {
  if (first >= 0 && first + VL <= width) return v_load(row + first);
  const range inside = find_inside(first, 1, width, VL);
  return v_load_masked(v_mask_of((1u << inside.end) - (1u << inside.begin)), row + first);
}

typedef struct {
  const gconv_problem *p;
  const float *src, *wei; /* one source plane, the weights of one (o, i) of its group */
  float *dst;             /* one destination plane */
  bool first_pass;        /* dst holds nothing yet */
} plane_pass;

/* The input row that kernel row r meets at output row oh; NULL outside the image. */
INLINE const float *input_row(const plane_pass *a, int oh, int r) {
  const gconv_problem *p = a->p;
  const int64_t ih = (int64_t)oh * p->stride_h - p->pad_top + (int64_t)r * (p->dilation_h + 1);
  return ih < 0 || ih >= p->ih ? NULL : a->src + ih * p->iw;
}

INLINE int lanes_left(const gconv_problem *p, int x) { return p->ow - x < VL ? p->ow - x : VL; }

INLINE void store_lanes(float *dst, v_f32 x, int count) {
  if (count == VL) {
    v_store(dst, x);
    return;
  }
  float lanes[VL];
  v_store(lanes, x);
  memcpy(dst, lanes, (size_t)count * sizeof *dst);
}

/* Stride 1. Adds to outputs x, x + 1, ... of row oh: `vectors` vectors of them, the last one as far as the row goes. */
INLINE void add_vectors(const plane_pass *a, int oh, int x, const int vectors) {
  const gconv_problem *p = a->p;
  float *dst = a->dst + (int64_t)oh * p->ow + x;
  v_f32 sum[STRIP];
  UNROLLED (v, vectors) {
    const v_mask row_end = v_mask_of((1u << lanes_left(p, x + v * VL)) - 1);
    sum[v] = a->first_pass ? v_zero() : v_load_masked(row_end, dst + v * VL);
  }
  for (int r = 0; r < p->kh; r++) {
    const float *row = input_row(a, oh, r);
    if (!row) continue;
    for (int s = 0; s < p->kw; s++) {
      const int64_t first = x - p->pad_left + (int64_t)s * (p->dilation_w + 1);
      const v_f32 w = v_bcast(a->wei + (int64_t)r * p->kw + s);
      UNROLLED (v, vectors) sum[v] = v_fma(load_inputs(row, first + v * VL, p->iw), w, sum[v]);
    }
  }
  UNROLLED (v, vectors) store_lanes(dst + v * VL, sum[v], lanes_left(p, x + v * VL));
}

static void add_row(const plane_pass *a, int oh) {
  int x = 0;
  for (; x + (STRIP - 1) * VL < a->p->ow; x += STRIP * VL) add_vectors(a, oh, x, STRIP);
  for (; x < a->p->ow; x += VL) add_vectors(a, oh, x, 1);
}

/* Inputs that are not neighbours: a loop for each tap, which a compiler turns into shuffles where the stride is
 * known. */
INLINE void add_strided_row(const plane_pass *a, int oh, const int stride) {
  const gconv_problem *p = a->p;
  float *dst = a->dst + (int64_t)oh * p->ow;
  if (a->first_pass) memset(dst, 0, (size_t)p->ow * sizeof *dst);
  for (int r = 0; r < p->kh; r++) {
    const float *row = input_row(a, oh, r);
    if (!row) continue;
    for (int s = 0; s < p->kw; s++) {
      const int64_t first = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
      const range inside = find_inside(first, stride, p->iw, p->ow);
      const float w = a->wei[(int64_t)r * p->kw + s];
      for (int ow = inside.begin; ow < inside.end; ow++) dst[ow] += w * row[first + ow * (int64_t)stride];
    }
  }
}

static void add_plane(const plane_pass *a) {
  for (int oh = 0; oh < a->p->oh; oh++)
    if (a->p->stride_w == 1)
      add_row(a, oh);
    else if (a->p->stride_w == 2)
      add_strided_row(a, oh, 2);
    else
      add_strided_row(a, oh, a->p->stride_w);
}

typedef struct {
  const gconv_problem *p;
  const gconv_args *args;
} job;

/* Pass (o, i) for one group of one image. */
static void add_group(const job *j, int64_t image, int o, int i) {
  const gconv_problem *p = j->p;
  const int64_t g = image % p->groups;
  add_plane(&(plane_pass){
      .p = p,
      .src = (const float *)j->args->src.data + (image * p->icg + i) * p->ih * p->iw,
      .wei = (const float *)j->args->wei.data + ((g * p->ocg + o) * p->icg + i) * p->kh * p->kw,
      .dst = (float *)j->args->dst.data + (image * p->ocg + o) * p->oh * p->ow,
      .first_pass = i == 0,
  });
}

static void run_passes(const void *arg, int thread, int threads) {
  const job *j = arg;
  const gconv_problem *p = j->p;
  /* The same planes in each pass: a thread meets only what it wrote itself, so passes need no barrier. */
  const int64_t images = (int64_t)p->batch * p->groups;
  const int64_t first = images * thread / threads, end = images * (thread + 1) / threads;
  const uint64_t start = gconv_tick(j->args->clock);
  for (int o = 0; o < p->ocg; o++)
    for (int i = 0; i < p->icg; i++)
      for (int64_t image = first; image < end; image++) add_group(j, image, o, i);
  gconv_tock(j->args->clock, thread, GCONV_STAGE_COMPUTE, start);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  gconv_parallel(plan->env.threads, run_passes, &(job){&plan->problem, args});
  return GCONV_OK;
}

SIMD_KERNEL(depthwise_sum, .summary = "(ic/g) * (oc/g) depthwise passes over all groups, accumulated in dst",
            .reference = "MNN, github.com/alibaba/MNN, issue 4082 (small groups rewritten as depthwise convolutions)",
            .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD, .numeric = GCONV_SUM_ANY_ORDER, .plan = plan,
            .execute = execute);
