/* properties.c - linearity, impulses, shifts, groups, batches and adjoints. All data are small integers, so that a
 * kernel that only sums must agree with itself exactly; a transform may differ by its slack. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"
#include "data.h"

#include <math.h>
#include <string.h>

static gconv_tensor written(const experiment *e) { return gconv_written_tensor(e->problem.direction); }

static gconv_tensor other_input(const experiment *e, gconv_tensor input) {
  return (gconv_tensor)(GCONV_SRC + GCONV_WEI + GCONV_DST - (int)written(e) - (int)input);
}

static void copy(const tensors *from, tensors *to, gconv_tensor t) {
  memcpy(to->t[t], from->t[t], (size_t)to->elems[t] * sizeof(float));
}

/* f(a, c) + f(b, c) = f(a + b, c), in each of the two inputs. */
void property_linear(experiment *e) {
  tensors *a = experiment_take(e, &e->problem), *b = experiment_take(e, &e->problem),
          *sum = experiment_take(e, &e->problem);
  const gconv_tensor out = written(e);
  experiment_fill_inputs(e, a, 0, 2);
  experiment_compute(e, a);
  for (int t = 0; t < GCONV_TENSORS; t++) {
    const gconv_tensor in = (gconv_tensor)t;
    if (in == out) continue;
    experiment_fill(e, b, in, 1, 2);
    copy(a, b, other_input(e, in));
    copy(a, sum, other_input(e, in));
    for (int64_t i = 0; i < a->elems[t]; i++) sum->t[t][i] = a->t[t][i] + b->t[t][i];
    experiment_compute(e, b);
    experiment_compute(e, sum);
    for (int64_t i = 0; i < a->elems[out]; i++) experiment_expect(e, sum, i, (double)a->t[out][i] + b->t[out][i]);
  }
}

/* A single one in an activation gives back the other input, where the definition puts it. */
typedef struct {
  tensors *x;
  float *want;
  gconv_tensor other, out;
} response;

static void respond(void *context, product q) {
  const response *r = context;
  if (q.inside) r->want[q.at[r->out]] += r->x->t[r->other][q.at[r->other]];
}

void property_impulse(experiment *e) {
  enum { PULSES = 4 };
  tensors *x = experiment_take(e, &e->problem), *want = experiment_take(e, &e->problem);
  const gconv_tensor out = written(e), in = out == GCONV_SRC ? GCONV_DST : GCONV_SRC;
  response r = {x, want->t[out], other_input(e, in), out};
  experiment_fill(e, x, r.other, 0, 1);
  for (int i = 0; i < PULSES; i++) { /* both corners, then anywhere */
    const int64_t last = x->elems[in] - 1;
    const int64_t at = i == 0 ? 0 : i == 1 ? last : (int64_t)(data_seed(e->seed, i) % (uint64_t)(last + 1));
    memset(r.want, 0, (size_t)x->elems[out] * sizeof *r.want);
    x->t[in][at] = 1;
    each_product(&e->problem, in, at, respond, &r);
    experiment_compute(e, x);
    experiment_expect_all(e, x, r.want);
    x->t[in][at] = 0;
  }
}

/* to = from moved by `by` rows and columns, zeros moving in; what would leave is cleared from `from`. */
static void move(const gconv_problem *p, gconv_tensor t, tensors *from, tensors *to, place by) {
  const place shape = tensor_shape(p, t);
  memset(to->t[t], 0, (size_t)to->elems[t] * sizeof(float));
  for (int64_t i = 0; i < from->elems[t]; i++) {
    place at = tensor_place(p, t, i);
    at.h += by.h, at.w += by.w;
    if (at.h >= shape.h || at.w >= shape.w)
      from->t[t][i] = 0;
    else
      to->t[t][tensor_index(p, t, at)] = from->t[t][i];
  }
}

