/* test_gradients.c - both gradients of every kernel against finite differences of the definition in double precision,
 * and all three directions against one number. For fixed g the loss L(src, wei) = <g, conv(src, wei)> is linear in
 * either argument, so that central differences are exact but for the rounding of L; and L is the inner product of each
 * direction's result with the tensor it belongs to. Data are real, bounds those of the reference. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "common.h"
#include "data.h"
#include "strict.h"

#include <math.h>

static const char *const problems[] = {
    "mb2_ic3oc4_ih6kh3ph1",                          /* dense */
    "g2mb2_ic6oc10_ih7kh3ph1",                       /* grouped */
    "g4mb2_ic16oc16_ih9kh3ph1",                      /* four channels a group */
    "g3mb1_ic24oc48_ih5kh3ph1",                      /* wider groups, oc twice ic */
    "g4mb2_ic16oc32_ih9oh5kh3sh2",                   /* stride */
    "g2mb1_ic8oc8_ih11kh3sh3ph2",                    /* stride 3, rows that no window reads */
    "g2mb1_ic4oc6_ih10kh3dh1ph2",                    /* dilation */
    "g2mb2_ic4oc4_ih11kh3sh2dh2ph1",                 /* dilation and stride */
    "g2mb1_ic8oc8_ih6oh8kh3ph2",                     /* more padding than half a kernel */
    "g2mb1_ic10oc6_ih5oh4kh3sh1ph1_iw7ow6kw2sw1pw0", /* uneven pads, uneven kernel */
    "g13mb2_ic13oc13_ih7kh3ph1",                     /* depthwise */
    "g5mb2_ic5oc10_ih8kh5sh2ph2",                    /* depthwise with a multiplier, 5x5, stride */
    "g4mb3_ic32oc16_ih5kh1",                         /* 1x1 */
    "g2mb1_ic6oc8_ih9oh4kh1sh2ph-1",                 /* 1x1 stride 2, negative pad */
    "g2mb1_ic4oc4_ih3oh1kh3ph0",                     /* one output */
};

/* The operands in double, one element of which may be shaken. */
typedef struct {
  gconv_problem p;
  int64_t elems[GCONV_TENSORS];
  float *given[GCONV_TENSORS];
  double *value[GCONV_TENSORS];
  double loss, magnitude; /* sum |g src wei| */
} operands;

/* The definition, and nothing shared with the reference. */
static double loss_of(const operands *o, double *magnitude) {
  const gconv_problem *p = &o->p;
  const double *src = o->value[GCONV_SRC], *wei = o->value[GCONV_WEI], *g = o->value[GCONV_DST];
  double loss = 0, sum = 0;
  for (int64_t d = 0; d < o->elems[GCONV_DST]; d++) {
    const int x = (int)(d % p->ow), y = (int)(d / p->ow % p->oh), c = (int)(d / p->ow / p->oh % p->oc),
              n = (int)(d / p->ow / p->oh / p->oc);
    for (int k = 0; k < p->icg * p->kh * p->kw; k++) {
      const int s = k % p->kw, r = k / p->kw % p->kh, i = c / p->ocg * p->icg + k / p->kw / p->kh;
      const int h = y * p->stride_h + r * (p->dilation_h + 1) - p->pad_top,
                w = x * p->stride_w + s * (p->dilation_w + 1) - p->pad_left;
      if (h < 0 || h >= p->ih || w < 0 || w >= p->iw) continue;
      const double term =
          g[d] * wei[c * p->icg * p->kh * p->kw + k] * src[(((int64_t)n * p->ic + i) * p->ih + h) * p->iw + w];
      loss += term;
      sum += fabs(term);
    }
  }
  if (magnitude) *magnitude = sum;
  return loss;
}

