/* test_reference.c - the reference itself: against seven plain loops that look up every element with its bounds
 * checked, and against the identity that ties the three directions together. Data are small integers, so all sums are
 * exact and results must be equal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "data.h"

#include <math.h>

static const char *const problems[] = {
    "mb2_ic3oc4_ih6kh3ph1",       "g2mb1_ic6oc4_ih7kh3ph1",
    "g3mb2_ic3oc6_ih5kh3sh2ph1",  "g4mb1_ic4oc4_ih9kh3sh3ph0",
    "g2mb1_ic4oc6_ih10kh3dh1ph2", "g2mb1_ic4oc4_ih11kh3sh2dh2ph1",
    "mb1_ic2oc3_ih3kh3dh3ph4",    "g2mb2_ic4oc4_ih6oh8kh1ph1",
    "g2mb1_ic4oc2_ih5oh1kh5ph0",  "mb1_ic2oc2_ih12oh3kh3sh4ph0",
    "mb1_ic2oc2_ih9oh5kh3ph-1",   "g2mb1_ic2oc4_ih9oh8kh3sh1ph2_iw9ow5kw3sw1pw-1",
    "mb1_ic2oc2_ih7oh4kh3sh2ph0", "g2mb1_ic10oc6_ih5oh4kh3sh1ph1_iw7ow6kw2sw1pw0",
    "g5mb2_ic5oc10_iw17kw3pw1",   "mb3_ic1oc1_ih1kh1",
};

typedef struct {
  gconv_problem p;
  float *src, *wei, *dst;
  gconv_counts counts;
} operands;

static operands make_operands(const char *descriptor) {
  operands o = {.p = problem_of(descriptor, GCONV_FWD)};
  o.counts = gconv_problem_count(&o.p);
  o.src = calloc((size_t)o.counts.src_elems, sizeof(float));
  o.wei = calloc((size_t)o.counts.params, sizeof(float));
  o.dst = calloc((size_t)o.counts.dst_elems, sizeof(float));
  assert_true(o.src && o.wei && o.dst);
  const int64_t terms = o.counts.sum_terms + o.p.batch * o.p.oh * o.p.ow; /* enough for any direction */
  data_fill_exact(o.src, o.counts.src_elems, 1, terms);
  data_fill_exact(o.wei, o.counts.params, 2, terms);
  data_fill_exact(o.dst, o.counts.dst_elems, 3, terms);
  return o;
}

static void free_operands(operands *o) {
  free(o->src);
  free(o->wei);
  free(o->dst);
}

static double src_at(const operands *o, int n, int c, int h, int w) {
  const gconv_problem *p = &o->p;
  if (h < 0 || h >= p->ih || w < 0 || w >= p->iw) return 0;
  return (double)o->src[((n * p->ic + c) * p->ih + h) * p->iw + w];
}

typedef struct {
  double sum, magnitude;
} total;

static void add(total *t, double a, double b) {
  t->sum += a * b;
  t->magnitude += fabs(a * b);
}

/* One turn of the seven loops. */
typedef struct {
  int n, oc, i, y, x, r, s;
} turn;

/* Where each of the tensors' elements meets the others in the seven loops n, g, o, i, (y, x), (r, s). */
typedef struct {
  int64_t src, wei, dst;
  bool inside;
} meeting;

static meeting meet(const gconv_problem *p, turn t) {
  const int c = t.oc / p->ocg * p->icg + t.i;
  const int h = t.y * p->stride_h - p->pad_top + t.r * (p->dilation_h + 1);
  const int w = t.x * p->stride_w - p->pad_left + t.s * (p->dilation_w + 1);
  return (meeting){.src = ((int64_t)(t.n * p->ic + c) * p->ih + h) * p->iw + w,
                   .wei = ((int64_t)(t.oc * p->icg + t.i) * p->kh + t.r) * p->kw + t.s,
                   .dst = ((int64_t)(t.n * p->oc + t.oc) * p->oh + t.y) * p->ow + t.x,
                   .inside = h >= 0 && h < p->ih && w >= 0 && w < p->iw};
}

/* Adds every product to the element of the written tensor it belongs to. */
static void brute_force(const operands *o, gconv_direction direction, total *result) {
  const gconv_problem *p = &o->p;
  for (int n = 0; n < p->batch; n++)
    for (int oc = 0; oc < p->oc; oc++)
      for (int i = 0; i < p->icg; i++)
        for (int y = 0; y < p->oh; y++)
          for (int x = 0; x < p->ow; x++)
            for (int r = 0; r < p->kh; r++)
              for (int s = 0; s < p->kw; s++) {
                const meeting m = meet(p, (turn){n, oc, i, y, x, r, s});
                if (!m.inside) continue;
                if (direction == GCONV_FWD) add(&result[m.dst], (double)o->src[m.src], (double)o->wei[m.wei]);
                if (direction == GCONV_BWD_D) add(&result[m.src], (double)o->dst[m.dst], (double)o->wei[m.wei]);
                if (direction == GCONV_BWD_W) add(&result[m.wei], (double)o->src[m.src], (double)o->dst[m.dst]);
              }
}

