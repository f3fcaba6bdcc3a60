/* ref.c - the reference: textbook loops in double precision, any problem, any direction, with the error bound beside
 * each sum.
 *
 * Every direction is one sum over (tap pairs that fall inside the image); only what is fixed and what is summed
 * differs. Products of two floats are exact in double, so the sums err by less than 2^-52 K relative to sum |a||b|:
 * nothing here. Rows of outputs are accumulated together so that the compiler can use vectors; each element still sums
 * in textbook order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arguments.h"
#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const gconv_problem *p;
  const float *src, *wei, *dst;
  double *sum, *magnitude; /* magnitude: sum |a||b|, or NULL */
} job;

typedef struct {
  int first, last; /* positions first..last are inside */
} range;

/* Outputs o in [0, out) whose input o*stride - pad + k*(dilation+1) is in [0, in). */
static range inside(int out, int in, int stride, int pad, int k, int dilation) {
  const int64_t base = (int64_t)k * (dilation + 1) - pad;
  const int64_t first = base >= 0 ? 0 : (-base + stride - 1) / stride;
  const int64_t room = (int64_t)in - 1 - base;
  const int64_t last = room < 0 ? -1 : room / stride;
  return (range){(int)(first < out ? first : out), (int)(last < out - 1 ? last : out - 1)};
}

static range inside_w(const gconv_problem *p, int s) {
  return inside(p->ow, p->iw, p->stride_w, p->pad_left, s, p->dilation_w);
}

static int64_t input_row(const gconv_problem *p, int oh, int r) {
  return (int64_t)oh * p->stride_h - p->pad_top + (int64_t)r * (p->dilation_h + 1);
}

/* dst plane (n, c): every source channel of the group through its taps. */
static void forward_plane(const job *j, int n, int c) {
  const gconv_problem *p = j->p;
  const int group = c / p->ocg;
  for (int oh = 0; oh < p->oh; oh++) {
    const int64_t row = (((int64_t)n * p->oc + c) * p->oh + oh) * p->ow;
    for (int i = 0; i < p->icg; i++)
      for (int r = 0; r < p->kh; r++) {
        const int64_t ih = input_row(p, oh, r);
        if (ih < 0 || ih >= p->ih) continue;
        const float *src = j->src + (((int64_t)n * p->ic + group * p->icg + i) * p->ih + ih) * p->iw;
        for (int s = 0; s < p->kw; s++) {
          const double w = j->wei[(((int64_t)c * p->icg + i) * p->kh + r) * p->kw + s];
          const range in = inside_w(p, s);
          const int64_t shift = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
          for (int ow = in.first; ow <= in.last; ow++) j->sum[row + ow] += w * src[ow * (int64_t)p->stride_w + shift];
          if (j->magnitude)
            for (int ow = in.first; ow <= in.last; ow++)
              j->magnitude[row + ow] += fabs(w) * fabs((double)src[ow * (int64_t)p->stride_w + shift]);
        }
      }
  }
}

/* src plane (n, c): every output that the plane fed, through the tap it used. */
static void backward_data_plane(const job *j, int n, int c) {
  const gconv_problem *p = j->p;
  const int group = c / p->icg, i = c % p->icg;
  for (int o = 0; o < p->ocg; o++)
    for (int oh = 0; oh < p->oh; oh++)
      for (int r = 0; r < p->kh; r++) {
        const int64_t ih = input_row(p, oh, r);
        if (ih < 0 || ih >= p->ih) continue;
        const int oc = group * p->ocg + o;
        const float *dst = j->dst + (((int64_t)n * p->oc + oc) * p->oh + oh) * p->ow;
        const int64_t row = (((int64_t)n * p->ic + c) * p->ih + ih) * p->iw;
        for (int s = 0; s < p->kw; s++) {
          const double w = j->wei[(((int64_t)oc * p->icg + i) * p->kh + r) * p->kw + s];
          const range in = inside_w(p, s);
          const int64_t shift = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
          for (int ow = in.first; ow <= in.last; ow++) j->sum[row + ow * (int64_t)p->stride_w + shift] += w * dst[ow];
          if (j->magnitude)
            for (int ow = in.first; ow <= in.last; ow++)
              j->magnitude[row + ow * (int64_t)p->stride_w + shift] += fabs(w) * fabs((double)dst[ow]);
        }
      }
}

/* Weights (output channel c, input channel i): every pair of pixels that met at each tap, over the whole batch. */
static void backward_weights_plane(const job *j, int c, int i) {
  const gconv_problem *p = j->p;
  const int group = c / p->ocg;
  for (int r = 0; r < p->kh; r++)
    for (int s = 0; s < p->kw; s++) {
      const range in = inside_w(p, s);
      const int64_t shift = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
      double sum = 0, magnitude = 0;
      for (int n = 0; n < p->batch; n++)
        for (int oh = 0; oh < p->oh; oh++) {
          const int64_t ih = input_row(p, oh, r);
          if (ih < 0 || ih >= p->ih) continue;
          const float *src = j->src + (((int64_t)n * p->ic + group * p->icg + i) * p->ih + ih) * p->iw;
          const float *dst = j->dst + (((int64_t)n * p->oc + c) * p->oh + oh) * p->ow;
          for (int ow = in.first; ow <= in.last; ow++) {
            const double term = (double)dst[ow] * src[ow * (int64_t)p->stride_w + shift];
            sum += term;
            magnitude += fabs(term);
          }
        }
      const int64_t at = (((int64_t)c * p->icg + i) * p->kh + r) * p->kw + s;
      j->sum[at] = sum;
      if (j->magnitude) j->magnitude[at] = magnitude;
    }
}

