/* special.c - NaN, infinities, extreme magnitudes, and the same result again.
 *
 * Dependence is that of the definition: a result depends on the elements of its window, in its group. A tap that lies
 * outside the image multiplies a zero, so an infinite or NaN weight may also reach the results for which its tap is
 * outside (0 * inf = NaN): kernels are free to multiply padding or to leave it out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"
#include "data.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gconv_tensor written(const experiment *e) { return gconv_written_tensor(e->problem.direction); }

static bool is_input(const experiment *e, int tensor) { return (gconv_tensor)tensor != written(e); }

/* Group of element i of a tensor. */
static int group_of(const gconv_problem *p, gconv_tensor t, int64_t i) {
  const place at = tensor_place(p, t, i);
  return t == GCONV_SRC ? at.b / p->icg : t == GCONV_DST ? at.b / p->ocg : at.a / p->ocg;
}

/* With NaN in all other groups, a group's result is what it was. */
void property_bleed(experiment *e) {
  const gconv_problem *p = &e->problem;
  if (p->groups == 1 || e->mixes_groups) return;
  tensors *clean = experiment_take(e, p), *dirty = experiment_take(e, p);
  const int kept[] = {0, p->groups / 2, p->groups - 1};
  const gconv_tensor out = written(e);
  experiment_fill_inputs(e, clean, 0, 1);
  experiment_compute(e, clean);
  for (int k = 0; k < 3; k++) {
    for (int t = 0; t < GCONV_TENSORS; t++)
      for (int64_t i = 0; i < clean->elems[t] && is_input(e, t); i++)
        dirty->t[t][i] = group_of(p, (gconv_tensor)t, i) == kept[k] ? clean->t[t][i] : NAN;
    experiment_compute(e, dirty);
    for (int64_t i = 0; i < clean->elems[out]; i++)
      if (group_of(p, out, i) == kept[k]) experiment_expect(e, dirty, i, clean->t[out][i]);
  }
}

typedef enum { UNTOUCHED, MAY, MUST } reach;

typedef struct {
  const experiment *e;
  const tensors *clean;
  gconv_tensor in;
  uint8_t *reach; /* of each written element */
} spread;

static void mark(void *context, product q) {
  const spread *s = context;
  const gconv_tensor out = written(s->e);
  const gconv_tensor other = (gconv_tensor)(GCONV_SRC + GCONV_WEI + GCONV_DST - (int)s->in - (int)out);
  if (q.at[out] < 0) return;
  uint8_t *r = &s->reach[q.at[out]];
  const reach now = q.inside && s->clean->t[other][q.at[other]] != 0 ? MUST : MAY;
  if (*r < now) *r = now;
}

/* What a kernel may also spoil, given how it works: a transform its whole group; backward data, seen as a convolution
 * of dst with zeros between and around, all of the channel a weight leads to; weights, whose padding is zeros in the
 * other activation, all taps of one channel pair. */
static void mark_free(const spread *s, int64_t index) {
  const gconv_problem *p = &s->e->problem;
  const gconv_tensor out = written(s->e);
  const place at = tensor_place(p, s->in, index);
  const int group = group_of(p, s->in, index);
  for (int64_t i = 0; i < s->clean->elems[out]; i++) {
    const place to = tensor_place(p, out, i);
    bool may = s->e->mixes_groups || (s->e->numeric == GCONV_TRANSFORM && group_of(p, out, i) == group);
    if (s->in == GCONV_WEI && out == GCONV_SRC) may |= to.b == group * p->icg + at.b;
    if (s->in == GCONV_SRC && out == GCONV_WEI) may |= to.a / p->ocg == group && to.b == at.b % p->icg;
    if (may && s->reach[i] == UNTOUCHED) s->reach[i] = MAY;
  }
}

static void expect_spread(experiment *e, const tensors *x, const spread *s, int64_t index, float value) {
  static const char *const names[GCONV_TENSORS] = {"src", "wei", "dst"};
  const gconv_tensor out = written(e);
  for (int64_t i = 0; i < x->elems[out]; i++) {
    const float got = x->t[out][i], before = s->clean->t[out][i];
    const bool same = fabs((double)got - before) <= e->slack;
    if (s->reach[i] == MAY || (s->reach[i] == MUST ? !isfinite(got) : same)) continue;
    char element[96];
    check_name_element(&e->problem, i, element, sizeof element);
    experiment_stop(e, CHECK_FAIL, "with %g as element %lld of %s, %s is %.9g, must be %s", (double)value,
                    (long long)index, names[s->in], element, (double)got,
                    s->reach[i] == MUST ? "infinite or NaN" : "as without");
  }
}