static operands make_operands(const char *descriptor) {
  operands o = {.p = problem_of(descriptor, GCONV_FWD)};
  const gconv_counts counts = gconv_problem_count(&o.p);
  o.elems[GCONV_SRC] = counts.src_elems, o.elems[GCONV_WEI] = counts.params, o.elems[GCONV_DST] = counts.dst_elems;
  for (int t = 0; t < GCONV_TENSORS; t++) {
    o.given[t] = malloc((size_t)o.elems[t] * sizeof(float));
    o.value[t] = malloc((size_t)o.elems[t] * sizeof(double));
    assert_true(o.given[t] && o.value[t]);
    data_fill_real(o.given[t], o.elems[t], data_seed(5, t));
    for (int64_t i = 0; i < o.elems[t]; i++) o.value[t][i] = (double)o.given[t][i];
  }
  o.loss = loss_of(&o, &o.magnitude);
  return o;
}

static void free_operands(operands *o) {
  for (int t = 0; t < GCONV_TENSORS; t++) {
    free(o->given[t]);
    free(o->value[t]);
  }
}

/* Of one direction: what it must write, how far off it may be, and some elements by finite differences. */
enum { PICKED = 24 };
typedef struct {
  gconv_problem p;
  gconv_tensor written;
  double *want, *bound;
  int64_t picked, at[PICKED];
  double difference[PICKED], rounding;
} target;

static double difference(operands *o, gconv_tensor t, int64_t i) {
  double *value = &o->value[t][i];
  const double before = *value;
  *value = before + 1;
  const double above = loss_of(o, NULL);
  *value = before - 1;
  const double below = loss_of(o, NULL);
  *value = before;
  return (above - below) / 2;
}

/* Differences of sums of so many products of doubles: rounded a few thousand times relative to 2^-53 of them all, and
 * of what one shaken element adds. */
static target make_target(operands *o, gconv_direction direction) {
  target t = {.p = o->p, .rounding = 1e-12 * (o->magnitude + 100)};
  t.p.direction = direction;
  t.written = gconv_written_tensor(direction);
  const int64_t elems = o->elems[t.written];
  t.want = malloc((size_t)elems * sizeof(double));
  t.bound = malloc((size_t)elems * sizeof(double));
  assert_true(t.want && t.bound);
  assert_ok(gconv_reference(&t.p, t.written == GCONV_SRC ? NULL : o->given[GCONV_SRC],
                            t.written == GCONV_WEI ? NULL : o->given[GCONV_WEI],
                            t.written == GCONV_DST ? NULL : o->given[GCONV_DST], t.want, t.bound, 1),
            "reference");
  t.picked = direction == GCONV_FWD ? 0 : elems < PICKED ? elems : PICKED;
  for (int64_t k = 0; k < t.picked; k++) {
    t.at[k] = k * elems / t.picked + (elems > PICKED ? k % (elems / PICKED) : 0);
    t.difference[k] = difference(o, t.written, t.at[k]);
  }
  return t;
}

static void free_target(target *t) {
  free(t->want);
  free(t->bound);
}

/* NULL, or what is wrong with a result. */
static const char *objection(const operands *o, const target *t, const float *got, double amplification) {
  static char text[256];
  for (int64_t k = 0; k < t->picked; k++) {
    const double value = (double)got[t->at[k]], allowed = amplification * t->bound[t->at[k]] + t->rounding;
    if (fabs(value - t->difference[k]) <= allowed) continue;
    snprintf(text, sizeof text, "element %lld is %.9g, the finite difference %.9g +- %.2g", (long long)t->at[k], value,
             t->difference[k], allowed);
    return text;
  }
  double inner = 0, allowed = t->rounding;
  for (int64_t i = 0; i < o->elems[t->written]; i++) {
    inner += (double)got[i] * o->value[t->written][i];
    allowed += amplification * t->bound[i] * fabs(o->value[t->written][i]);
  }
  if (fabs(inner - o->loss) <= allowed) return NULL;
  snprintf(text, sizeof text, "<result, its tensor> is %.12g, <g, conv(src, wei)> %.12g +- %.2g", inner, o->loss,
           allowed);
  return text;
}

