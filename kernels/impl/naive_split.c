/* naive_split.c - split, transform, merge, taken literally: the baseline that every other kernel is compared with.
 *
 * The tensors that are read are split into one contiguous tensor a group, each group is convolved as a dense layer of
 * its own by the loops of a textbook, and the results are concatenated: three passes, as a framework does that has only
 * dense convolution (and as the picture in the paper suggests). Whole rows of outputs are the innermost loop, which the
 * compiler vectorises; nothing else is done for speed. Weights need no split: those of a group lie together.
 *
 * Plain C, compiled once for each instruction set, so that a comparison is one of methods. naive_split@baseline is the
 * build for any x86-64 processor (SSE2, no fused multiply-add): what a program gets that is compiled without -march. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/taps.h"
#include "core/workspace.h"
#include "simd/simd.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  size_t src, dst; /* workspace offsets: groups x batch x channels of a group x plane */
  size_t bytes;
} parts;

static parts book_parts(const gconv_problem *p) {
  const gconv_counts counts = gconv_problem_count(p);
  gconv_book book = {0};
  parts w;
  w.src = gconv_book_add(&book, (size_t)counts.src_elems * sizeof(float));
  w.dst = gconv_book_add(&book, (size_t)counts.dst_elems * sizeof(float));
  w.bytes = book.bytes;
  return w;
}

/* One tap: which outputs of a row have their input inside the image, and where the input of output (0, 0) is. */
typedef struct {
  gconv_range inside;
  int64_t top, left;
} tap;

static tap make_tap(const gconv_problem *p, int r, int s) {
  const int64_t left = gconv_tap_origin(s, p->dilation_w, p->pad_left);
  return (tap){.inside = gconv_outputs_inside(left, p->stride_w, p->iw, p->ow),
               .top = gconv_tap_origin(r, p->dilation_h, p->pad_top),
               .left = left};
}

/* The input row of output row oh; -1 where it is outside the image. */
static int64_t input_row(const gconv_problem *p, const tap *t, int oh) {
  const int64_t ih = (int64_t)oh * p->stride_h + t->top;
  return ih < 0 || ih >= p->ih ? -1 : ih;
}

/* What one tap does with the part of an output row that it serves. */
typedef void tap_row(float *in, int64_t stride, int count, float *w, float *out);

static void row_forward(float *in, int64_t stride, int count, float *w, float *out) {
  const float weight = *w; /* read once: it might lie among the outputs, for all the compiler knows */
  if (stride == 1)
    for (int i = 0; i < count; i++) out[i] += weight * in[i];
  else
    for (int i = 0; i < count; i++) out[i] += weight * in[i * stride];
}

static void row_backward(float *in, int64_t stride, int count, float *w, float *out) {
  const float weight = *w;
  if (stride == 1)
    for (int i = 0; i < count; i++) in[i] += weight * out[i];
  else
    for (int i = 0; i < count; i++) in[i * stride] += weight * out[i];
}

/* The compiler must be told that the order of the sum may change: a lane adds every VL-th product. */
static void row_weights(float *in, int64_t stride, int count, float *w, float *out) {
  float sum = 0;
  if (stride == 1) {
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < count; i++) sum += in[i] * out[i];
  } else {
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < count; i++) sum += in[i * stride] * out[i];
  }
  *w += sum;
}

/* The tensors of the groups, group outermost, and what they are made of. */
typedef struct {
  const gconv_problem *p;
  const gconv_args *args;
  float *src, *dst;
} job;

/* A dense convolution of one channel with one output channel of a group; tensors are those of the group's image. A row
 * stays a function of its own: inlined into these loops the compiler makes slower code of it. */
__attribute__((noinline)) static void each_tap_row(const gconv_problem *p, tap_row *row, float *src, float *wei,
                                                   float *dst) {
  for (int r = 0; r < p->kh; r++)
    for (int s = 0; s < p->kw; s++) {
      const tap t = make_tap(p, r, s);
      for (int oh = 0; oh < p->oh; oh++) {
        const int64_t ih = input_row(p, &t, oh);
        if (ih >= 0)
          row(src + ih * p->iw + t.inside.first * (int64_t)p->stride_w + t.left, p->stride_w,
              t.inside.end - t.inside.first, wei + r * p->kw + s, dst + (int64_t)oh * p->ow + t.inside.first);
      }
    }
}

static int64_t src_plane(const gconv_problem *p) { return (int64_t)p->ih * p->iw; }
static int64_t dst_plane(const gconv_problem *p) { return (int64_t)p->oh * p->ow; }

/* Weights of one input channel of one output channel of a group. */
static float *weights(const job *j, int g, int o, int i) {
  const gconv_problem *p = j->p;
  return (float *)j->args->wei.data + (((int64_t)g * p->ocg + o) * p->icg + i) * p->kh * p->kw;
}

static void transform_forward(const job *j) {
  const gconv_problem *p = j->p;
#pragma omp for collapse(3) schedule(dynamic) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++)
      for (int o = 0; o < p->ocg; o++) {
        const int64_t image = (int64_t)g * p->batch + n;
        float *dst = j->dst + (image * p->ocg + o) * dst_plane(p);
        memset(dst, 0, (size_t)dst_plane(p) * sizeof *dst);
        for (int i = 0; i < p->icg; i++)
          each_tap_row(p, row_forward, j->src + (image * p->icg + i) * src_plane(p), weights(j, g, o, i), dst);
      }
}