/* One infinity or NaN spoils every result that depends on it and no other. */
void property_reach(experiment *e) {
  enum { FIRST, LAST, ANYWHERE };
  static const struct {
    float value;
    int where;
  } rows[] = {{INFINITY, FIRST}, {NAN, LAST}, {-INFINITY, ANYWHERE}, {NAN, ANYWHERE}};
  tensors *clean = experiment_take(e, &e->problem), *x = experiment_take(e, &e->problem),
          *marks = experiment_take(e, &e->problem);
  experiment_fill_inputs(e, clean, 0, 1);
  experiment_compute(e, clean);
  spread s = {.e = e, .clean = clean, .reach = (uint8_t *)marks->t[written(e)]};
  for (int t = 0; t < GCONV_TENSORS; t++)
    for (size_t v = 0; v < sizeof rows / sizeof *rows && is_input(e, t); v++) {
      const int64_t last = clean->elems[t] - 1;
      const int64_t drawn = (int64_t)(data_seed(e->seed, (int)v * GCONV_TENSORS + t) % (uint64_t)(last + 1));
      const int64_t index = rows[v].where == FIRST ? 0 : rows[v].where == LAST ? last : drawn;
      s.in = (gconv_tensor)t;
      memset(s.reach, UNTOUCHED, (size_t)clean->elems[written(e)]);
      each_product(&e->problem, s.in, index, mark, &s);
      mark_free(&s, index);
      for (int u = 0; u < GCONV_TENSORS; u++) memcpy(x->t[u], clean->t[u], (size_t)x->elems[u] * sizeof(float));
      x->t[t][index] = rows[v].value;
      experiment_compute(e, x);
      expect_spread(e, x, &s, index, rows[v].value);
    }
}

/* Scaling the inputs by powers of two scales the result, as long as nothing leaves the range: huge times tiny, numbers
 * that are denormal before and after, and zeros of either sign. A transform's own numbers are smaller than what goes
 * in: of denormals it keeps no digits. */
void property_scale(experiment *e) {
  static const int exponents[][2] = {{100, -100}, {50, 50}, {-140, 100}, {100, -140}, {-70, -70}};
  enum { NORMAL = 2, ALL = sizeof exponents / sizeof *exponents };
  const gconv_tensor out = written(e);
  tensors *plain = experiment_take(e, &e->problem), *x = experiment_take(e, &e->problem);
  experiment_fill_inputs(e, plain, 0, 1);
  experiment_compute(e, plain);
  const double slack = e->slack;
  for (size_t k = 0; k < (e->numeric == GCONV_TRANSFORM ? NORMAL : ALL); k++) {
    double scale = 1;
    for (int t = 0, input = 0; t < GCONV_TENSORS; t++) {
      if (!is_input(e, t)) continue;
      const float factor = ldexpf(1, exponents[k][input++]);
      scale *= factor;
      for (int64_t i = 0; i < x->elems[t]; i++) /* 0 * -1: every other zero is negative */
        x->t[t][i] = plain->t[t][i] != 0 ? plain->t[t][i] * factor : i & 1 ? -0.0f : 0.0f;
    }
    e->slack = slack ? fmax(slack * scale, FLT_MIN) : 0;
    experiment_compute(e, x);
    for (int64_t i = 0; i < x->elems[out]; i++) experiment_expect(e, x, i, plain->t[out][i] * scale);
  }
}

static void expect_bits(experiment *e, const tensors *a, const tensors *b, const char *when) {
  const gconv_tensor out = written(e);
  for (int64_t i = 0; i < a->elems[out]; i++) {
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): of bits, that is of signs of zeros, too */
    if (!memcmp(&a->t[out][i], &b->t[out][i], sizeof(float))) continue;
    char element[96];
    check_name_element(&e->problem, i, element, sizeof element);
    experiment_stop(e, CHECK_FAIL, "%s is %.9g, and %.9g %s", element, (double)a->t[out][i], (double)b->t[out][i],
                    when);
  }
}

/* The same again, bit by bit; with other thread counts too, unless the plan says that they matter. */
void property_repeat(experiment *e) {
  static const int threads[] = {1, 2, 3};
  tensors *first = experiment_take(e, &e->problem), *again = experiment_take(e, &e->problem);
  for (int t = 0; t < GCONV_TENSORS; t++) {
    if (!is_input(e, t)) continue;
    data_fill_real(first->t[t], first->elems[t], data_seed(e->seed, t));
    memcpy(again->t[t], first->t[t], (size_t)first->elems[t] * sizeof(float));
  }
  experiment_compute(e, first);
  experiment_compute(e, again);
  expect_bits(e, first, again, "in the next run");
  const int own = e->env.threads ? e->env.threads : 1;
  for (size_t i = 0; i < sizeof threads / sizeof *threads && e->deterministic; i++) {
    char when[32];
    if (threads[i] == own) continue;
    snprintf(when, sizeof when, "with %d threads", threads[i]);
    e->env.threads = threads[i];
    experiment_compute(e, again);
    expect_bits(e, first, again, when);
  }
}
