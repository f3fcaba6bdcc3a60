/* test_boundary.c - what programs and plug-ins see of the shared library: plans through functions, gconv_env of other
 * versions, gconv_load. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

static gconv_plan *plan_of(const gconv_env *env) {
  const gconv_problem p = problem_of("g2mb1_ic32oc32_ih8kh3ph1", GCONV_FWD);
  gconv_plan *plan = NULL;
  assert_ok(gconv_plan_create("direct", &p, env, &plan), "direct");
  return plan;
}

static void test_facts(void **state) {
  (void)state;
  gconv_plan *plan = plan_of(&(gconv_env){.threads = 2, .layout = GCONV_NHWC});
  assert_string_equal(gconv_plan_kernel(plan), "direct");
  assert_string_equal(gconv_plan_text(plan), plan->text);
  assert_int_equal(gconv_plan_problem(plan)->oh, 8);
  assert_int_equal(gconv_plan_isa(plan), gconv_isa_best(gconv_isa_detect()));
  assert_int_equal(gconv_plan_threads(plan), 2);
  assert_int_equal(gconv_plan_layout(plan, GCONV_SRC), GCONV_NHWC);
  assert_int_equal(gconv_plan_layout(plan, GCONV_DST), GCONV_NHWC);
  assert_int_equal(gconv_plan_tensor_bytes(plan, GCONV_WEI), 32 * 16 * 9 * 4);
  assert_true(gconv_plan_packed_bytes(plan) >= 32 * 16 * 9 * 4);
  assert_int_equal(gconv_plan_packed_bytes(plan), plan->packed_bytes);
  assert_true(gconv_plan_workspace_bytes(plan) >= 2 * 32 * 64 * 4); /* src and dst converted */
  assert_int_equal(gconv_plan_workspace_bytes(plan), plan->workspace_bytes);
  assert_true(gconv_plan_executed_macs(plan) >= gconv_problem_count(gconv_plan_problem(plan)).macs);
  assert_true(gconv_plan_deterministic(plan));
  assert_true(gconv_plan_amplification(plan) == 1);
  gconv_plan_destroy(plan);
  const gconv_problem p = problem_of("g2mb1_ic32oc32_ih8kh3ph1", GCONV_FWD);
  assert_ok(gconv_plan_create("winograd_f4", &p, NULL, &plan), "winograd_f4");
  assert_true(gconv_plan_amplification(plan) > 1);
  assert_true(gconv_plan_layout(plan, GCONV_SRC) != GCONV_NATIVE);
  gconv_plan_destroy(plan);
}

/* A gconv_env with a field more than this library's. */
typedef struct {
  gconv_env known;
  uint64_t newer;
} newer_env;

static void test_env_sizes(void **state) {
  (void)state;
  const struct {
    newer_env env;
    gconv_status status;
    const char *says;
  } rows[] = {
      {{{.size = 0, .threads = 2}, 1}, GCONV_OK, NULL}, /* does not say that it has more */
      {{{.size = sizeof(gconv_env), .threads = 2}, 1}, GCONV_OK, NULL},
      {{{.size = sizeof(newer_env), .threads = 2}, 0}, GCONV_OK, NULL},
      {{{.size = sizeof(newer_env), .threads = 2}, 1}, GCONV_UNSUPPORTED, "env asks for what libgconv 0.1.0 does not"},
      {{{.size = 8, .threads = 2}, 0}, GCONV_INVALID, "env has the size 8"},
  };
  const gconv_problem p = problem_of("g2mb1_ic32oc32_ih8kh3ph1", GCONV_FWD);
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_plan *plan = NULL;
    const gconv_status status = gconv_plan_create("ref", &p, &rows[i].env.known, &plan);
    if (rows[i].says) {
      assert_refused(status, rows[i].status, rows[i].says, rows[i].says);
      assert_null(plan);
      continue;
    }
    assert_ok(status, "ref");
    assert_int_equal(gconv_plan_threads(plan), 2);
    gconv_plan_destroy(plan);
  }
}

static void test_version(void **state) {
  (void)state;
  char text[32];
  snprintf(text, sizeof text, "%d.%d.%d", GCONV_VERSION_MAJOR, GCONV_VERSION_MINOR, GCONV_VERSION_PATCH);
  assert_string_equal(gconv_version(), text);
}

static void test_load(void **state) {
  (void)state;
  size_t before, after;
  const gconv_entry *entries = gconv_registry(&before);
  const gconv_kernel *direct = gconv_kernel_find("direct", 0);
  assert_refused(gconv_load(NULL), GCONV_INVALID, "path is NULL", "NULL");
  assert_refused(gconv_load(""), GCONV_INVALID, "path is empty", "empty");
  assert_refused(gconv_load("nosuch.so"), GCONV_INVALID, "plug-in nosuch.so: ", "missing");
  assert_refused(gconv_load(GCONV_PLUGINS "/old.so"), GCONV_UNSUPPORTED, GCONV_PLUGINS "/old.so: it was compiled",
                 "old");
  assert_refused(gconv_load(GCONV_PLUGINS "/clash.so"), GCONV_INVALID, "'direct' is taken", "clash");
  assert_null(gconv_kernel_find("unknown", 0)); /* all or none */
  gconv_registry(&after);
  assert_int_equal(after, before);

  assert_ok(gconv_load(GCONV_PLUGINS "/gather.so"), "gather");
  assert_ptr_equal(gconv_registry(&after), entries);
  assert_int_equal(after, before + 1);
  assert_string_equal(entries[before].name, "gather");
  assert_string_equal(entries[before].plugin, GCONV_PLUGINS "/gather.so");
  assert_null(entries[0].plugin);
  assert_ptr_equal(gconv_kernel_find("gather", 0), entries[before].variant[GCONV_ISA_SCALAR]);
  assert_ptr_equal(gconv_kernel_find("direct", 0), direct);
  assert_refused(gconv_load(GCONV_PLUGINS "/gather.so"), GCONV_INVALID, "'gather' is taken: there is one from",
                 "twice");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_facts),
      cmocka_unit_test(test_env_sizes),
      cmocka_unit_test(test_version),
      cmocka_unit_test(test_load),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