static void shift_by(experiment *e, place steps) {
  const gconv_problem *p = &e->problem;
  const gconv_tensor out = written(e);
  const place src_by = {.h = steps.h * p->stride_h, .w = steps.w * p->stride_w};
  if (src_by.h >= p->ih || src_by.w >= p->iw || steps.h >= p->oh || steps.w >= p->ow) return;
  tensors *a = experiment_take(e, p), *b = experiment_take(e, p);
  experiment_fill_inputs(e, a, 0, 1);
  if (out != GCONV_SRC) move(p, GCONV_SRC, a, b, src_by);
  if (out != GCONV_DST) move(p, GCONV_DST, a, b, steps);
  if (out != GCONV_WEI) copy(a, b, GCONV_WEI);
  experiment_compute(e, a);
  experiment_compute(e, b);
  const place by = out == GCONV_SRC ? src_by : out == GCONV_DST ? steps : (place){0};
  for (int64_t i = 0; i < b->elems[out]; i++) {
    place at = tensor_place(p, out, i);
    at.h -= by.h, at.w -= by.w;
    if (at.h >= 0 && at.w >= 0) experiment_expect(e, b, i, a->t[out][tensor_index(p, out, at)]);
  }
}

/* An image moved by a stride gives a result moved by one; weights gradients of moved pairs are the same. */
void property_shift(experiment *e) {
  shift_by(e, (place){.h = 1});
  shift_by(e, (place){.w = 1});
}

/* Group `g` of `from` becomes group `h` of `to`, which may be a problem with other groups. */
static void copy_group(const tensors *from, int g, tensors *to, int h, gconv_tensor t) {
  const int64_t elems =
      t == GCONV_WEI ? from->elems[t] / from->p.groups : from->elems[t] / from->p.groups / from->p.batch;
  const int images = t == GCONV_WEI ? 1 : from->p.batch;
  for (int n = 0; n < images; n++)
    memcpy(to->t[t] + ((int64_t)n * to->p.groups + h) * elems, from->t[t] + ((int64_t)n * from->p.groups + g) * elems,
           (size_t)elems * sizeof(float));
}

/* Groups in another order give the same results in that order. */
void property_permute(experiment *e) {
  const int groups = e->problem.groups;
  if (groups == 1) return;
  tensors *a = experiment_take(e, &e->problem), *b = experiment_take(e, &e->problem),
          *want = experiment_take(e, &e->problem);
  experiment_fill_inputs(e, a, 0, 1);
  experiment_compute(e, a);
  for (int g = 0; g < groups; g++)
    for (int t = 0; t < GCONV_TENSORS; t++)
      copy_group(a, g, (gconv_tensor)t == written(e) ? want : b, (g + 1) % groups, (gconv_tensor)t);
  experiment_compute(e, b);
  experiment_expect_all(e, b, want->t[written(e)]);
}

/* Each group is a dense convolution of its own. */
void property_apart(experiment *e) {
  const int groups = e->problem.groups;
  const gconv_tensor out = written(e);
  if (groups == 1) return;
  gconv_problem one = e->problem;
  one.groups = 1, one.ic = one.icg, one.oc = one.ocg;
  tensors *all = experiment_take(e, &e->problem), *part = experiment_take(e, &one), *want = experiment_take(e, &one);
  experiment_fill_inputs(e, all, 0, 1);
  experiment_compute(e, all);
  const int some[] = {0, groups / 2, groups - 1};
  for (int i = 0; i < 3; i++) {
    for (int t = 0; t < GCONV_TENSORS; t++)
      copy_group(all, some[i], (gconv_tensor)t == out ? want : part, 0, (gconv_tensor)t);
    experiment_compute(e, part);
    experiment_expect_all(e, part, want->t[out]);
  }
}

