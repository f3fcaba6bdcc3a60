/* experiment.c - planning, running and comparing for experiments, and the products of a convolution's definition. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment.h"
#include "data.h"
#include "strict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As data_fill_exact draws them. */
static const double amplitude = 16;

/* Two results of a transform, each within its bound of the same sum; four of them take part in the longest
 * comparison. */
static double slack_of(const gconv_kernel *kernel, const gconv_problem *p) {
  const double terms = (double)gconv_problem_count(p).sum_terms;
  if (kernel->numeric == GCONV_SUM_ANY_ORDER) return 0;
  return 4 * kernel->amplification(p) * 0x1p-24 * terms * terms * amplitude * amplitude;
}

void experiment_stop(experiment *e, check_verdict verdict, const char *format, ...) {
  va_list args;
  va_start(args, format);
  e->result = (check_result){.verdict = verdict, .worst = -1};
  vsnprintf(e->result.reason, sizeof e->result.reason, format, args);
  va_end(args);
  longjmp(e->end, 1);
}

/* The plan for a problem in the experiment's environment, made or remembered; NULL where it is refused. */
static const gconv_plan *plan_for(experiment *e, const gconv_problem *problem) {
  for (int i = 0; i < EXPERIMENT_PLANS; i++) {
    const gconv_plan *known = e->plan[i];
    if (known && known->env.threads == e->env.threads && !memcmp(&known->problem, problem, sizeof *problem))
      return known;
  }
  gconv_plan *fresh;
  e->status = gconv_plan_create(e->kernel, problem, &e->env, &fresh);
  if (e->status) return NULL;
  gconv_plan **slot = &e->plan[e->planned++ % EXPERIMENT_PLANS];
  gconv_plan_destroy(*slot);
  return *slot = fresh;
}

check_result experiment_begin(experiment *e, const char *kernel, const gconv_env *env, const gconv_problem *problem,
                              uint64_t seed) {
  *e = (experiment){.kernel = kernel, .env = *env, .problem = *problem, .seed = seed};
  if (!e->env.threads) e->env.threads = 1;
  const gconv_plan *plan = plan_for(e, problem);
  if (!plan) return check_refusal(e->status);
  e->problem = plan->problem;
  e->numeric = plan->kernel->numeric;
  e->deterministic = plan->deterministic;
  e->mixes_groups = plan->kernel->mixes_groups;
  e->slack = slack_of(plan->kernel, &plan->problem);
  return (check_result){.verdict = CHECK_PASS, .worst = -1};
}

check_result experiment_try(experiment *e, void (*body)(experiment *)) {
  const gconv_env env = e->env;
  const double slack = e->slack;
  e->result = (check_result){.verdict = CHECK_PASS, .worst = -1};
  if (!setjmp(e->end)) body(e);
  e->env = env;
  e->slack = slack;
  for (int i = 0; i < EXPERIMENT_TENSORS; i++)
    for (int t = 0; t < GCONV_TENSORS; t++) free(e->taken[i].t[t]);
  memset(e->taken, 0, sizeof e->taken);
  e->used = 0;
  return e->result;
}

void experiment_end(experiment *e) {
  for (int i = 0; i < EXPERIMENT_PLANS; i++) gconv_plan_destroy(e->plan[i]);
}

tensors *experiment_take(experiment *e, const gconv_problem *problem) {
  tensors *x = &e->taken[e->used++];
  x->p = *problem;
  if (gconv_problem_init(&x->p)) experiment_stop(e, CHECK_FAIL, "a problem for comparison: %s", gconv_last_error());
  const gconv_counts counts = gconv_problem_count(&x->p);
  const int64_t elems[GCONV_TENSORS] = {counts.src_elems, counts.params, counts.dst_elems};
  for (int t = 0; t < GCONV_TENSORS; t++) {
    x->elems[t] = elems[t];
    x->t[t] = calloc((size_t)elems[t], sizeof(float));
    if (!x->t[t]) experiment_stop(e, CHECK_SKIPPED, "no memory for %lld floats", (long long)elems[t]);
  }
  return x;
}

void experiment_fill(const experiment *e, tensors *x, gconv_tensor tensor, int stream, int headroom) {
  const int64_t terms = gconv_problem_count(&x->p).sum_terms * headroom;
  data_fill_exact(x->t[tensor], x->elems[tensor], data_seed(e->seed, stream * GCONV_TENSORS + (int)tensor), terms);
}

void experiment_fill_inputs(const experiment *e, tensors *x, int stream, int headroom) {
  for (int t = 0; t < GCONV_TENSORS; t++)
    if ((gconv_tensor)t != gconv_written_tensor(x->p.direction))
      experiment_fill(e, x, (gconv_tensor)t, stream, headroom);
}

void experiment_compute(experiment *e, tensors *x) {
  const gconv_plan *plan = plan_for(e, &x->p);
  if (!plan) {
    const check_result refusal = check_refusal(e->status);
    if (e->status == GCONV_NO_MEMORY) experiment_stop(e, CHECK_SKIPPED, "%s", refusal.reason);
    experiment_stop(e, refusal.verdict == CHECK_SKIPPED ? CHECK_PASS : CHECK_FAIL, "%s", refusal.reason);
  }
  const strict_conditions how = {.skew = e->runs++ % 2 ? sizeof(float) : 0}; /* nothing may depend on addresses */
  const check_result r = strict_run(plan, (const float *const *)x->t, how, x->t[gconv_written_tensor(x->p.direction)]);
  if (r.verdict != CHECK_PASS) experiment_stop(e, r.verdict, "%s", r.reason);
}

