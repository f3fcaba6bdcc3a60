/* test_plan.c - what a plan promises beyond right results: the same bits for any thread count where it says so, no
 * state between calls, figures that make sense, and a stage clock that adds up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"
#include "check.h"

#include <time.h>

static void compare_threads(const char *kernel, const char *descriptor, gconv_direction direction) {
  call one;
  if (!call_create(&one, kernel, descriptor, direction, (gconv_env){.threads = 1, .layout = GCONV_NCHW})) return;
  const gconv_buffer *want = call_result(&one);
  for (int threads = 2; threads <= 5 && one.plan->deterministic; threads++) {
    call more;
    assert_true(
        call_create(&more, kernel, descriptor, direction, (gconv_env){.threads = threads, .layout = GCONV_NCHW}));
    const gconv_buffer *got = call_result(&more);
    if (more.plan->deterministic && memcmp(got->data, want->data, want->bytes))
      fail_msg("%s on %s %s: %d threads give other bits than 1", kernel, gconv_direction_name(direction), descriptor,
               threads);
    call_free(&more);
  }
  call_free(&one);
}

static void test_threads_do_not_change_bits(void **state) {
  (void)state;
  call_each_kernel(compare_threads);
}

static void compare_repeats(const char *kernel, const char *descriptor, gconv_direction direction) {
  call c;
  if (!call_create(&c, kernel, descriptor, direction, (gconv_env){.threads = 2})) return;
  const gconv_buffer *result = call_result(&c);
  void *first = call_memory(result->bytes);
  memcpy(first, result->data, result->bytes);
  for (int repeat = 0; repeat < 3; repeat++) {
    memset(c.args.workspace.data, 0xff, c.args.workspace.bytes);
    call_result(&c);
    if (c.plan->deterministic && memcmp(first, result->data, result->bytes))
      fail_msg("%s on %s %s: the second call gives another result", kernel, gconv_direction_name(direction),
               descriptor);
  }
  free(first);
  call_free(&c);
}

static void test_calls_leave_no_state(void **state) {
  (void)state;
  call_each_kernel(compare_repeats);
}

static void check_figures(const char *kernel, const char *descriptor, gconv_direction direction) {
  for (int layout = 0; layout < GCONV_LAYOUTS; layout++) {
    const gconv_problem p = problem_of(descriptor, direction);
    gconv_plan *plan;
    if (gconv_plan_create(kernel, &p, &(gconv_env){.threads = 2, .layout = (gconv_layout)layout}, &plan)) {
      assert_true(strlen(gconv_last_error()) > 5);
      return;
    }
    const gconv_counts counts = gconv_problem_count(&p);
    const bool saves = plan->kernel->numeric == GCONV_TRANSFORM; /* fewer multiplications are its purpose */
    assert_true(plan->executed_macs >= (saves ? 0 : counts.macs));
    assert_true(plan->lane_use >= 0 && plan->lane_use <= 1);
    assert_true(plan->workspace_bytes >= plan->kernel_workspace_bytes);
    assert_true(plan->packed_bytes == 0 || plan->packed_bytes >= (size_t)counts.params * sizeof(float));
    assert_true(*plan->text && strlen(plan->text) < GCONV_TEXT_MAX && !strchr(plan->text, '\n'));
    assert_int_equal(plan->env.threads, 2);
    assert_true(plan->env.isa_mask && plan->env.memory_bytes && plan->env.caches.l1d);
    assert_true(plan->native_src_layout != GCONV_NATIVE && plan->native_dst_layout != GCONV_NATIVE);
    assert_int_equal(plan->src_layout, layout ? layout : (int)plan->native_src_layout);
    assert_int_equal(plan->dst_layout, layout ? layout : (int)plan->native_dst_layout);
    const bool staged = plan->src_layout != plan->native_src_layout || plan->dst_layout != plan->native_dst_layout;
    assert_true(staged || plan->workspace_bytes < plan->kernel_workspace_bytes + 64);
    gconv_plan_destroy(plan);
  }
}

