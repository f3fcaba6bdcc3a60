/* test_measure.c - direct@measure: what its plan says, what it refuses, and that its winner is one that can be asked
 * for. That its results are right is gconv-check's to say (the test direct_tiles). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

static const char *const problems[] = {"g4mb2_ic28oc28_ih9oh9kh3ph1", "g16mb2_ic16oc16_ih8oh4kh3sh2ph1",
                                       "mb2_ic24oc17_ih7oh7kh1ph0"};

/* Behind ": " and before ", ". */
static void winner_of(const gconv_plan *plan, char *name, size_t size) {
  const char *said = strstr(gconv_plan_text(plan), "; measured: ");
  assert_non_null(said);
  said += strlen("; measured: ");
  snprintf(name, size, "direct@%.*s", (int)strcspn(said, ","), said);
}

/* The plan is the winner's, and that name gives the same plan again. */
static void test_winner(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(problems); i++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      const gconv_problem p = problem_of(problems[i], (gconv_direction)d);
      gconv_plan *measured, *asked;
      char name[64];
      assert_ok(gconv_plan_create("direct@measure", &p, NULL, &measured), problems[i]);
      winner_of(measured, name, sizeof name);
      assert_ok(gconv_plan_create(name, &p, NULL, &asked), name);
      const size_t length = strlen(gconv_plan_text(asked));
      assert_int_equal(strncmp(gconv_plan_text(measured), gconv_plan_text(asked), length), 0);
      assert_int_equal(gconv_plan_packed_bytes(measured), gconv_plan_packed_bytes(asked));
      assert_int_equal(gconv_plan_workspace_bytes(measured), gconv_plan_workspace_bytes(asked));
      assert_int_equal(gconv_plan_layout(measured, GCONV_SRC), gconv_plan_layout(asked, GCONV_SRC));
      gconv_plan_destroy(measured);
      gconv_plan_destroy(asked);
    }
}

static uint64_t bytes_of(const char *kernel, const gconv_problem *p) {
  gconv_plan *plan;
  assert_ok(gconv_plan_create(kernel, p, NULL, &plan), kernel);
  uint64_t bytes = gconv_plan_packed_bytes(plan) + gconv_plan_workspace_bytes(plan);
  for (int t = 0; t < GCONV_TENSORS; t++) bytes += gconv_plan_tensor_bytes(plan, (gconv_tensor)t);
  gconv_plan_destroy(plan);
  return bytes;
}

/* There is memory for each way, but not for what all of them need at once: blocks have zeros behind 17 channels, planes
 * a workspace. */
static void test_memory(void **state) {
  (void)state;
  const gconv_problem p = problem_of("mb1_ic17oc17_ih64oh64kh3ph1", GCONV_FWD);
  static const char *const methods[] = {"direct@blocks", "direct@planes", "direct@nhwc"};
  gconv_env env = {0};
  for (size_t m = 0; m < ROWS(methods); m++) {
    const uint64_t bytes = bytes_of(methods[m], &p);
    if (bytes > env.memory_bytes) env.memory_bytes = bytes;
  }
  gconv_plan *plan;
  assert_ok(gconv_plan_create("direct", &p, &env, &plan), "without measuring");
  gconv_plan_destroy(plan);
  assert_refused(gconv_plan_create("direct@measure", &p, &env, &plan), GCONV_NO_MEMORY, "the limit is", "measuring");
  assert_null(plan);
}

static void test_name(void **state) {
  (void)state;
  const gconv_problem p = problem_of(problems[0], GCONV_FWD);
  gconv_plan *plan;
  assert_refused(gconv_plan_create("direct@measured", &p, NULL, &plan), GCONV_INVALID, "measure: the fastest", "name");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_winner), cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_name)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
