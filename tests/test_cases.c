/* test_cases.c - around the checks: what does not fit the machine, plans that are not made, and the command that
 * repeats a check. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "common.h"

static void test_verdicts_of_plans(void **state) {
  (void)state;
  gconv_problem p = problem_of("ic8oc8ih5kh3", GCONV_FWD);
  check_case *c;
  assert_ok(check_case_create(&p, CHECK_REAL, 1, 1, &c), "case");
  check_result r = check_kernel(c, "ref", &(gconv_env){.memory_bytes = 1000});
  assert_int_equal(r.verdict, CHECK_SKIPPED);
  assert_non_null(strstr(r.reason, "bytes"));
  r = check_kernel(c, "no_such_kernel", &(gconv_env){0});
  assert_int_equal(r.verdict, CHECK_FAIL);
  assert_non_null(strstr(r.reason, "no kernel is called"));
  check_case_free(c);
}

static void test_case_too_large(void **state) {
  (void)state;
  gconv_problem p = problem_of("mb4096ic512oc512ih512kh1", GCONV_FWD);
  check_case *c;
  assert_refused(check_case_create(&p, CHECK_REAL, 1, 1, &c), GCONV_NO_MEMORY, "bytes, the machine has", "2 TB");
  assert_null(c);
  p = problem_of("mb4096ic1oc1ih64kh1", GCONV_BWD_W);
  assert_refused(check_case_create(&p, CHECK_REAL, 1, 1, &c), GCONV_UNSUPPORTED, "sums of 16777216 terms",
                 "2^24 terms");
}

/* A plan that fits the machine and a case that does, but not both together: refused before either is touched. */
static void test_plan_and_case_too_large(void **state) {
  (void)state;
  gconv_problem p = problem_of("ic8oc8ih5kh3", GCONV_FWD);
  check_case *c;
  gconv_plan *plan;
  assert_ok(check_case_create(&p, CHECK_REAL, 1, 1, &c), "case");
  assert_ok(gconv_plan_create("ref", &p, NULL, &plan), "ref");
  plan->workspace_bytes = gconv_memory_bytes();
  const check_result r = check_plan(c, plan);
  assert_int_equal(r.verdict, CHECK_SKIPPED);
  assert_non_null(strstr(r.reason, "checking this problem takes"));
  gconv_plan_destroy(plan);
  check_case_free(c);
}

static void test_repro(void **state) {
  (void)state;
  const unsigned isas = 1u << GCONV_ISA_SCALAR | 1u << GCONV_ISA_AVX2;
  gconv_problem p = problem_of("g2ic8oc8ih5kh3", GCONV_BWD_D);
  check_case *c;
  char text[512];
  assert_ok(check_case_create(&p, CHECK_REAL, 77, 1, &c), "case");
  check_repro(c, "ref", &(gconv_env){.threads = 3, .layout = GCONV_NHWC, .isa_mask = isas}, text, sizeof text);
  assert_string_equal(text, "gconv-check --problems=g2mb2_ic8oc8_ih5oh3kh3sh1ph0 --kernels=ref --dir=bwd_d "
                            "--layout=nhwc --isa=scalar,avx2 --threads=3 --seed=77");
  check_case_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_verdicts_of_plans),
      cmocka_unit_test(test_case_too_large),
      cmocka_unit_test(test_plan_and_case_too_large),
      cmocka_unit_test(test_repro),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