static void test_figures(void **state) {
  (void)state;
  call_each_kernel(check_figures);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Conversions are timed once a call where the layout differs and not at all where it does not; no lane is busy for
 * longer than the call took. */
static void check_clock(const char *kernel, const char *descriptor, gconv_direction direction) {
  enum { THREADS = 2, CALLS = 5 };
  static const gconv_layout layouts[] = {GCONV_NATIVE, GCONV_NCHW, GCONV_NHWC};
  for (size_t l = 0; l < ROWS(layouts); l++) {
    call c;
    if (!call_create(&c, kernel, descriptor, direction, (gconv_env){.threads = THREADS, .layout = layouts[l]})) return;
    const bool src = c.plan->src_layout != c.plan->native_src_layout;
    const bool dst = c.plan->dst_layout != c.plan->native_dst_layout;
    gconv_clock_lane lanes[THREADS] = {0};
    gconv_clock clock = {.lanes = THREADS, .lane = lanes};
    c.args.clock = &clock;
    const uint64_t start = now();
    for (int i = 0; i < CALLS; i++) assert_ok(gconv_execute(c.plan, &c.args), kernel);
    const uint64_t took = now() - start;
    for (int lane = 0; lane < THREADS; lane++) {
      uint64_t busy = 0;
      for (int stage = 0; stage < GCONV_STAGES; stage++) {
        busy += lanes[lane].ns[stage];
        if (!lanes[lane].calls[stage]) assert_int_equal(lanes[lane].ns[stage], 0);
      }
      if (busy > took) fail_msg("%s: lane %d was busy for %lu of %lu ns", kernel, lane, busy, took);
    }
    const int inputs = (direction != GCONV_BWD_D && src) + (direction != GCONV_FWD && dst);
    if (inputs) assert_true(lanes[0].ns[GCONV_STAGE_PACK_SRC] > 0);
    assert_true(lanes[0].calls[GCONV_STAGE_PACK_SRC] >= (uint64_t)(CALLS * inputs));
    const bool unpacks = (direction == GCONV_FWD && dst) || (direction == GCONV_BWD_D && src);
    if (unpacks) assert_true(lanes[0].ns[GCONV_STAGE_UNPACK_DST] > 0);
    assert_true(lanes[0].calls[GCONV_STAGE_UNPACK_DST] >= (uint64_t)(CALLS * unpacks));
    call_free(&c);
  }
}

static void test_clock(void **state) {
  (void)state;
  call_each_kernel(check_clock);
}

/* Blocking follows the caches, so tiny caches bring small problems to every path that otherwise only large layers
 * take. */
static void test_tiny_caches(void **state) {
  (void)state;
  static const char *const dense[] = {"mb2_ic40oc48_ih12kh3ph1", "mb1_ic33oc80_ih16kh3sh2ph1",
                                      "mb1_ic48oc96_ih16kh1sh2", "mb1_ic20oc32_ih11kh5ph2", "g2mb1_ic96oc40_ih9kh3ph1"};
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t d = 0; d < sizeof dense / sizeof *dense; d++) {
    const gconv_problem p = problem_of(dense[d], GCONV_FWD);
    check_case *c;
    assert_ok(check_case_create(&p, CHECK_EXACT, 1, 2, &c), dense[d]);
    for (size_t k = 0; k < count; k++)
      for (int run = 0; run < 2 * GCONV_ISAS; run++) {
        const gconv_env env = {.threads = 1 + run % 2,
                               .isa_mask = entries[k].variant[1] ? 1u << run / 2 : 0,
                               .caches = {.l1d = 8192, .l2 = 65536, .l3 = 65536}};
        const check_result r = check_kernel(c, entries[k].name, &env);
        if (r.verdict == CHECK_FAIL) fail_msg("%s on %s: %s", entries[k].name, dense[d], r.reason);
      }
    check_case_free(c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_threads_do_not_change_bits),
      cmocka_unit_test(test_calls_leave_no_state),
      cmocka_unit_test(test_figures),
      cmocka_unit_test(test_clock),
      cmocka_unit_test(test_tiny_caches),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