void experiment_expect(experiment *e, const tensors *x, int64_t index, double want) {
  const double got = x->t[gconv_written_tensor(x->p.direction)][index];
  if (fabs(got - want) <= e->slack) return; /* false for NaN */
  char element[96];
  check_name_element(&x->p, index, element, sizeof element);
  experiment_stop(e, CHECK_FAIL, "%s is %.9g, must be %.9g", element, got, want);
}

void experiment_expect_all(experiment *e, const tensors *x, const float *want) {
  const int64_t elems = x->elems[gconv_written_tensor(x->p.direction)];
  for (int64_t i = 0; i < elems; i++) experiment_expect(e, x, i, want[i]);
}

place tensor_shape(const gconv_problem *p, gconv_tensor tensor) {
  const place shapes[GCONV_TENSORS] = {
      {p->batch, p->ic, p->ih, p->iw}, {p->oc, p->icg, p->kh, p->kw}, {p->batch, p->oc, p->oh, p->ow}};
  return shapes[tensor];
}

int64_t tensor_index(const gconv_problem *p, gconv_tensor tensor, place at) {
  const place shape = tensor_shape(p, tensor);
  return (((int64_t)at.a * shape.b + at.b) * shape.h + at.h) * shape.w + at.w;
}

place tensor_place(const gconv_problem *p, gconv_tensor tensor, int64_t index) {
  const place shape = tensor_shape(p, tensor);
  return (place){(int)(index / shape.w / shape.h / shape.b), (int)(index / shape.w / shape.h % shape.b),
                 (int)(index / shape.w % shape.h), (int)(index % shape.w)};
}

/* Output position `out` through tap `tap`: its input position, or -1 outside. */
static int input_at(int out, int tap, int stride, int dilation, int pad, int size) {
  const int64_t in = (int64_t)out * stride - pad + (int64_t)tap * (dilation + 1);
  return in >= 0 && in < size ? (int)in : -1;
}

/* The output whose tap `tap` reads input `in`, or -1. */
static int output_at(int in, int tap, int stride, int dilation, int pad, int size) {
  const int64_t reach = (int64_t)in + pad - (int64_t)tap * (dilation + 1);
  return reach >= 0 && reach % stride == 0 && reach / stride < size ? (int)(reach / stride) : -1;
}

/* The product of one weight in the sum for one element of dst, both of the same output channel. */
static product product_of(const gconv_problem *p, place wei, place dst) {
  const int ih = input_at(dst.h, wei.h, p->stride_h, p->dilation_h, p->pad_top, p->ih);
  const int iw = input_at(dst.w, wei.w, p->stride_w, p->dilation_w, p->pad_left, p->iw);
  const bool inside = ih >= 0 && iw >= 0;
  const place src = {dst.a, wei.a / p->ocg * p->icg + wei.b, ih, iw};
  return (product){{inside ? tensor_index(p, GCONV_SRC, src) : (int64_t)-1, tensor_index(p, GCONV_WEI, wei),
                    tensor_index(p, GCONV_DST, dst)},
                   inside};
}

static void products_of_src(const gconv_problem *p, place at, void (*visit)(void *, product), void *context) {
  const int group = at.b / p->icg;
  for (int r = 0; r < p->kh; r++)
    for (int s = 0; s < p->kw; s++) {
      const int y = output_at(at.h, r, p->stride_h, p->dilation_h, p->pad_top, p->oh);
      const int x = output_at(at.w, s, p->stride_w, p->dilation_w, p->pad_left, p->ow);
      for (int o = 0; o < p->ocg && y >= 0 && x >= 0; o++) {
        const int oc = group * p->ocg + o;
        visit(context, product_of(p, (place){oc, at.b % p->icg, r, s}, (place){at.a, oc, y, x}));
      }
    }
}

static void products_of_wei(const gconv_problem *p, place at, void (*visit)(void *, product), void *context) {
  for (int n = 0; n < p->batch; n++)
    for (int y = 0; y < p->oh; y++)
      for (int x = 0; x < p->ow; x++) visit(context, product_of(p, at, (place){n, at.a, y, x}));
}

static void products_of_dst(const gconv_problem *p, place at, void (*visit)(void *, product), void *context) {
  for (int i = 0; i < p->icg; i++)
    for (int r = 0; r < p->kh; r++)
      for (int s = 0; s < p->kw; s++) visit(context, product_of(p, (place){at.b, i, r, s}, at));
}

void each_product(const gconv_problem *p, gconv_tensor tensor, int64_t index, void (*visit)(void *, product),
                  void *context) {
  static void (*const walks[GCONV_TENSORS])(const gconv_problem *, place, void (*)(void *, product),
                                            void *) = {products_of_src, products_of_wei, products_of_dst};
  walks[tensor](p, tensor_place(p, tensor, index), visit, context);
}