static void transform_backward(const job *j) {
  const gconv_problem *p = j->p;
#pragma omp for collapse(3) schedule(dynamic) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++)
      for (int i = 0; i < p->icg; i++) {
        const int64_t image = (int64_t)g * p->batch + n;
        float *src = j->src + (image * p->icg + i) * src_plane(p);
        memset(src, 0, (size_t)src_plane(p) * sizeof *src);
        for (int o = 0; o < p->ocg; o++)
          each_tap_row(p, row_backward, src, weights(j, g, o, i), j->dst + (image * p->ocg + o) * dst_plane(p));
      }
}

static void transform_weights(const job *j) {
  const gconv_problem *p = j->p;
#pragma omp for collapse(3) schedule(dynamic) nowait
  for (int g = 0; g < p->groups; g++)
    for (int o = 0; o < p->ocg; o++)
      for (int i = 0; i < p->icg; i++) {
        float *wei = weights(j, g, o, i);
        memset(wei, 0, (size_t)p->kh * p->kw * sizeof *wei);
        for (int n = 0; n < p->batch; n++) {
          const int64_t image = (int64_t)g * p->batch + n;
          each_tap_row(p, row_weights, j->src + (image * p->icg + i) * src_plane(p), wei,
                       j->dst + (image * p->ocg + o) * dst_plane(p));
        }
      }
}

/* Between the whole tensor, image n outermost, and the tensors of the groups, group g outermost. */
static void copy_groups(const gconv_problem *p, float *whole, float *apart, int64_t elems, bool split) {
#pragma omp for collapse(2) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++) {
      float *in_whole = whole + ((int64_t)n * p->groups + g) * elems,
            *in_parts = apart + ((int64_t)g * p->batch + n) * elems;
      memcpy(split ? in_parts : in_whole, split ? in_whole : in_parts, (size_t)elems * sizeof *whole);
    }
}

static void split_src(const job *j) { copy_groups(j->p, j->args->src.data, j->src, j->p->icg * src_plane(j->p), true); }
static void split_dst(const job *j) { copy_groups(j->p, j->args->dst.data, j->dst, j->p->ocg * dst_plane(j->p), true); }
static void split_both(const job *j) {
  split_src(j);
  split_dst(j);
}
static void merge_src(const job *j) {
  copy_groups(j->p, j->args->src.data, j->src, j->p->icg * src_plane(j->p), false);
}
static void merge_dst(const job *j) {
  copy_groups(j->p, j->args->dst.data, j->dst, j->p->ocg * dst_plane(j->p), false);
}
static void merge_nothing(const job *j) { (void)j; }

static void run_stages(const void *arg, int thread, int threads) {
  enum { PASSES = 3 };
  static const gconv_stage stages[PASSES] = {GCONV_STAGE_PACK_SRC, GCONV_STAGE_COMPUTE, GCONV_STAGE_UNPACK_DST};
  static void (*const passes[GCONV_DIRECTIONS][PASSES])(const job *) = {
      [GCONV_FWD] = {split_src, transform_forward, merge_dst},
      [GCONV_BWD_D] = {split_dst, transform_backward, merge_src},
      [GCONV_BWD_W] = {split_both, transform_weights, merge_nothing},
  };
  (void)threads;
  const job *j = arg;
  for (int i = 0; i < PASSES; i++) {
    const uint64_t start = gconv_tick(j->args->clock);
    passes[j->p->direction][i](j);
    gconv_tock(j->args->clock, thread, stages[i], start);
#pragma omp barrier
  }
}

extern const gconv_kernel gconv_kernel_naive_split_scalar;

static gconv_status plan(gconv_plan *plan) {
  static const char baseline[] = "baseline";
  const bool plain = !strcmp(plan->param, baseline);
  if (*plan->param && !plain)
    return gconv_error(GCONV_INVALID, "naive_split: the parameter is '%s', must be %s", plan->param, baseline);
  if (plain) plan->kernel = &gconv_kernel_naive_split_scalar;
  plan->kernel_workspace_bytes = book_parts(&plan->problem).bytes;
  plan->executed_macs = gconv_problem_count(&plan->problem).macs;
  snprintf(plan->text, sizeof plan->text, "split copy, dense loops a group, concatenation%s",
           plain ? ", baseline instructions" : "");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const parts offsets = book_parts(&plan->problem);
  gconv_parallel(plan->env.threads, run_stages,
                 &(job){&plan->problem, args, gconv_grant(args->workspace.data, offsets.src),
                        gconv_grant(args->workspace.data, offsets.dst)});
  return GCONV_OK;
}

SIMD_KERNEL(
    naive_split, .summary = "splits the channels into tensors, convolves each group with dense loops, concatenates",
    .reference = "Krizhevsky, Sutskever, Hinton, NIPS 2012 (grouped layers); split-transform-merge: Xie et al., "
                 "arXiv:1611.05431, 2017",
    .params = "baseline: as compiled for any processor of this kind (x86-64: SSE2), whatever this one has",
    .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER, .plan = plan, .execute = execute);
