/* test_options.c - the options that all tools share: what is taken, what is refused, and with which sentence. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "options.h"

#include <unistd.h>

static const option_defaults defaults = {"smoke", "*", "fwd", "native", "1"};

static void test_options_taken(void **state) {
  (void)state;
  static const char *const arguments[] = {"--problems=ic8oc8ih5kh3,g2ic8oc8ih5kh3",
                                          "--kernels=ref,r?f,re*",
                                          "--dir=bwd_d,bwd_w",
                                          "--layout=nhwc",
                                          "--threads=3,1..3",
                                          "--isa=scalar",
                                          "--mb=5",
                                          "--seed=9"};
  options o;
  options_init(&o);
  for (size_t i = 0; i < ROWS(arguments); i++) assert_int_equal(options_take(&o, arguments[i]), OPTION_TAKEN);
  assert_ok(options_finish(&o, &defaults), "finish");
  assert_int_equal(o.problems.count, 2);
  assert_int_equal(o.problems.cases[1].problem.batch, 5);
  assert_int_equal(o.kernel_count, 1); /* named three times, chosen once */
  assert_string_equal(o.kernels[0], "ref");
  assert_false(o.directions[GCONV_FWD]);
  assert_true(o.directions[GCONV_BWD_D] && o.directions[GCONV_BWD_W]);
  assert_true(o.layouts[GCONV_NHWC] && !o.layouts[GCONV_NATIVE] && !o.layouts[GCONV_NCHW]);
  assert_int_equal(o.thread_count, 3);
  assert_int_equal(o.threads[0], 3);
  assert_int_equal(o.threads[1], 1);
  assert_int_equal(o.threads[2], 2);
  assert_int_equal(o.isa_mask, 1u << GCONV_ISA_SCALAR);
  assert_int_equal(o.seed, 9);
  options_free(&o);
}

static void test_option_defaults(void **state) {
  (void)state;
  options o;
  options_init(&o);
  assert_ok(options_finish(&o, &defaults), "finish");
  size_t count;
  gconv_registry(&count);
  assert_int_equal(o.kernel_count, count);
  assert_true(o.problems.count > 0 && o.directions[GCONV_FWD] && o.layouts[GCONV_NATIVE]);
  assert_int_equal(o.thread_count, 1);
  assert_int_equal(o.isa_mask, gconv_isa_detect());
  assert_int_equal(o.seed, 1);
  options_free(&o);
}

/* --dir of the command line, else the file's, else the tool's default. */
static void test_directions_of_files(void **state) {
  (void)state;
  static const struct {
    const char *dir;
    unsigned first, second;
  } rows[] = {{NULL, 1u << GCONV_BWD_W, 1u << GCONV_FWD}, {"--dir=bwd_d", 1u << GCONV_BWD_D, 1u << GCONV_BWD_D}};
  char path[] = "/tmp/gconv-options-XXXXXX", argument[64];
  static const char text[] = "--dir=BWD_WB ic8oc8ih5kh3\n--reset g2ic8oc8ih5kh3\n";
  const int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
  close(file);
  snprintf(argument, sizeof argument, "--problems=%s", path);
  for (size_t i = 0; i < ROWS(rows); i++) {
    options o;
    options_init(&o);
    assert_int_equal(options_take(&o, argument), OPTION_TAKEN);
    if (rows[i].dir) assert_int_equal(options_take(&o, rows[i].dir), OPTION_TAKEN);
    assert_ok(options_finish(&o, &defaults), "finish");
    assert_int_equal(o.problems.count, 2);
    assert_int_equal(o.problems.cases[0].directions, rows[i].first);
    assert_int_equal(o.problems.cases[1].directions, rows[i].second);
    options_free(&o);
  }
  unlink(path);
}

static void test_kernel_parameter(void **state) {
  (void)state;
  options o;
  options_init(&o);
  assert_int_equal(options_take(&o, "--kernels=ref@m4,ref"), OPTION_TAKEN);
  assert_int_equal(o.kernel_count, 2);
  assert_string_equal(o.kernels[0], "ref@m4");
  options_free(&o);
}

static void test_options_refused(void **state) {
  (void)state;
  static const struct {
    const char *argument, *fragment;
  } rows[] = {
      {"--problems=nosuchset", "--problems: 'nosuchset'"},
      {"--problems", "--problems: no value"},
      {"--problems=", "--problems: no value"},
      {"--kernels=nosuch*", "no kernel matches 'nosuch*'"},
      {"--kernels=ref,", "empty item"},
      {"--dir=forward", "'forward' is not a direction"},
      {"--layout=nchw16c", "'nchw16c' is not a layout that can be asked for"},
      {"--threads=0", "'0' is not a number from 1"},
      {"--threads=-1", "'-1' is not a number"},
      {"--threads=2x", "'2x' is not a number"},
      {"--threads=5000", "'5000' is not a number from 1 to 4096"},
      {"--isa=sse", "'sse' is not an instruction set"},
      {"--mb=0", "'0' is not a number from 1"},
      {"--mb=9999999999", "9999999999"},
      {"--seed=x", "'x' is not a number"},
      {"--threads=2..1", "ends below its beginning"},
      {"--threads=1..x", "'x' is not a number"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    options o;
    options_init(&o);
    assert_int_equal(options_take(&o, rows[i].argument), OPTION_BAD);
    assert_refused(GCONV_INVALID, GCONV_INVALID, rows[i].fragment, rows[i].argument);
    options_free(&o);
  }
  options o;
  options_init(&o);
  static const char *const unknown[] = {"--problem=smoke", "smoke", "-h", "--threadsx=1", ""};
  for (size_t i = 0; i < ROWS(unknown); i++) assert_int_equal(options_take(&o, unknown[i]), OPTION_UNKNOWN);
  options_free(&o);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_options_taken),       cmocka_unit_test(test_option_defaults),
      cmocka_unit_test(test_directions_of_files), cmocka_unit_test(test_kernel_parameter),
      cmocka_unit_test(test_options_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
