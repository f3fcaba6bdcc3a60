/* test_harness.c - the checks check: kernels that are wrong in one way each must fail, and for the right reason.
 *
 * A wrong kernel is the reference's plan with another execute, pack or unpack function. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"
#include "check.h"
#include "common.h"

#include <math.h>

static const gconv_kernel *ref(void) { return gconv_kernel_find("ref", 0); }

static float *written(const gconv_plan *plan, const gconv_args *args) {
  float *const tensors[GCONV_TENSORS] = {args->src.data, args->wei.data, args->dst.data};
  return tensors[gconv_written_tensor(plan->problem.direction)];
}

/* In the plain layout that the reference works in. */
static size_t written_elems(const gconv_plan *plan) {
  const gconv_counts counts = gconv_problem_count(&plan->problem);
  const int64_t elems[GCONV_DIRECTIONS] = {counts.dst_elems, counts.src_elems, counts.params};
  return (size_t)elems[plan->problem.direction];
}

static gconv_status run_ref(const gconv_plan *plan, const gconv_args *args) { return ref()->execute(plan, args); }

/* Wrong kernels: each first does the right thing. */
#define WRONG(name, ...)                                                                                               \
  static gconv_status name(const gconv_plan *plan, const gconv_args *args) {                                           \
    const gconv_status status = run_ref(plan, args);                                                                   \
    float *out = written(plan, args);                                                                                  \
    const size_t last = written_elems(plan) - 1;                                                                       \
    (void)out, (void)last;                                                                                             \
    __VA_ARGS__                                                                                                        \
    return status;                                                                                                     \
  }

WRONG(nothing_wrong, )
WRONG(first_wrong, out[0] += 1;)
WRONG(last_wrong, out[last] += 1;)
WRONG(ten_percent, out[last / 2] = out[last / 2] * 1.1f + 0.1f;)
WRONG(swapped, const float first = out[0]; out[0] = out[last]; out[last] = first + 1;)
WRONG(not_a_number, out[last / 2] = NAN;)
WRONG(infinite, out[last / 2] = -INFINITY;)
WRONG(unwritten, const uint32_t poison = GUARD_POISON; memcpy(&out[last], &poison, sizeof poison);)
WRONG(write_before, out[-1] = 0;)
WRONG(write_after, out[last + 1] = 0;)
WRONG(write_far_after, out[last + 1000] = 0;)
WRONG(changes_input, ((float *)(out == args->dst.data ? args->src.data : args->dst.data))[3] += 1;)
WRONG(workspace_after, ((char *)args->workspace.data)[args->workspace.bytes] = 0;)
WRONG(workspace_before, ((char *)args->workspace.data)[-1] = 0;)
WRONG(negative_zeros, for (size_t i = 0; i <= last; i++) if (out[i] == 0) out[i] = -0.0f;)
WRONG(last_bits, for (size_t i = 0; i <= last; i++) out[i] *= 1 + 0x1p-21f;)
WRONG(overwrites_sum, for (size_t i = 0; i <= last; i++) out[i] *= 1.001f;)

/* Adds to what it finds, as a kernel does that forgets to clear its accumulators. */
static gconv_status accumulates(const gconv_plan *plan, const gconv_args *args) {
  const size_t count = written_elems(plan);
  float *out = written(plan, args), *before = malloc(count * sizeof *before);
  memcpy(before, out, count * sizeof *before);
  const gconv_status status = run_ref(plan, args);
  for (size_t i = 0; i < count; i++) out[i] += before[i];
  free(before);
  return status;
}

/* Uses workspace it never wrote. */
static gconv_status reads_workspace(const gconv_plan *plan, const gconv_args *args) {
  const double garbage = *(const double *)args->workspace.data;
  const gconv_status status = run_ref(plan, args);
  written(plan, args)[0] += (float)garbage;
  return status;
}

static gconv_status gives_up(const gconv_plan *plan, const gconv_args *args) {
  (void)plan, (void)args;
  return GCONV_FAILED;
}

typedef gconv_status (*execute_function)(const gconv_plan *, const gconv_args *);

static check_result check_wrong(const char *descriptor, gconv_direction direction, check_mode mode,
                                const gconv_env *env, execute_function execute) {
  gconv_problem p = problem_of(descriptor, direction);
  check_case *c;
  gconv_plan *plan;
  assert_ok(check_case_create(&p, mode, 1, 1, &c), descriptor);
  assert_ok(gconv_plan_create("ref", &p, env, &plan), "ref");
  gconv_kernel wrong = *ref();
  wrong.execute = execute;
  plan->kernel = &wrong;
  const check_result r = check_plan(c, plan);
  gconv_plan_destroy(plan);
  check_case_free(c);
  return r;
}