/* The definition in gconv.h for one output, read as it stands: zero outside the image. */
static void test_definition(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(problems); i++) {
    operands o = make_operands(problems[i]);
    const gconv_problem *p = &o.p;
    double *result = calloc((size_t)o.counts.dst_elems, sizeof *result);
    assert_ok(gconv_reference(p, o.src, o.wei, NULL, result, NULL, 1), problems[i]);
    for (int e = 0; e < o.counts.dst_elems; e++) {
      const int x = e % p->ow, y = e / p->ow % p->oh, oc = e / p->ow / p->oh % p->oc, n = e / p->ow / p->oh / p->oc;
      double sum = 0;
      for (int k = 0; k < p->icg * p->kh * p->kw; k++) {
        const int s = k % p->kw, r = k / p->kw % p->kh, ic = k / p->kw / p->kh;
        sum += src_at(&o, n, oc / p->ocg * p->icg + ic, y * p->stride_h - p->pad_top + r * (p->dilation_h + 1),
                      x * p->stride_w - p->pad_left + s * (p->dilation_w + 1)) *
               (double)o.wei[oc * p->icg * p->kh * p->kw + k];
      }
      if (result[e] != sum) fail_msg("%s: dst[%d] is %g, must be %g", problems[i], e, result[e], sum);
    }
    free(result);
    free_operands(&o);
  }
}

static void check_direction(const operands *o, gconv_direction direction, int threads) {
  gconv_problem p = o->p;
  p.direction = direction;
  const int64_t elems[GCONV_DIRECTIONS] = {o->counts.dst_elems, o->counts.src_elems, o->counts.params};
  const size_t count = (size_t)elems[direction];
  total *want = calloc(count, sizeof *want);
  double *got = malloc(count * sizeof *got), *bound = malloc(count * sizeof *bound);
  assert_true(want && got && bound);
  brute_force(o, direction, want);
  const gconv_tensor written = gconv_written_tensor(direction);
  assert_ok(gconv_reference(&p, written == GCONV_SRC ? NULL : o->src, written == GCONV_WEI ? NULL : o->wei,
                            written == GCONV_DST ? NULL : o->dst, got, bound, threads),
            gconv_direction_name(direction));
  const double ku = (double)gconv_problem_count(&p).sum_terms * 0x1p-24;
  for (size_t e = 0; e < count; e++) {
    if (got[e] != want[e].sum)
      fail_msg("%s: element %zu is %g, must be %g", gconv_direction_name(direction), e, got[e], want[e].sum);
    assert_true(fabs(bound[e] - ku / (1 - ku) * want[e].magnitude) <= 1e-12 * bound[e]);
  }
  free(want);
  free(got);
  free(bound);
}

static void test_brute_force(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(problems); i++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++)
      for (int threads = 1; threads <= 3; threads++) {
        operands o = make_operands(problems[i]);
        check_direction(&o, (gconv_direction)d, threads);
        free_operands(&o);
      }
}

static double dot(const float *a, const double *b, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += (double)a[i] * b[i];
  return sum;
}

/* <dst, fwd(src, wei)> = <src, bwd_d(dst, wei)> = <wei, bwd_w(src, dst)> for any src, wei and dst. */
static void test_adjoint(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(problems); i++) {
    operands o = make_operands(problems[i]);
    const float *const tensor[GCONV_DIRECTIONS] = {o.dst, o.src, o.wei};
    const int64_t elems[GCONV_DIRECTIONS] = {o.counts.dst_elems, o.counts.src_elems, o.counts.params};
    double product[GCONV_DIRECTIONS];
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      gconv_problem p = o.p;
      p.direction = (gconv_direction)d;
      double *result = calloc((size_t)elems[d], sizeof *result);
      assert_ok(gconv_reference(&p, o.src, o.wei, o.dst, result, NULL, 2), problems[i]);
      product[d] = dot(tensor[d], result, elems[d]);
      free(result);
    }
    assert_true(product[GCONV_FWD] == product[GCONV_BWD_D]);
    assert_true(product[GCONV_FWD] == product[GCONV_BWD_W]);
    free_operands(&o);
  }
}

static void test_misuse(void **state) {
  (void)state;
  operands o = make_operands(problems[0]);
  double *result = calloc((size_t)(o.counts.src_elems + o.counts.dst_elems), sizeof *result);
  assert_refused(gconv_reference(NULL, o.src, o.wei, o.dst, result, NULL, 1), GCONV_INVALID, "problem is NULL", "NULL");
  assert_refused(gconv_reference(&o.p, o.src, o.wei, o.dst, NULL, NULL, 1), GCONV_INVALID, "result is NULL", "NULL");
  assert_refused(gconv_reference(&o.p, NULL, o.wei, o.dst, result, NULL, 1), GCONV_INVALID, "src is NULL", "NULL");
  assert_refused(gconv_reference(&o.p, o.src, NULL, o.dst, result, NULL, 1), GCONV_INVALID, "wei is NULL", "NULL");
  assert_refused(gconv_reference(&o.p, o.src, o.wei, o.dst, result, NULL, 0), GCONV_INVALID, "threads is 0", "threads");
  gconv_problem bad = o.p;
  bad.groups = 0;
  assert_refused(gconv_reference(&bad, o.src, o.wei, o.dst, result, NULL, 1), GCONV_INVALID, "g is 0", "groups");
  o.p.direction = GCONV_BWD_D;
  assert_refused(gconv_reference(&o.p, o.src, o.wei, NULL, result, NULL, 1), GCONV_INVALID, "dst is NULL", "NULL");
  free(result);
  free_operands(&o);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_definition),
      cmocka_unit_test(test_brute_force),
      cmocka_unit_test(test_adjoint),
      cmocka_unit_test(test_misuse),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
