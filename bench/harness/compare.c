/* compare.c - a result against the reference. NaN and infinity are looked for before anything is compared: they make
 * every later comparison false and would pass a careless check. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_name_element(const gconv_problem *p, int64_t index, char *text, size_t size) {
  const gconv_tensor written = gconv_written_tensor(p->direction);
  const gconv_dims d = gconv_tensor_dims(p, written);
  const bool weights = written == GCONV_WEI;
  const int c_size = weights ? p->icg : d.c, h_size = weights ? p->kh : d.h, w_size = weights ? p->kw : d.w;
  const int w = (int)(index % w_size), h = (int)(index / w_size % h_size);
  const int channel = (int)(index / w_size / h_size % c_size), outer = (int)(index / w_size / h_size / c_size);
  static const char *const names[GCONV_TENSORS] = {"src[n %d, c %d, h %d, w %d]", "wei[oc %d, ic %d, kh %d, kw %d]",
                                                   "dst[n %d, c %d, h %d, w %d]"};
  snprintf(text, size, names[written], outer, channel, h, w);
}

static bool is_poison(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits == GUARD_POISON;
}

/* Error of one element as a multiple of what is allowed; > 1 is wrong. Not finite: infinite. */
static double element_error(double got, double want, double allowed) {
  if (!isfinite(got)) return INFINITY;
  const double error = fabs(got - want);
  if (error == 0) return 0;
  return allowed > 0 ? error / allowed : INFINITY;
}

/* The elements of a plane of the written tensor: in a transformed domain an output also takes the roundings of products
 * that belong to outputs beside it, so its error is bounded by the largest bound of its plane. A sum's is bounded term
 * by term. */
static int64_t plane_of(const gconv_problem *p) {
  const gconv_tensor written = gconv_written_tensor(p->direction);
  const gconv_dims d = gconv_tensor_dims(p, written);
  return written == GCONV_WEI ? (int64_t)p->kh * p->kw : (int64_t)d.h * d.w;
}

static int64_t bound_run(const check_case *c, const gconv_kernel *kernel) {
  return kernel->numeric == GCONV_TRANSFORM ? plane_of(&c->problem) : 1;
}

static double largest_bound(const double *bound, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; i++) largest = fmax(largest, bound[i]);
  return largest;
}

/* The pairs of input and weight that a transform multiplies and cancels again are those of the outputs around the plane
 * too, whose windows reach into the image: where the plane is so small that its own outputs miss some weights, even a
 * result that must be zero takes their roundings. The bounds, with the first of each plane raised to the largest of the
 * plane and its surroundings; NULL without memory. */
static double *bounds_with_surroundings(const check_case *c, int64_t run) {
  gconv_problem p = c->problem;
  p.pad_top = p.pad_bottom = (p.kh - 1) * (p.dilation_h + 1);
  p.pad_left = p.pad_right = (p.kw - 1) * (p.dilation_w + 1);
  if (gconv_problem_init(&p)) return NULL;
  const int64_t elems = c->elems[GCONV_DST], wide = gconv_problem_count(&p).dst_elems, wide_run = (int64_t)p.oh * p.ow;
  double *bound = malloc((size_t)elems * sizeof *bound), *around = malloc(2 * (size_t)wide * sizeof *around);
  const bool ok = bound && around &&
                  !gconv_reference(&p, c->tensor[GCONV_SRC], c->tensor[GCONV_WEI], NULL, around + wide, around, 1);
  for (int64_t plane = 0; ok && plane < elems / run; plane++) {
    memcpy(&bound[plane * run], &c->bound[plane * run], (size_t)run * sizeof *bound);
    bound[plane * run] = fmax(bound[plane * run], largest_bound(&around[plane * wide_run], wide_run));
  }
  free(around);
  if (ok) return bound;
  free(bound);
  return NULL;
}

static check_result compare_within(const check_case *c, const gconv_kernel *kernel, const float *got,
                                   const double *bound) {
  const int64_t elems = c->elems[gconv_written_tensor(c->problem.direction)];
  const bool equal = c->mode != CHECK_REAL && kernel->numeric == GCONV_SUM_ANY_ORDER;
  const double amplification = kernel->amplification ? kernel->amplification(&c->problem) : 1;
  check_result r = {.verdict = CHECK_PASS, .worst = -1};
  const int64_t run = bound_run(c, kernel);
  double largest = -1, allowed = 0, allowed_worst = 0;
  int64_t wrong = 0;
  for (int64_t e = 0; e < elems; e++) {
    if (!equal && e % run == 0) allowed = amplification * largest_bound(&bound[e], run);
    const double ratio = element_error(got[e], c->want[e], allowed);
    const double error = equal && isfinite(got[e]) ? fabs(got[e] - c->want[e]) : ratio;
    wrong += ratio > 1;
    if (error <= largest) continue;
    largest = error;
    r.worst = e, r.want = c->want[e], r.got = got[e];
    allowed_worst = allowed;
  }
  r.err = largest;
  if (!wrong) return r;
  char element[96];
  check_name_element(&c->problem, r.worst, element, sizeof element);
  r.verdict = CHECK_FAIL;
  if (is_poison(got[r.worst]))
    snprintf(r.reason, sizeof r.reason, "%s was never written (%lld of %lld elements are wrong)", element,
             (long long)wrong, (long long)elems);
  else
    snprintf(r.reason, sizeof r.reason, "%s is %.9g, must be %.9g +- %.3g (%lld of %lld elements are wrong)", element,
             r.got, r.want, allowed_worst, (long long)wrong, (long long)elems);
  return r;
}

/* Errors in units that do not depend on who computed: a share of each method's own bound cannot be compared between
 * methods. */
static void measure_errors(const check_case *c, const float *got, check_result *r) {
  const int64_t elems = c->elems[gconv_written_tensor(c->problem.direction)], plane = plane_of(&c->problem);
  double largest = 0, plane_bound = 0, errors = 0, results = 0;
  for (int64_t e = 0; e < elems; e++) {
    if (e % plane == 0) plane_bound = largest_bound(&c->bound[e], plane);
    const double bound = c->bound[e] > 0 ? c->bound[e] : plane_bound;
    const double error = isfinite(got[e]) ? got[e] - c->want[e] : INFINITY;
    largest = fmax(largest, element_error(got[e], c->want[e], bound));
    errors += error * error, results += c->want[e] * c->want[e];
  }
  r->err_gamma = largest;
  r->err_rms = errors == 0 ? 0 : sqrt(errors / results);
}

static check_result compare(const check_case *c, const gconv_kernel *kernel, const float *got) {
  const check_result r = compare_within(c, kernel, got, c->bound);
  if (r.verdict == CHECK_PASS || kernel->numeric != GCONV_TRANSFORM || c->problem.direction != GCONV_FWD) return r;
  double *bound = bounds_with_surroundings(c, bound_run(c, kernel));
  if (!bound) return r;
  const check_result wider = compare_within(c, kernel, got, bound);
  free(bound);
  return wider;
}

check_result check_compare(const check_case *c, const gconv_kernel *kernel, const float *got) {
  check_result r = compare(c, kernel, got);
  measure_errors(c, got, &r);
  return r;
}
