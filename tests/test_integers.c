/* test_integers.c - the arithmetic on sizes that kernels share: divisions that round up, and the outputs that a tap
 * serves against a loop that looks at each of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "core/integers.h"
#include "core/taps.h"

#include <limits.h>

static void test_round_up(void **state) {
  (void)state;
  for (int b = 1; b <= 20; b++)
    for (int a = 0, parts = 0; a <= 100; a++) {
      if (a > parts * b) parts++;
      assert_int_equal(gconv_ceil_div(a, b), parts);
      assert_int_equal(gconv_round_up(a, b), parts * b);
    }
  assert_int_equal(gconv_ceil_div(INT_MAX, 2), 1 << 30);
  assert_int_equal(gconv_round_up(INT_MAX, 1 << 30), INT64_C(1) << 31);
}

static void test_min_max(void **state) {
  (void)state;
  assert_int_equal(gconv_min(-1, 2), -1);
  assert_int_equal(gconv_min(2, -1), -1);
  assert_int_equal(gconv_max(-1, 2), 2);
  assert_int_equal(gconv_max(2, -1), 2);
  const int64_t large = INT64_C(1) << 32; /* 0 in 32 bits */
  assert_int_equal(gconv_min64(large, 1), 1);
  assert_int_equal(gconv_min64(1, large), 1);
  assert_true(gconv_max64(large, 1) == large && gconv_max64(1, large) == large);
}

static void assert_range(int64_t origin, int stride, int in, int out) {
  const gconv_range range = gconv_outputs_inside(origin, stride, in, out);
  assert_true(range.first >= 0 && range.first <= range.end && range.end <= out);
  for (int o = 0; o < out; o++) {
    const int64_t input = origin + o * (int64_t)stride;
    const bool inside = input >= 0 && input < in, found = o >= range.first && o < range.end;
    if (inside != found)
      fail_msg("origin %lld, stride %d, %d inputs: output %d of %d is %s", (long long)origin, stride, in, o, out,
               found ? "found inside" : "not found");
  }
}

static void test_outputs_inside(void **state) {
  (void)state;
  for (int stride = 1; stride <= 4; stride++)
    for (int in = 1; in <= 9; in++)
      for (int out = 1; out <= 9; out++)
        for (int tap = 0; tap <= 5; tap++)
          for (int dilation = 0; dilation <= 2; dilation++)
            for (int pad = -3; pad <= 12; pad++) assert_range(gconv_tap_origin(tap, dilation, pad), stride, in, out);
}

static void test_extremes(void **state) {
  (void)state;
  assert_true(gconv_tap_origin(INT_MAX, 1, INT_MAX) == INT_MAX);
  assert_range(INT64_C(-5) * INT_MAX, INT_MAX, INT_MAX, 9);
  assert_range((int64_t)INT_MAX * INT_MAX, INT_MAX, INT_MAX, 9);
  const gconv_range all = gconv_outputs_inside(0, 1, INT_MAX, INT_MAX);
  assert_int_equal(all.first, 0);
  assert_int_equal(all.end, INT_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_up),
      cmocka_unit_test(test_min_max),
      cmocka_unit_test(test_outputs_inside),
      cmocka_unit_test(test_extremes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
