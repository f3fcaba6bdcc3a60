/* test_counts.c - derived sizes and counts against loops that count one by one, and sizes at the edge of what is
 * accepted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "problems.h"

#include <limits.h>

typedef struct {
  int64_t nominal, inside;
} pairs;

/* Pairs (output, tap) of one axis, each looked at. */
static pairs count_pairs(int out, int in, int kernel, int stride, int dilation, int pad) {
  pairs count = {0, 0};
  for (int o = 0; o < out; o++)
    for (int k = 0; k < kernel; k++) {
      const int position = o * stride - pad + k * (dilation + 1);
      count.nominal++;
      count.inside += position >= 0 && position < in;
    }
  return count;
}

/* How often the window fits, moving it until it does not. */
static int count_outputs(int padded, int extent, int stride) {
  int outputs = 0;
  for (int at = 0; at + extent <= padded; at += stride) outputs++;
  return outputs;
}

static void assert_counts(gconv_problem p, int padded_h, int padded_w) {
  assert_int_equal(p.oh, count_outputs(padded_h, (p.kh - 1) * (p.dilation_h + 1) + 1, p.stride_h));
  assert_int_equal(p.ow, count_outputs(padded_w, (p.kw - 1) * (p.dilation_w + 1) + 1, p.stride_w));
  const pairs h = count_pairs(p.oh, p.ih, p.kh, p.stride_h, p.dilation_h, p.pad_top);
  const pairs w = count_pairs(p.ow, p.iw, p.kw, p.stride_w, p.dilation_w, p.pad_left);
  const gconv_counts c = gconv_problem_count(&p);
  const int64_t channels = (int64_t)p.groups * p.icg * p.ocg;
  assert_int_equal(c.macs_nominal, p.batch * channels * h.nominal * w.nominal);
  assert_int_equal(c.macs, p.batch * channels * h.inside * w.inside);
  assert_int_equal(c.params, channels * p.kh * p.kw);
  assert_int_equal(c.src_elems, (int64_t)p.batch * p.ic * p.ih * p.iw);
  assert_int_equal(c.dst_elems, (int64_t)p.batch * p.oc * p.oh * p.ow);
  assert_int_equal(c.min_bytes, 4 * (c.src_elems + c.params + c.dst_elems));
  const int64_t terms[] = {(int64_t)p.icg * p.kh * p.kw, (int64_t)p.ocg * p.kh * p.kw, (int64_t)p.batch * p.oh * p.ow};
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    p.direction = (gconv_direction)d;
    assert_int_equal(gconv_problem_count(&p).sum_terms, terms[d]);
    assert_int_equal(gconv_problem_count(&p).macs, c.macs);
  }
}

static void test_sets(void **state) {
  (void)state;
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "smoke,edges,resnet50,mobilenet"), "sets");
  for (size_t i = 0; i < list.count; i++) {
    const gconv_problem *p = &list.cases[i].problem;
    assert_counts(*p, p->ih + p->pad_top + p->pad_bottom, p->iw + p->pad_left + p->pad_right);
  }
  problem_list_free(&list);
}

static void test_drawn_problems(void **state) {
  (void)state;
  uint64_t r = 3;
  int valid = 0;
  for (int i = 0; i < 20000; i++) {
    gconv_problem p = {.groups = draw(&r, 1, 5), .batch = draw(&r, 1, 3), .ih = draw(&r, 1, 20), .iw = draw(&r, 1, 20)};
    p.ic = p.groups * draw(&r, 1, 5), p.oc = p.groups * draw(&r, 1, 5);
    p.kh = draw(&r, 1, 5), p.kw = draw(&r, 1, 5);
    p.stride_h = draw(&r, 1, 4), p.stride_w = draw(&r, 1, 4);
    p.dilation_h = draw(&r, 0, 3), p.dilation_w = draw(&r, 0, 3);
    p.pad_top = draw(&r, -4, 9), p.pad_bottom = draw(&r, -4, 9);
    p.pad_left = draw(&r, -4, 9), p.pad_right = draw(&r, -4, 9);
    const int padded_h = p.ih + p.pad_top + p.pad_bottom, padded_w = p.iw + p.pad_left + p.pad_right;
    const bool fits = (p.kh - 1) * (p.dilation_h + 1) < padded_h && (p.kw - 1) * (p.dilation_w + 1) < padded_w;
    if (!fits) {
      assert_refused(gconv_problem_init(&p), GCONV_INVALID, "covers", "a window larger than the padded input");
      continue;
    }
    assert_ok(gconv_problem_init(&p), "drawn problem");
    assert_counts(p, padded_h, padded_w);
    valid++;
  }
  assert_true(valid > 5000);
}

