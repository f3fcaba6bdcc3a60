/* test_gconv_check.c - gconv-check as its users meet it: exit status, lines, and a repeat command that repeats. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <signal.h>
#include <sys/wait.h>

static char output[1 << 20];

/* Runs gconv-check with `arguments`, keeps what it printed (both streams) and gives its exit status. */
static int run(const char *arguments) {
  char command[4096];
  snprintf(command, sizeof command, "'" GCONV_CHECK "' %s 2>&1", arguments);
  FILE *pipe = popen(command, "r");
  assert_non_null(pipe);
  const size_t length = fread(output, 1, sizeof output - 1, pipe);
  output[length] = 0;
  const int status = pclose(pipe);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static int count_lines(const char *prefix) {
  int count = 0;
  for (const char *line = output; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    count += !strncmp(line, prefix, strlen(prefix));
  return count;
}

static const char *last_line(void) {
  char *end = output + strlen(output);
  assert_true(end > output && end[-1] == '\n');
  end[-1] = 0;
  const char *newline = strrchr(output, '\n');
  const char *line = newline ? newline + 1 : output;
  return line;
}

static void assert_says(const char *text) {
  if (!strstr(output, text)) fail_msg("the output does not say '%s':\n%s", text, output);
}

static void test_pass(void **state) {
  (void)state;
  assert_int_equal(run("--problems=g2mb1ic4oc4ih5kh3 --kernels=ref --dir=fwd,bwd_w --layout=nhwc,native --threads=1,2"),
                   0);
  assert_int_equal(count_lines("PASS "), 8);
  assert_says("PASS fwd/native/g2mb1_ic4oc4_ih5oh3kh3sh1ph0/ref/t1 exact err=0 real err=0.0");
  assert_says("PASS bwd_w/nhwc/g2mb1_ic4oc4_ih5oh3kh3sh1ph0/ref/t2 exact err=0 real err=0.0");
  assert_says("[loops, double sums]");
  assert_string_equal(last_line(), "8 passed, 0 failed, 0 skipped");
}

static void test_batch_and_seed(void **state) {
  (void)state;
  assert_int_equal(run("--problems=ic4oc4ih5kh3 --kernels=ref --mb=3 --dir=fwd --layout=native --threads=1"), 0);
  assert_says("/mb3_ic4oc4_ih5oh3kh3sh1ph0/");
  char first[256];
  snprintf(first, sizeof first, "%.*s", (int)strcspn(output, "\n"), output);
  assert_int_equal(run("--problems=ic4oc4ih5kh3 --kernels=ref --mb=3 --dir=fwd --layout=native --threads=1 --seed=1"),
                   0);
  assert_says(first);
  assert_int_equal(run("--problems=ic4oc4ih5kh3 --kernels=ref --mb=3 --dir=fwd --layout=native --threads=1 --seed=2"),
                   0);
  assert_null(strstr(output, first)); /* other data, another error */
}

/* A parameter that the kernel does not take is a failure of what was asked, not a pair to pass over. */
static void test_fail_and_repeat(void **state) {
  (void)state;
  assert_int_equal(
      run("--problems=g2mb1ic4oc4ih5kh3 --kernels=ref@m2 --dir=fwd --layout=nchw --threads=2 --isa=scalar --seed=5"),
      1);
  assert_int_equal(count_lines("FAIL fwd/nchw/g2mb1_ic4oc4_ih5oh3kh3sh1ph0/ref@m2/t2 [scalar: "), 1);
  const char *repeat = strstr(output, "repeat with: gconv-check ");
  assert_non_null(repeat);
  char arguments[1024], fail_line[512];
  repeat += strlen("repeat with: gconv-check ");
  snprintf(arguments, sizeof arguments, "%.*s", (int)strcspn(repeat, "\n"), repeat);
  snprintf(fail_line, sizeof fail_line, "%.*s", (int)strcspn(output, "\n"), output);
  assert_string_equal(last_line(), "0 passed, 1 failed, 0 skipped");
  assert_int_equal(run(arguments), 1);
  assert_says(fail_line);
}

/* A long run in pieces is the run in one; the second piece begins where the first says. */
static void test_random_in_pieces(void **state) {
  (void)state;
  static const char same[] = "--seed=7 --kernels=ref,naive_split --random=";
  static const struct {
    const char *arguments, *next;
  } rows[] = {{"6", "next is --first=6\n"}, {"2", "next is --first=2\n"}, {"4 --first=2", "next is --first=6\n"}};
  long passed[ROWS(rows)];
  for (size_t i = 0; i < ROWS(rows); i++) {
    char arguments[256];
    snprintf(arguments, sizeof arguments, "%s%s", same, rows[i].arguments);
    assert_int_equal(run(arguments), 0);
    assert_says(rows[i].next);
    passed[i] = strtol(last_line(), NULL, 10);
    assert_true(passed[i] > 0);
  }
  assert_int_equal(passed[0], passed[1] + passed[2]);
}

/* Whatever the machine does, waiting threads of a random run sleep, unless the user wants them to spin: on busy
 * cores spinning made small problems of two threads several times as slow (the one below once ran into the time
 * limit). */
static void test_random_waits_asleep(void **state) {
  (void)state;
  static const char arguments[] = "--random=1 --first=5341 --seed=2 --kernels=batched_gemm,naive_split --threads=2";
  const char *before = getenv("OMP_WAIT_POLICY");
  char saved[32];
  snprintf(saved, sizeof saved, "%s", before ? before : "");
  assert_int_equal(setenv("OMP_DISPLAY_ENV", "true", 1), 0);
  assert_int_equal(unsetenv("OMP_WAIT_POLICY"), 0);
  assert_int_equal(run(arguments), 0);
  assert_says("OMP_WAIT_POLICY = 'PASSIVE'");
  assert_int_equal(setenv("OMP_WAIT_POLICY", "active", 1), 0);
  assert_int_equal(run(arguments), 0);
  assert_null(strstr(output, "'PASSIVE'"));
  assert_int_equal(before ? setenv("OMP_WAIT_POLICY", saved, 1) : unsetenv("OMP_WAIT_POLICY"), 0);
  assert_int_equal(unsetenv("OMP_DISPLAY_ENV"), 0);
}

/* Whoever ends a run is told what it found until then. */
static void test_interrupted(void **state) {
  (void)state;
  static const int signals[] = {SIGINT, SIGTERM};
  for (size_t i = 0; i < ROWS(signals); i++) {
    FILE *pipe = popen("echo $$; exec '" GCONV_CHECK "' --problems=smoke,edges 2>&1", "r");
    assert_non_null(pipe);
    char line[4096];
    assert_non_null(fgets(line, sizeof line, pipe));
    const pid_t child = (pid_t)atol(line);
    assert_true(child > 0);
    assert_non_null(fgets(line, sizeof line, pipe)); /* the first pair: it is under way */
    assert_int_equal(kill(child, signals[i]), 0);
    const size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = 0;
    const int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 128 + signals[i]);
    long passed, failed, skipped;
    assert_int_equal(sscanf(last_line(), "%ld passed, %ld failed, %ld skipped", &passed, &failed, &skipped), 3);
    assert_true(passed >= 1 && failed == 0);
  }
}

static void test_nothing_passed(void **state) {
  (void)state;
  assert_int_equal(run("--problems=mb4096ic512oc512ih512kh1 --kernels=ref --dir=fwd --layout=native --threads=1"), 1);
  assert_int_equal(count_lines("SKIPPED fwd/native/mb4096_ic512oc512_ih512oh512kh1sh1ph0/ref/t1 ["), 1);
  assert_says("bytes");
  assert_string_equal(last_line(), "0 passed, 0 failed, 1 skipped");
}

static void test_bad_usage(void **state) {
  (void)state;
  static const struct {
    const char *arguments, *says;
  } rows[] = {
      {"--no-such-option", "unknown argument '--no-such-option'"},
      {"smoke", "unknown argument 'smoke'"},
      {"--problems=nosuchset", "'nosuchset' is neither a named set"},
      {"--problems=ic8oc8ih5", "field 'kh' is missing"},
      {"--kernels=nosuch", "no kernel matches 'nosuch'"},
      {"--dir=sideways", "'sideways' is not a direction"},
      {"--layout=hwcn", "'hwcn' is not a layout"},
      {"--threads=0", "'0' is not a number"},
      {"--isa=mmx", "'mmx' is not an instruction set"},
      {"--seed=-1", "'-1' is not a number"},
      {"--mb=many", "'many' is not a number"},
      {"--time-limit=soon", "'soon' is not a number of seconds"},
      {"--random=0", "'0' is not a number of problems"},
      {"--random=5 --first=-1", "'-1' is not the index of a problem"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    assert_int_equal(run(rows[i].arguments), 2);
    assert_says("gconv-check: ");
    assert_says(rows[i].says);
    assert_int_equal(count_lines("PASS"), 0);
  }
}

static void test_help_and_lists(void **state) {
  (void)state;
  assert_int_equal(run("--help"), 0);
  static const char *const options[] = {
      "--problems=", "--kernels=", "--dir=", "--layout=", "--isa=", "--threads=", "--seed=", "--mb=", "--help"};
  for (size_t i = 0; i < ROWS(options); i++) assert_says(options[i]);
  assert_int_equal(run("--problems=list"), 0);
  assert_says("smoke");
  assert_int_equal(run("--kernels=list"), 0);
  assert_says("ref");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pass),
      cmocka_unit_test(test_batch_and_seed),
      cmocka_unit_test(test_fail_and_repeat),
      cmocka_unit_test(test_random_in_pieces),
      cmocka_unit_test(test_random_waits_asleep),
      cmocka_unit_test(test_interrupted),
      cmocka_unit_test(test_nothing_passed),
      cmocka_unit_test(test_bad_usage),
      cmocka_unit_test(test_help_and_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