/* False if the kernel does not take it. */
static bool check_run(const operands *o, const target *t, const char *kernel, int threads, unsigned isa_mask) {
  const gconv_env env = {.threads = threads, .isa_mask = isa_mask};
  gconv_plan *plan;
  const gconv_status status = gconv_plan_create(kernel, &t->p, &env, &plan);
  if (status == GCONV_UNSUPPORTED) return false;
  assert_ok(status, kernel);
  float *got = malloc((size_t)o->elems[t->written] * sizeof *got);
  assert_non_null(got);
  const float *plain[GCONV_TENSORS];
  for (int i = 0; i < GCONV_TENSORS; i++) plain[i] = (gconv_tensor)i == t->written ? NULL : o->given[i];
  const check_result run = strict_run(plan, plain, (strict_conditions){0}, got);
  assert_int_equal(run.verdict, CHECK_PASS);
  const gconv_kernel *k = plan->kernel;
  const char *wrong = objection(o, t, got, k->amplification ? k->amplification(&t->p) : 1);
  char text[GCONV_TEXT_MAX];
  gconv_problem_print(&t->p, text, sizeof text);
  if (wrong) fail_msg("%s, %s, %s, %d threads: %s", kernel, gconv_direction_name(t->p.direction), text, threads, wrong);
  free(got);
  gconv_plan_destroy(plan);
  return true;
}

static void test_gradients_are_finite_differences(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  int runs[GCONV_DIRECTIONS] = {0};
  for (size_t i = 0; i < ROWS(problems); i++) {
    operands o = make_operands(problems[i]);
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      target t = make_target(&o, (gconv_direction)d);
      for (size_t k = 0; k < kernels; k++) {
        if (entries[k].missing) continue;
        const unsigned usable = check_variants(entries[k].name, gconv_isa_detect());
        const bool library = gconv_kernel_find(entries[k].name, 0)->library;
        for (int isa = 0; isa < GCONV_ISAS; isa++)
          for (int threads = 1; threads <= 2 && usable & 1u << isa; threads++)
            runs[d] += check_run(&o, &t, entries[k].name, threads, library ? 0 : 1u << isa);
      }
      free_target(&t);
    }
    free_operands(&o);
  }
  for (int d = 0; d < GCONV_DIRECTIONS; d++) assert_true(runs[d] >= 10 * (int)ROWS(problems));
}

/* What the check above is for: gradients that are right for a neighbouring problem, or but for one element. */
static void test_wrong_gradients_are_noticed(void **state) {
  (void)state;
  operands o = make_operands("g2mb1_ic4oc6_ih10oh10kh3dh1ph2");
  operands other = make_operands("g2mb1_ic4oc6_ih10oh10kh3dh0ph1"); /* not dilated: same sizes */
  for (int d = GCONV_BWD_D; d < GCONV_DIRECTIONS; d++) {
    target t = make_target(&o, (gconv_direction)d), wrong = make_target(&other, (gconv_direction)d);
    const int64_t elems = o.elems[t.written];
    assert_int_equal(elems, other.elems[t.written]);
    float *got = calloc((size_t)elems, sizeof *got);
    assert_non_null(got);
    for (int64_t i = 0; i < elems; i++) got[i] = (float)t.want[i];
    assert_null(objection(&o, &t, got, 1));
    for (int64_t i = 0; i < elems; i++) got[i] = (float)wrong.want[i];
    assert_non_null(objection(&o, &t, got, 1));
    for (int64_t i = 0; i < elems; i++) got[i] = (float)t.want[i];
    got[t.at[1]] += (float)(4 * t.bound[t.at[1]] + 4 * t.rounding);
    assert_non_null(objection(&o, &t, got, 1));
    got[t.at[1]] = NAN;
    assert_non_null(objection(&o, &t, got, 1));
    free(got);
    free_target(&t);
    free_target(&wrong);
  }
  free_operands(&o);
  free_operands(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gradients_are_finite_differences),
      cmocka_unit_test(test_wrong_gradients_are_noticed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