/* The founding example: two groups halve weights and work. */
static void test_known_figures(void **state) {
  (void)state;
  const gconv_problem dense = problem_of("mb1_ic128oc128_ih56oh56kh3ph1", GCONV_FWD);
  const gconv_problem grouped = problem_of("g2mb1_ic128oc128_ih56oh56kh3ph1", GCONV_FWD);
  assert_int_equal(gconv_problem_count(&dense).params, 147456);
  assert_int_equal(gconv_problem_count(&grouped).params, 73728);
  assert_int_equal(gconv_problem_count(&dense).macs_nominal, 147456 * 56 * 56);
  assert_int_equal(gconv_problem_count(&grouped).macs_nominal, 73728 * 56 * 56);
}

/* A batch of 1 x 1 images of 64 channels (core reserves 64 more), around 2^47 bytes. */
static void test_bytes_limit(void **state) {
  (void)state;
  gconv_problem p = {.groups = 64, .batch = INT_MAX, .ic = 64, .oc = 64, .ih = 129, .iw = 1, .kh = 129, .kw = 1};
  assert_refused(gconv_problem_init(&p), GCONV_INVALID, "src of 2147483647 x 128 x 129 x 1 f32 is 2^47", "src");
  p.ih = p.kh = 128;
  assert_ok(gconv_problem_init(&p), "just below 2^47 bytes");
  assert_int_equal(gconv_problem_count(&p).src_elems, (int64_t)INT_MAX * 64 * 128);

  gconv_problem wei = {.groups = 1, .batch = 1, .ic = 1 << 22, .oc = 1 << 22, .ih = 2, .iw = 1, .kh = 2, .kw = 1};
  assert_refused(gconv_problem_init(&wei), GCONV_INVALID, "wei of", "wei");
  wei.ih = wei.kh = 1;
  assert_ok(gconv_problem_init(&wei), "weights below 2^47 bytes");

  gconv_problem dst = {.groups = 1, .batch = 1, .ic = 1, .oc = INT_MAX - 64, .ih = 128, .iw = 129, .kh = 1, .kw = 1};
  assert_refused(gconv_problem_init(&dst), GCONV_INVALID, "dst of", "dst");
}

/* Every product of two fields near 2^31: no overflow, only sentences. */
static void test_int_limits(void **state) {
  (void)state;
  const gconv_problem base = {.groups = 1, .batch = 1, .ic = 1, .oc = 1, .ih = 3, .iw = 3, .kh = 1, .kw = 1};
  const struct {
    const char *fragment;
    gconv_problem change;
  } rows[] = {
      {"dh is 2147483647", {.dilation_h = INT_MAX}},
      {"dw is 2147483647", {.dilation_w = INT_MAX}},
      {"covers 4611686011984936963", {.kh = INT_MAX, .dilation_h = INT_MAX - 1}},
      {"does not fit 31 bits", {.pad_top = INT_MAX, .pad_bottom = INT_MAX}},
      {"does not fit 31 bits", {.pad_left = INT_MAX}},
      {"covers 1 but the padded input only -4294967293", {.pad_top = INT_MIN, .pad_bottom = INT_MIN}},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_problem p = base;
    const gconv_problem *c = &rows[i].change;
    if (c->kh) p.kh = c->kh;
    p.dilation_h = c->dilation_h, p.dilation_w = c->dilation_w;
    p.pad_top = c->pad_top, p.pad_bottom = c->pad_bottom, p.pad_left = c->pad_left;
    assert_refused(gconv_problem_init(&p), GCONV_INVALID, rows[i].fragment, rows[i].fragment);
  }
  gconv_problem stride = base;
  stride.stride_h = stride.stride_w = INT_MAX;
  stride.dilation_h = INT_MAX - 1;
  assert_ok(gconv_problem_init(&stride), "the largest stride and dilation");
  assert_int_equal(stride.oh, 1);
  assert_int_equal(gconv_problem_count(&stride).macs, 1);
}

/* A kernel of 2^30 taps, each of which meets one input more than the one before: counted, not walked over. */
static void test_long_kernel(void **state) {
  (void)state;
  const int n = 1 << 30;
  gconv_problem p = {.groups = 1, .batch = 1, .ic = 1, .oc = 1, .ih = n, .iw = 1, .kh = n, .kw = 1, .pad_top = n - 1};
  assert_ok(gconv_problem_init(&p), "as many taps as rows");
  assert_int_equal(p.oh, n);
  assert_int_equal(gconv_problem_count(&p).macs, (int64_t)n * (n + 1) / 2);
}

static void test_dtypes(void **state) {
  (void)state;
  assert_int_equal(gconv_dtype_bytes(GCONV_F32), 4);
  assert_int_equal(gconv_dtype_bytes(GCONV_DTYPES), 0);
  assert_string_equal(gconv_dtype_name(GCONV_F32), "f32");
  assert_string_equal(gconv_dtype_name(GCONV_DTYPES), "unknown");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sets),        cmocka_unit_test(test_drawn_problems), cmocka_unit_test(test_known_figures),
      cmocka_unit_test(test_bytes_limit), cmocka_unit_test(test_int_limits),     cmocka_unit_test(test_long_kernel),
      cmocka_unit_test(test_dtypes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