static const struct {
  void (*plane)(const job *, int, int);
} directions[GCONV_DIRECTIONS] = {{forward_plane}, {backward_data_plane}, {backward_weights_plane}};

static int64_t written_elems(const gconv_problem *p) {
  const gconv_counts counts = gconv_problem_count(p);
  const int64_t elems[GCONV_DIRECTIONS] = {counts.dst_elems, counts.src_elems, counts.params};
  return elems[p->direction];
}

static void run_planes(const job *j, int threads) {
  const gconv_problem *p = j->p;
  const int outer[GCONV_DIRECTIONS] = {p->batch, p->batch, p->oc}, inner[GCONV_DIRECTIONS] = {p->oc, p->ic, p->icg};
  const int64_t planes = (int64_t)outer[p->direction] * inner[p->direction];
#pragma omp parallel for num_threads(threads) schedule(dynamic)
  for (int64_t plane = 0; plane < planes; plane++)
    directions[p->direction].plane(j, (int)(plane / inner[p->direction]), (int)(plane % inner[p->direction]));
}

/* Sums must not lie on what they are made of. The tensor that is written may be anything: it is not touched. */
static gconv_status check_apart(const gconv_problem *p, const float *const tensors[GCONV_TENSORS], const double *result,
                                const double *bound, size_t bytes) {
  static const char *const names[GCONV_TENSORS] = {"src", "wei", "dst"};
  const gconv_counts counts = gconv_problem_count(p);
  const int64_t elems[GCONV_TENSORS] = {counts.src_elems, counts.params, counts.dst_elems};
  gconv_region regions[GCONV_TENSORS + 2] = {{"result", result, bytes, true},
                                             {"bound", bound, bound ? bytes : 0, true}};
  int count = 2;
  for (int t = 0; t < GCONV_TENSORS; t++)
    if (t != (int)gconv_written_tensor(p->direction))
      regions[count++] = (gconv_region){names[t], tensors[t], (size_t)elems[t] * sizeof(float), false};
  return gconv_check_apart(regions, count);
}

gconv_status gconv_reference(const gconv_problem *problem, const float *src, const float *wei, const float *dst,
                             double *result, double *bound, int threads) {
  if (!problem || !result) return gconv_error(GCONV_INVALID, "%s is NULL", problem ? "result" : "problem");
  gconv_problem p = *problem;
  gconv_status status = gconv_problem_init(&p);
  if (status) return status;
  if (threads < 1) return gconv_error(GCONV_INVALID, "threads is %d, must be at least 1", threads);
  const float *const tensors[GCONV_TENSORS] = {src, wei, dst};
  static const char *const names[GCONV_TENSORS] = {"src", "wei", "dst"};
  for (int t = 0; t < GCONV_TENSORS; t++)
    if (!tensors[t] && t != (int)gconv_written_tensor(p.direction))
      return gconv_error(GCONV_INVALID, "%s is NULL", names[t]);

  const int64_t elems = written_elems(&p);
  status = check_apart(&p, tensors, result, bound, (size_t)elems * sizeof *result);
  if (status) return status;
  memset(result, 0, (size_t)elems * sizeof *result);
  if (bound) memset(bound, 0, (size_t)elems * sizeof *bound);
  run_planes(&(job){&p, src, wei, dst, result, bound}, threads);
  if (!bound) return GCONV_OK;
  const double u = 0x1p-24, ku = (double)gconv_problem_count(&p).sum_terms * u;
  const double gamma = ku < 1 ? ku / (1 - ku) : INFINITY;
  for (int64_t e = 0; e < elems; e++) bound[e] *= gamma;
  return GCONV_OK;
}

/* As a kernel: the double sums live in the workspace and are rounded once. */

static gconv_status plan(gconv_plan *plan) {
  plan->kernel_workspace_bytes = (size_t)written_elems(&plan->problem) * sizeof(double);
  plan->executed_macs = gconv_problem_count(&plan->problem).macs;
  strcpy(plan->text, "loops, double sums");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  double *sums = args->workspace.data;
  gconv_status status =
      gconv_reference(p, args->src.data, args->wei.data, args->dst.data, sums, NULL, plan->env.threads);
  if (status) return status;
  float *const written[GCONV_TENSORS] = {args->src.data, args->wei.data, args->dst.data};
  float *out = written[gconv_written_tensor(p->direction)];
  const int64_t elems = written_elems(p);
#pragma omp parallel for num_threads(plan->env.threads) schedule(static)
  for (int64_t e = 0; e < elems; e++) out[e] = (float)sums[e];
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_ref_scalar = {
    .name = "ref",
    .summary = "textbook loops with double accumulation, any problem; the oracle of every check",
    .reference =
        "definition of convolution; bound: Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1",
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
};
