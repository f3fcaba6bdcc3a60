/* test_mutants.c - the checks check: gconv-check must fail every mutant, with the kind of check that is there for its
 * fault alone, and must say what is wrong. Every kind has a mutant, so none can be one that cannot fail. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <sys/wait.h>

static char output[1 << 20];

static int run_kernel(const char *kernel, const char *checks) {
  char command[4096];
  snprintf(command, sizeof command,
           "'" GCONV_CHECK_MUTANTS "' --problems=smoke --layout=native --threads=1,2 --kernels=%s --checks=%s 2>&1",
           kernel, checks);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  const size_t length = fread(output, 1, sizeof output - 1, pipe);
  output[length] = 0;
  const int status = pclose(pipe);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static int run(const char *fault, const char *checks) {
  char kernel[256];
  snprintf(kernel, sizeof kernel, "mutant@%s", fault);
  return run_kernel(kernel, checks);
}

static const char all[] =
    "values,guards,calls,linear,impulse,shift,permute,apart,diagonal,batch,adjoint,bleed,reach,scale,repeat";

/* Without a fault the same loops pass everything: it is the faults that are caught below. */
static void test_right(void **state) {
  (void)state;
  if (run("none", all)) fail_msg("a right kernel was refused:\n%s", output);
}

static void test_mutants_fail(void **state) {
  (void)state;
  static const struct {
    const char *fault, *checks, *says;
  } rows[] = {
      {"drops_last_channel", "values", "must be"},
      {"ignores_group", "values", "must be"},
      {"swaps_kh_kw", "values", "must be"},
      {"reads_after", "guards", "byte 1 after src"},
      {"reads_before", "guards", "byte 4 before src"},
      {"writes_after", "values", "execute wrote outside dst, after"},
      {"writes_before", "values", "execute wrote outside dst, before"},
      {"writes_after", "guards", "byte 1 after dst"},
      {"forgets_tail", "values", "must be"},
      {"multiplies_tail_lanes", "values", "is nan"},
      {"wrong_at_two_threads", "values", "/t2"},
      {"stale_workspace", "values", "was never written"},
      {"stale_workspace", "guards", "must be"},
      {"trusts_workspace", "guards", "must be"},
      {"uneven_pad", "values", "must be"},
      {"needs_alignment", "values", "must be"},
      {"scribbles_on_input", "values", "execute changed src"},
      {"always_first_image", "values", "must be"},
      {"flips_backward", "values", "bwd_d/"},
      {"dies", "values", "crashed with signal 11"},
      {"clips", "linear", "linear ("},
      {"swaps_kh_kw", "impulse", "impulse ("},
      {"favours_odd_columns", "shift", "shift ("},
      {"ignores_group", "permute", "permute ("},
      {"ignores_group", "apart", "apart ("},
      {"ignores_group", "diagonal", "diagonal ("},
      {"always_first_image", "batch", "batch ("},
      {"flips_backward", "adjoint", "adjoint ("},
      {"mixes_groups", "bleed", "bleed ("},
      {"mixes_groups", "reach", "reach ("},
      {"loses_nan", "reach", "reach ("},
      {"flushes_denormals", "scale", "scale ("},
      {"order_of_threads", "repeat", "with 1 threads"},
      {"remembers", "repeat", "in the next run"},
      {"keeps_weights", "values", "was never written"},
      {"keeps_weights", "guards", "inside wei, which it may not touch"},
      {"fills_poison", "guards", "must be"},
      {"every_50th", "calls", "another result than the first"},
      {"hangs --time-limit=2", "values", "took too long"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    if (run(rows[i].fault, rows[i].checks) != 1 || !strstr(output, "FAIL "))
      fail_msg("%s was not caught by %s:\n%s", rows[i].fault, rows[i].checks, output);
    if (!strstr(output, rows[i].says))
      fail_msg("%s by %s: nobody says '%s':\n%s", rows[i].fault, rows[i].checks, rows[i].says, output);
    if (!strstr(output, "repeat with: gconv-check ")) fail_msg("no command repeats %s:\n%s", rows[i].fault, output);
  }
}

/* What a user runs, with every check at once. */
static void test_mutants_fail_by_default(void **state) {
  (void)state;
  static const char *const faults[] = {
      "drops_last_channel", "ignores_group",         "swaps_kh_kw",          "reads_after",     "writes_after",
      "forgets_tail",       "multiplies_tail_lanes", "wrong_at_two_threads", "stale_workspace", "uneven_pad"};
  for (size_t i = 0; i < ROWS(faults); i++)
    if (run(faults[i], all) != 1) fail_msg("%s was not caught:\n%s", faults[i], output);
}

/* The bound of a transform grows with what the transform amplifies; it must not grow until nothing fails it. */
static void test_wrong_winograd_fails(void **state) {
  (void)state;
  static const char *const faults[] = {"nudged_input", "wrong_sign", "drops_product", "short_weights"};
  if (run_kernel("wrong_winograd@none", all)) fail_msg("a right Winograd was refused:\n%s", output);
  for (size_t i = 0; i < ROWS(faults); i++) {
    char kernel[128];
    snprintf(kernel, sizeof kernel, "wrong_winograd@%s", faults[i]);
    if (run_kernel(kernel, "values") != 1 || !strstr(output, "must be"))
      fail_msg("%s was not caught:\n%s", kernel, output);
  }
}

/* A crash, too, is found, survived and shrunk among random problems. */
static void test_random_shrinks(void **state) {
  (void)state;
  static const char *const faults[] = {"drops_last_channel", "reads_after", "dies"};
  for (size_t i = 0; i < ROWS(faults); i++) {
    char fault_and_more[128];
    snprintf(fault_and_more, sizeof fault_and_more, "%s --random=3 --seed=3 --dir=fwd", faults[i]);
    assert_int_equal(run(fault_and_more, "values,guards"), 1);
    if (!strstr(output, "shrunk to: gconv-check --problems=mb1_ic1oc1_ih1oh1kh1sh1ph0 "))
      fail_msg("%s was not shrunk to the smallest problem:\n%s", faults[i], output);
    if (!strstr(output, "3 random problems of seed 3")) fail_msg("%s ended the run:\n%s", faults[i], output);
  }
}

/* A row that says scalar where it was compiled for AVX2 is a failure, with --isa=avx2 and without. */
static void test_forgotten_isa_fails(void **state) {
  (void)state;
  if (!(gconv_isa_detect() & 1u << GCONV_ISA_AVX2)) skip();
  static const char *const isas[] = {"", " --isa=avx2"};
  for (size_t i = 0; i < ROWS(isas); i++) {
    char kernel[64];
    snprintf(kernel, sizeof kernel, "forgetful%s --dir=fwd", isas[i]);
    if (run_kernel(kernel, "values") != 1 || !strstr(output, "SIMD_KERNEL(forgetful, ...)") || strstr(output, "PASS"))
      fail_msg("%s was not caught:\n%s", kernel, output);
  }
  if (run_kernel("forgetful --dir=fwd --isa=scalar", "values")) fail_msg("its scalar row was refused:\n%s", output);
}

/* Results are right; what the call does besides is not. A sanitizer has its own malloc, which is not watched;
 * clang's OpenMP allocates itself, and forks by functions that are not. */
static void test_unruly_calls_fail(void **state) {
  (void)state;
  static const struct {
    const char *kernel, *says;
  } rows[] = {
    {"unruly@starts_threads", "execute starts threads of its own: 1"},
#ifndef __clang__
    {"unruly@hires_threads", "more than the plan's"},
#endif
#if !defined GCONV_SANITIZED && !defined __clang__
    {"unruly@allocates", "execute allocates memory: 1 blocks"},
#endif
  };
  if (run_kernel("unruly@none", all)) fail_msg("a right kernel was refused:\n%s", output);
  for (size_t i = 0; i < ROWS(rows); i++)
    if (run_kernel(rows[i].kernel, "calls") != 1 || !strstr(output, rows[i].says))
      fail_msg("%s: nobody says '%s':\n%s", rows[i].kernel, rows[i].says, output);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_right),
      cmocka_unit_test(test_mutants_fail),
      cmocka_unit_test(test_mutants_fail_by_default),
      cmocka_unit_test(test_wrong_winograd_fails),
      cmocka_unit_test(test_random_shrinks),
      cmocka_unit_test(test_unruly_calls_fail),
      cmocka_unit_test(test_forgotten_isa_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