static const struct {
  const char *name;
  execute_function execute;
  const char *reason; /* NULL: must pass */
} mutants[] = {
    {"nothing_wrong", nothing_wrong, NULL},
    {"negative_zeros", negative_zeros, NULL},
    {"first_wrong", first_wrong, " 0] is "},
    {"last_wrong", last_wrong, "is "},
    {"ten_percent", ten_percent, "must be"},
    {"overwrites_sum", overwrites_sum, "must be"},
    {"swapped", swapped, "must be"},
    {"not_a_number", not_a_number, "is nan"},
    {"infinite", infinite, "is -inf"},
    {"unwritten", unwritten, "was never written (1 of"},
    {"accumulates", accumulates, "elements are wrong"},
    {"reads_workspace", reads_workspace, "is nan"},
    {"changes_input", changes_input, "execute changed "},
    {"workspace_before", workspace_before, "execute wrote outside workspace, before"},
    {"workspace_after", workspace_after, "execute wrote outside workspace, after"},
    {"gives_up", gives_up, "execute: failed"},
};

static void expect_verdict(const char *name, const char *reason, check_result r) {
  if (r.verdict != (reason ? CHECK_FAIL : CHECK_PASS))
    fail_msg("%s: %s (%s)", name, reason ? "was not caught" : "was refused", r.reason);
  if (reason && !strstr(r.reason, reason)) fail_msg("%s: '%s' does not say '%s'", name, r.reason, reason);
}

static void test_wrong_results(void **state) {
  (void)state;
  static const gconv_layout layouts[] = {GCONV_NATIVE, GCONV_NHWC, GCONV_NCHW8C};
  for (size_t m = 0; m < ROWS(mutants); m++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++)
      for (int mode = 0; mode < CHECK_MODES; mode++)
        for (size_t l = 0; l < ROWS(layouts); l++) {
          const gconv_env env = {.layout = layouts[l], .threads = 2};
          const execute_function execute = mutants[m].execute;
          const bool copies = layouts[l] != GCONV_NATIVE; /* inputs are converted to a copy that may be changed */
          if (copies && (execute == changes_input || execute == workspace_after || execute == workspace_before))
            continue;
          expect_verdict(mutants[m].name, mutants[m].reason,
                         check_wrong("g2mb2_ic6oc10_ih5kh3ph1", (gconv_direction)d, (check_mode)mode, &env, execute));
        }
}

/* Without staging the tensor itself stands between red zones. */
static void test_red_zones(void **state) {
  (void)state;
  static const char *const names[GCONV_DIRECTIONS] = {"dst", "src", "wei"};
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    char before[64], after[64];
    snprintf(before, sizeof before, "execute wrote outside %s, before", names[d]);
    snprintf(after, sizeof after, "execute wrote outside %s, after", names[d]);
    const gconv_env env = {.threads = 1};
    const char *problem = "g2mb2_ic6oc10_ih5kh3ph1";
    const gconv_direction direction = (gconv_direction)d;
    for (int mode = 0; mode < CHECK_MODES; mode++) {
      expect_verdict("before", before, check_wrong(problem, direction, (check_mode)mode, &env, write_before));
      expect_verdict("after", after, check_wrong(problem, direction, (check_mode)mode, &env, write_after));
      expect_verdict("far", after, check_wrong(problem, direction, (check_mode)mode, &env, write_far_after));
    }
  }
}

/* The largest sums that are exact: an error of one unit in the last place is seen, and a transform is allowed it. */
static double amplify(const gconv_problem *p) {
  (void)p;
  return 10;
}

static void test_transform_class(void **state) {
  (void)state;
  gconv_problem p = problem_of("g2mb2_ic6oc10_ih5kh3ph1", GCONV_FWD);
  gconv_kernel wrong = *ref();
  wrong.execute = last_bits;
  for (int mode = 0; mode < CHECK_MODES; mode++)
    for (int transform = 0; transform < 2; transform++) {
      check_case *c;
      gconv_plan *plan;
      assert_ok(check_case_create(&p, (check_mode)mode, 1, 1, &c), "case");
      assert_ok(gconv_plan_create("ref", &p, NULL, &plan), "ref");
      wrong.numeric = transform ? GCONV_TRANSFORM : GCONV_SUM_ANY_ORDER;
      wrong.amplification = transform ? amplify : NULL;
      plan->kernel = &wrong;
      const check_result r = check_plan(c, plan);
      assert_int_equal(r.verdict, transform || mode == CHECK_REAL ? CHECK_PASS : CHECK_FAIL);
      assert_true(r.err > 0);
      gconv_plan_destroy(plan);
      check_case_free(c);
    }
}

