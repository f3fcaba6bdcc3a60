/* test_sde.c - the software-defined events as any program with PAPI sees them: found by name, described, and counting
 * what plans state. Nothing of gconv-bench's own counters takes part. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "gconv_sde.h"

#include <papi.h>

enum { EVENTS = 4 };
static const char *const names[EVENTS] = {"sde:::gconv::useful_macs", "sde:::gconv::executed_macs",
                                          "sde:::gconv::packed_bytes", "sde:::gconv::workspace_bytes"};

static void assert_papi(int status, const char *what) {
  if (status != PAPI_OK) fail_msg("%s: %s", what, PAPI_strerror(status));
}

static int set_up(void **state) {
  (void)state;
  gconv_sde_register();
  gconv_sde_register(); /* twice does no harm */
  return PAPI_library_init(PAPI_VER_CURRENT) != PAPI_VER_CURRENT;
}

/* What the events count while `calls` calls are announced; calls before and after do not show. */
static void count(const gconv_plan *plan, int calls, long long values[EVENTS]) {
  int set = PAPI_NULL;
  assert_papi(PAPI_create_eventset(&set), "create");
  for (int i = 0; i < EVENTS; i++) assert_papi(PAPI_add_named_event(set, names[i]), names[i]);
  gconv_sde_count(plan, 3);
  assert_papi(PAPI_start(set), "start");
  gconv_sde_count(plan, calls);
  assert_papi(PAPI_stop(set, values), "stop");
  gconv_sde_count(plan, 5);
  PAPI_cleanup_eventset(set);
  PAPI_destroy_eventset(&set);
}

static void test_merge_factor(void **state) {
  (void)state;
  static const struct {
    const char *kernel;
    int factor;
  } rows[] = {{"merged_gemm@m1", 1}, {"merged_gemm@m2", 2}, {"merged_gemm@m8", 8}, {"merged_gemm@m32", 32}};
  const gconv_problem p = problem_of("g32mb2ic128oc128ih9kh3", GCONV_FWD);
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_plan *plan;
    long long values[EVENTS];
    const gconv_status status = gconv_plan_create(rows[i].kernel, &p, NULL, &plan);
    if (status == GCONV_UNSUPPORTED) skip(); /* a build without a BLAS */
    assert_ok(status, rows[i].kernel);
    count(plan, 7, values);
    assert_int_equal(values[0], 7 * gconv_problem_count(&p).macs);
    assert_int_equal(values[1], rows[i].factor * values[0]);
    assert_int_equal(values[2], 7 * plan->packed_bytes);
    assert_int_equal(values[3], 7 * plan->workspace_bytes);
    gconv_plan_destroy(plan);
  }
}

static void test_descriptions(void **state) {
  (void)state;
  for (int i = 0; i < EVENTS; i++) {
    int code;
    PAPI_event_info_t info;
    assert_papi(PAPI_event_name_to_code(names[i], &code), names[i]);
    assert_papi(PAPI_get_event_info(code, &info), names[i]);
    assert_true(strlen(info.long_descr) > 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_merge_factor), cmocka_unit_test(test_descriptions)};
  return cmocka_run_group_tests(tests, set_up, NULL);
}
