/* test_data.c - the harness's buffers notice every kind of overrun, and its data are what they are said to be. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"
#include "common.h"
#include "check.h"
#include "data.h"
#include "denormals.h"

#include <float.h>
#include <math.h>

static void test_guarded_buffers(void **state) {
  (void)state;
  static const size_t sizes[] = {0, 1, 3, 4, 63, 64, 65, 4096, 100001};
  for (size_t i = 0; i < ROWS(sizes); i++)
    for (size_t skew = 0; skew < 64; skew += 4) {
      guarded_buffer b;
      assert_true(guarded_alloc(&b, sizes[i], skew));
      assert_int_equal((uintptr_t)b.user.data % 64, skew);
      char *data = b.user.data;
      const ptrdiff_t outside[] = {-4096, -64, -1, (ptrdiff_t)sizes[i], (ptrdiff_t)sizes[i] + 4095};
      for (size_t o = 0; o < ROWS(outside); o++) {
        assert_null(guarded_damage(&b));
        data[outside[o]] ^= 1;
        assert_string_equal(guarded_damage(&b), outside[o] < 0 ? "before" : "after");
        data[outside[o]] ^= 1;
      }
      const uint64_t fingerprint = guarded_fingerprint(&b);
      for (size_t byte = 0; byte < sizes[i]; byte += 1 + sizes[i] / 7) {
        data[byte] ^= 0x10;
        assert_true(guarded_fingerprint(&b) != fingerprint);
        data[byte] ^= 0x10;
      }
      assert_true(guarded_fingerprint(&b) == fingerprint);
      guarded_free(&b);
    }
  guarded_buffer none;
  assert_false(guarded_alloc(&none, SIZE_MAX - 100, 0));
}

static void test_poison_is_nan(void **state) {
  (void)state;
  guarded_buffer b;
  assert_true(guarded_alloc(&b, 4096, 0));
  for (size_t i = 0; i < 1024; i++) assert_true(isnan(((float *)b.user.data)[i]));
  for (size_t i = 0; i < 512; i++) assert_true(isnan(((double *)b.user.data)[i]));
  guarded_free(&b);
}

static void test_real_data(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  float *values = malloc(COUNT * sizeof *values);
  data_fill_real(values, COUNT, 5);
  int negative = 0, small = 0;
  for (int i = 0; i < COUNT; i++) {
    assert_true(fabsf(values[i]) >= 0x1p-6f && fabsf(values[i]) < 1);
    negative += values[i] < 0;
    small += fabsf(values[i]) < 0x1p-5f;
  }
  assert_between(negative, COUNT * 49 / 100, COUNT * 51 / 100);
  assert_between(small, COUNT * 16 / 100, COUNT * 18 / 100); /* one of six binades */
  free(values);
}

static void test_exact_data(void **state) {
  (void)state;
  static const int64_t terms[] = {1, 9, 1152, 4608, 65536, 1 << 20, (1 << 24) - 1};
  enum { COUNT = 20000 };
  float *values = malloc(COUNT * sizeof *values);
  for (size_t t = 0; t < ROWS(terms); t++) {
    data_fill_exact(values, COUNT, 6, terms[t]);
    double largest = 0;
    int zeros = 0, negative = 0;
    for (int i = 0; i < COUNT; i++) {
      assert_true(values[i] == rintf(values[i]));
      largest = fmax(largest, fabs((double)values[i]));
      zeros += values[i] == 0, negative += values[i] < 0;
    }
    assert_true(largest >= 1 && largest * largest * (double)terms[t] < 0x1p24);
    assert_between(zeros, COUNT * 11 / 100, COUNT * 14 / 100);
    assert_between(negative, COUNT * 42 / 100, COUNT * 46 / 100);
  }
  free(values);
}

/* The same data on every machine, and others for another seed or tensor. */
static void test_data_is_fixed(void **state) {
  (void)state;
  float a[4], b[4];
  data_fill_real(a, 4, 1);
  data_fill_real(b, 4, 1);
  assert_memory_equal(a, b, sizeof a);
  data_fill_real(b, 4, 2);
  assert_memory_not_equal(a, b, sizeof a);
  assert_true(data_seed(1, 0) != data_seed(1, 1));
  assert_true(data_seed(1, 0) != data_seed(2, 0));
  static const float fixed[] = {-0x1.04b982p-2f, 0x1.1dd8cep-5f, -0x1.64aabcp-6f, -0x1.859216p-4f};
  assert_memory_equal(a, fixed, sizeof a);
}

static bool is_tiny(double value) { return value == 0 || fabs(value) < (double)FLT_MIN; }

/* Activations and results are denormal or zero, and binary32 holds every result exactly. */
static void test_denormal_cases(void **state) {
  (void)state;
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    gconv_problem p;
    check_case *c;
    assert_ok(gconv_problem_parse("g4mb2ic16oc16ih9kh3ph1", &p), "problem");
    p.direction = (gconv_direction)d;
    assert_ok(check_case_create(&p, CHECK_DENORMAL, 1, 1, &c), gconv_direction_name(p.direction));
    const gconv_tensor written = gconv_written_tensor(p.direction);
    const gconv_tensor activations = written == GCONV_SRC ? GCONV_DST : GCONV_SRC;
    int64_t denormal = 0;
    for (int64_t i = 0; i < c->elems[activations]; i++) {
      assert_true(is_tiny((double)c->tensor[activations][i]));
      denormal += c->tensor[activations][i] != 0;
    }
    assert_true(denormal > c->elems[activations] * 4 / 5);
    for (int64_t i = 0; i < c->elems[written]; i++)
      assert_true(is_tiny(c->want[i]) && (double)(float)c->want[i] == c->want[i]);
    const check_result r = check_kernel(c, "naive_split", &(gconv_env){.threads = 1});
    assert_int_equal(r.verdict, CHECK_PASS);
    assert_true(r.err == 0);
    check_case_free(c);
  }
}

/* On every thread of the team, and undone. */
static void test_flushing(void **state) {
  (void)state;
  const int threads[] = {1, 2};
  char text[128];
  denormals_describe(threads, 2, text, sizeof text);
  assert_string_equal(text, "kept");
#if defined(__x86_64__)
  denormals_flush(2, true);
  denormals_describe(threads, 2, text, sizeof text);
  assert_string_equal(text, "flushed to zero, operands and results");
  denormals_flush(2, false);
  denormals_describe(threads, 2, text, sizeof text);
  assert_string_equal(text, "kept");
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_guarded_buffers), cmocka_unit_test(test_poison_is_nan),
      cmocka_unit_test(test_real_data),       cmocka_unit_test(test_exact_data),
      cmocka_unit_test(test_data_is_fixed),   cmocka_unit_test(test_denormal_cases),
      cmocka_unit_test(test_flushing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