/* The same result has the same error in the common units, whatever its kernel is allowed. */
static void test_common_units(void **state) {
  (void)state;
  gconv_problem p = problem_of("g2mb2_ic6oc10_ih5kh3ph1", GCONV_FWD);
  gconv_kernel wrong = *ref();
  wrong.execute = last_bits;
  check_case *c;
  gconv_plan *plan;
  assert_ok(check_case_create(&p, CHECK_REAL, 1, 1, &c), "case");
  assert_ok(gconv_plan_create("ref", &p, NULL, &plan), "ref");
  plan->kernel = &wrong;
  const check_result sum = check_plan(c, plan);
  wrong.numeric = GCONV_TRANSFORM, wrong.amplification = amplify;
  const check_result transform = check_plan(c, plan);
  assert_true(sum.err_gamma == sum.err && transform.err < sum.err / 5);
  assert_true(sum.err_gamma == transform.err_gamma && sum.err_rms == transform.err_rms);
  assert_true(fabs(sum.err_rms / 0x1p-21 - 1) < 0.2); /* what each element was made larger by */
  wrong.execute = infinite;
  const check_result lost = check_plan(c, plan);
  assert_true(isinf(lost.err_gamma) && isinf(lost.err_rms));
  gconv_plan_destroy(plan);
  check_case_free(c);
}

/* A kernel with packed weights: plain ones stay away from execute, packed ones are read only. */
static void pack_copy(const gconv_plan *plan, const float *wei, void *packed) {
  memcpy(packed, wei, plan->packed_bytes);
}

static void pack_too_far(const gconv_plan *plan, const float *wei, void *packed) {
  pack_copy(plan, wei, packed);
  ((char *)packed)[plan->packed_bytes] = 0;
}

static void pack_changes_weights(const gconv_plan *plan, const float *wei, void *packed) {
  ((float *)wei)[0] += 1;
  pack_copy(plan, wei, packed);
}

static void unpack_copy(const gconv_plan *plan, const void *packed, float *wei) {
  memcpy(wei, packed, plan->packed_bytes);
}

static void unpack_short(const gconv_plan *plan, const void *packed, float *wei) {
  memcpy(wei, packed, plan->packed_bytes - sizeof(float));
}

static gconv_status execute_packed(const gconv_plan *plan, const gconv_args *args) {
  gconv_args inner = *args;
  if (args->wei.data) return GCONV_FAILED;
  inner.wei = args->packed;
  return ref()->execute(plan, &inner);
}

static gconv_status execute_changes_packed(const gconv_plan *plan, const gconv_args *args) {
  const gconv_status status = execute_packed(plan, args);
  ((float *)args->packed.data)[0] += 1;
  return status;
}

static void test_packed_weights(void **state) {
  (void)state;
  const struct {
    gconv_direction direction;
    execute_function execute;
    void (*pack)(const gconv_plan *, const float *, void *);
    void (*unpack)(const gconv_plan *, const void *, float *);
    const char *reason;
  } rows[] = {
      {GCONV_FWD, execute_packed, pack_copy, NULL, NULL},
      {GCONV_BWD_D, execute_packed, pack_copy, NULL, NULL},
      {GCONV_BWD_W, execute_packed, NULL, unpack_copy, NULL},
      {GCONV_FWD, execute_packed, pack_too_far, NULL, "pack wrote outside packed, after"},
      {GCONV_FWD, execute_packed, pack_changes_weights, NULL, "pack changed wei"},
      {GCONV_BWD_D, execute_changes_packed, pack_copy, NULL, "execute changed packed"},
      {GCONV_BWD_W, execute_packed, NULL, unpack_short, "was never written (1 of"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    gconv_problem p = problem_of("g2mb2_ic6oc10_ih5kh3ph1", rows[i].direction);
    check_case *c;
    gconv_plan *plan;
    assert_ok(check_case_create(&p, CHECK_EXACT, 1, 1, &c), "case");
    assert_ok(gconv_plan_create("ref", &p, NULL, &plan), "ref");
    gconv_kernel kernel = *ref();
    kernel.execute = rows[i].execute, kernel.pack = rows[i].pack, kernel.unpack = rows[i].unpack;
    plan->kernel = &kernel;
    plan->packed_bytes = gconv_plan_tensor_bytes(plan, GCONV_WEI);
    expect_verdict("packed", rows[i].reason, check_plan(c, plan));
    gconv_plan_destroy(plan);
    check_case_free(c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wrong_results),   cmocka_unit_test(test_red_zones),
      cmocka_unit_test(test_transform_class), cmocka_unit_test(test_common_units),
      cmocka_unit_test(test_packed_weights),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
