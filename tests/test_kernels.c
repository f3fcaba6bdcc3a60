/* test_kernels.c - every kernel of the registry on every problem of `smoke`, `edges` and `regressions`: directions,
 * layouts, threads, instruction sets, exact and real data. One test a kernel, made from the registry: a new kernel
 * needs no edit here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "common.h"
#include "problems.h"

/* Kernels are also run with some values of their parameter, where they have one. */
static const char *const parametrised[] = {"merged_gemm@m1", "merged_gemm@m2", "merged_gemm@m3"};

typedef struct {
  const char *kernel;
  long count[CHECK_SKIPPED + 1];
  long wrong_shown;
} suite;

static problem_list problems;

static int load_problems(void **state) {
  (void)state;
  if (!problem_list_add(&problems, "smoke,edges,regressions")) return 0;
  print_error("%s\n", gconv_last_error());
  return -1;
}

static int free_problems(void **state) {
  (void)state;
  problem_list_free(&problems);
  return 0;
}

static void check_one(suite *s, const check_case *c, const gconv_env *env) {
  enum { SHOWN = 20 };
  const check_result r = check_kernel(c, s->kernel, env);
  s->count[r.verdict]++;
  assert_true(r.verdict == CHECK_PASS || *r.reason);
  if (r.verdict != CHECK_FAIL || s->wrong_shown++ >= SHOWN) return;
  char command[2 * GCONV_TEXT_MAX];
  check_repro(c, s->kernel, env, command, sizeof command);
  print_error("%s: %s\n  %s\n", check_mode_name(c->mode), r.reason, command);
}

/* Layouts and threads a caller may ask for; three threads do not divide most work evenly. Libraries choose their code
 * once, when they are first asked: theirs is checked at its best. */
static void check_case_everywhere(suite *s, const check_case *c, bool every_layout) {
  static const int threads[] = {1, 2, 3};
  const int layouts = every_layout ? GCONV_LAYOUTS : GCONV_NHWC + 1;
  const unsigned usable = check_variants(s->kernel, gconv_isa_detect());
  const bool library = gconv_kernel_find(s->kernel, 0)->library;
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    for (int layout = 0; layout < layouts && usable & 1u << isa; layout++)
      for (size_t t = 0; t < ROWS(threads) - !every_layout; t++)
        check_one(
            s, c,
            &(gconv_env){.threads = threads[t], .layout = (gconv_layout)layout, .isa_mask = library ? 0 : 1u << isa});
}

static void check_problem(suite *s, const problem_case *item) {
  for (int d = 0; d < GCONV_DIRECTIONS; d++)
    for (int mode = 0; mode < CHECK_MODES; mode++) {
      gconv_problem p = item->problem;
      p.direction = (gconv_direction)d;
      check_case *c;
      assert_ok(check_case_create(&p, (check_mode)mode, 1, 2, &c), p.name);
      check_case_everywhere(s, c, !strcmp(item->set, "smoke"));
      check_case_free(c);
    }
}

static void test_kernel(void **state) {
  suite s = {.kernel = *state};
  if (!gconv_kernel_find(s.kernel, 0)) { /* not in this build */
    print_message("%s\n", gconv_last_error());
    skip();
  }
  for (size_t i = 0; i < problems.count; i++) check_problem(&s, &problems.cases[i]);
  print_message("%s: %ld passed, %ld failed, %ld skipped\n", s.kernel, s.count[CHECK_PASS], s.count[CHECK_FAIL],
                s.count[CHECK_SKIPPED]);
  if (s.count[CHECK_FAIL]) fail_msg("%ld checks failed", s.count[CHECK_FAIL]);
  assert_true(s.count[CHECK_PASS] > 0);
}

static struct CMUnitTest test_of(const char *kernel) {
  return (struct CMUnitTest){.name = kernel, .test_func = test_kernel, .initial_state = (void *)kernel};
}

int main(void) {
  enum { TESTS_MAX = 256 };
  static struct CMUnitTest tests[TESTS_MAX];
  size_t count, used = 0;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count && used < TESTS_MAX; e++) tests[used++] = test_of(entries[e].name);
  for (size_t i = 0; i < ROWS(parametrised) && used < TESTS_MAX; i++) tests[used++] = test_of(parametrised[i]);
  /* cmocka_run_group_tests takes an array of known size only */
  return _cmocka_run_group_tests("kernels", tests, used, load_problems, free_problems);
}