/* The dense layer whose weights are zero between groups. */
void property_diagonal(experiment *e) {
  enum { PARAMS_MAX = 1 << 22 };
  const gconv_problem *p = &e->problem;
  const gconv_tensor out = written(e);
  gconv_problem dense = *p;
  dense.groups = 1;
  if (p->groups == 1 || gconv_problem_count(p).params * p->groups > PARAMS_MAX) return;
  tensors *a = experiment_take(e, p), *b = experiment_take(e, &dense);
  experiment_fill_inputs(e, a, 0, p->groups); /* sums of the dense gradient run over no more terms */
  experiment_compute(e, a);
  copy(a, b, GCONV_SRC);
  copy(a, b, GCONV_DST);
  const int64_t row = (int64_t)p->icg * p->kh * p->kw;
  for (int oc = 0; oc < p->oc && out != GCONV_WEI; oc++)
    memcpy(b->t[GCONV_WEI] + ((int64_t)oc * p->groups + oc / p->ocg) * row, a->t[GCONV_WEI] + oc * row,
           (size_t)row * sizeof(float));
  experiment_compute(e, b);
  if (out != GCONV_WEI) experiment_expect_all(e, b, a->t[out]);
  for (int64_t i = 0; i < a->elems[GCONV_WEI] && out == GCONV_WEI; i++) {
    const int oc = (int)(i / row);
    experiment_expect(e, b, ((int64_t)oc * p->groups + oc / p->ocg) * row + i % row, a->t[GCONV_WEI][i]);
  }
}

static void copy_image(const tensors *from, int n, tensors *to, gconv_tensor t) {
  const int64_t elems = t == GCONV_WEI ? 0 : to->elems[t];
  memcpy(to->t[t], from->t[t] + n * elems, (size_t)(t == GCONV_WEI ? to->elems[t] : elems) * sizeof(float));
}

/* An image's result does not depend on the others; gradients of the weights add up over images. */
void property_batch(experiment *e) {
  gconv_problem many = e->problem, one = e->problem;
  if (many.batch == 1) many.batch = 2;
  one.batch = 1;
  const gconv_tensor out = written(e);
  tensors *all = experiment_take(e, &many), *part = experiment_take(e, &one), *want = experiment_take(e, &one);
  experiment_fill_inputs(e, all, 0, 1);
  experiment_compute(e, all);
  const bool sums = out == GCONV_WEI;
  for (int n = 0; n < many.batch; n += sums || n == many.batch - 1 ? 1 : many.batch - 1) {
    for (int t = 0; t < GCONV_TENSORS; t++)
      if (!sums || (gconv_tensor)t != out) copy_image(all, n, (gconv_tensor)t == out ? want : part, (gconv_tensor)t);
    experiment_compute(e, part);
    for (int64_t i = 0; i < part->elems[out] && sums; i++) want->t[out][i] += part->t[out][i];
    if (!sums) experiment_expect_all(e, part, want->t[out]);
  }
  if (sums) experiment_expect_all(e, all, want->t[out]);
}

static double inner(const tensors *a, const tensors *b, gconv_tensor t) {
  double sum = 0; /* of integers far below 2^53: exact */
  for (int64_t i = 0; i < a->elems[t]; i++) sum += (double)a->t[t][i] * b->t[t][i];
  return sum;
}

/* <conv(src, wei), dst> = <src, bwd_d(wei, dst)> = <wei, bwd_w(src, dst)>, for the directions the kernel has. */
void property_adjoint(experiment *e) {
  if (e->problem.direction == GCONV_FWD) return; /* each backward direction is compared with forward */
  gconv_problem forward = e->problem;
  forward.direction = GCONV_FWD;
  tensors *given = experiment_take(e, &e->problem), *fwd = experiment_take(e, &forward),
          *back = experiment_take(e, &e->problem);
  for (int t = 0; t < GCONV_TENSORS; t++) {
    experiment_fill(e, given, (gconv_tensor)t, 0, 1);
    if (t != GCONV_DST) copy(given, fwd, (gconv_tensor)t);
    if ((gconv_tensor)t != written(e)) copy(given, back, (gconv_tensor)t);
  }
  experiment_compute(e, fwd);
  experiment_compute(e, back);
  const double a = inner(fwd, given, GCONV_DST), b = inner(back, given, written(e));
  const double allowed = e->slack * (double)(given->elems[GCONV_DST] + given->elems[written(e)]) * 16;
  if (fabs(a - b) > allowed || isnan(a) || isnan(b))
    experiment_stop(e, CHECK_FAIL, "<fwd, dst> is %.17g, but <%s, its tensor> is %.17g", a,
                    gconv_direction_name(e->problem.direction), b);
}
