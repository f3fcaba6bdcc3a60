/* test_teams.c - the threads of a plan are not always there: kernels are right with fewer, or say so; and the CPUs that
 * a control group grants are found. The process is told by its environment, so it starts itself again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "cpus.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

/* 1: ok, 0: refused with a sentence. */
static bool is_right(const char *kernel, const gconv_problem *p, const check_case *data) {
  const gconv_env env = {.threads = 2};
  gconv_plan *plan;
  if (gconv_plan_create(kernel, p, &env, &plan)) return true;
  const check_result result = check_plan(data, plan);
  gconv_plan_destroy(plan);
  if (result.verdict != CHECK_PASS && !strstr(result.reason, "OpenMP gives fewer"))
    fprintf(stderr, "%s: %s\n", kernel, result.reason);
  return result.verdict == CHECK_PASS || strstr(result.reason, "OpenMP gives fewer");
}

static int count_wrong(const char *descriptor) {
  size_t count;
  int wrong = 0;
  const gconv_entry *entries = gconv_registry(&count);
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    gconv_problem p;
    check_case *data;
    assert_int_equal(gconv_problem_parse(descriptor, &p), GCONV_OK);
    p.direction = (gconv_direction)d;
    assert_int_equal(check_case_create(&p, CHECK_REAL, 1, 1, &data), GCONV_OK);
    for (size_t i = 0; i < count; i++)
      if (!entries[i].missing) wrong += !is_right(entries[i].name, &p, data);
    check_case_free(data);
  }
  return wrong;
}

static const char *const problems[] = {"g4mb2ic16oc16ih14kh3ph1", "g2mb1ic32oc32ih9kh3sh2ph1", "mb2ic16oc32ih8kh1",
                                       "g16mb2ic16oc16ih12kh3ph1"};

/* OMP_THREAD_LIMIT, OMP_DYNAMIC and so on, whichever this process was started with. */
static void short_teams(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) assert_int_equal(count_wrong(problems[i]), 0);
}

/* Each thread of a team calls convolutions of its own, on one thread and on two. */
static void from_inside_a_team(void **state) {
  (void)state;
  int wrong = 0;
#pragma omp parallel num_threads(2) reduction(+ : wrong)
  for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
    gconv_problem p;
    check_case *data;
    if (gconv_problem_parse(problems[i], &p) || check_case_create(&p, CHECK_REAL, 1, 1, &data)) {
      wrong++;
      continue;
    }
    size_t count;
    const gconv_entry *entries = gconv_registry(&count);
    for (size_t k = 0; k < count; k++) {
      gconv_plan *plan;
      const gconv_env env = {.threads = 1};
      if (entries[k].missing || gconv_plan_create(entries[k].name, &p, &env, &plan)) continue;
      const check_result result = check_plan(data, plan);
      if (result.verdict != CHECK_PASS) fprintf(stderr, "%s on %s: %s\n", entries[k].name, problems[i], result.reason);
      wrong += result.verdict != CHECK_PASS;
      gconv_plan_destroy(plan);
      wrong += !is_right(entries[k].name, &p, data);
    }
    check_case_free(data);
  }
  assert_int_equal(wrong, 0);
}

static void started_with(const char *name, const char *value) {
  char command[4200], path[4096] = "";
  assert_true(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  snprintf(command, sizeof command, "%s=%s '%s' short", name, value, path);
  assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): its own path
}

static void thread_limit(void **state) {
  (void)state;
  started_with("OMP_THREAD_LIMIT", "1");
}

static void dynamic(void **state) {
  (void)state;
  started_with("OMP_DYNAMIC", "true");
}

static void no_active_level(void **state) {
  (void)state;
  started_with("OMP_MAX_ACTIVE_LEVELS", "0");
}

static void write_text(const char *root, const char *file, const char *text) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", root, file);
  for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    mkdir(path, 0700);
    *slash = '/';
  }
  FILE *out = fopen(path, "w");
  assert_non_null(out);
  fputs(text, out);
  assert_int_equal(fclose(out), 0);
}

static double quota_of(const char *root, const char *groups) {
  char list[512];
  write_text(root, "groups", groups);
  snprintf(list, sizeof list, "%s/groups", root);
  return cpus_quota_in(root, list);
}

static void quotas(void **state) {
  (void)state;
  char root[] = "/tmp/gconv-quota-XXXXXX", command[64];
  assert_non_null(mkdtemp(root));
  assert_true(isinf(quota_of(root, "0::/\n")));
  write_text(root, "a/b/cpu.max", "max 100000\n");
  assert_true(isinf(quota_of(root, "0::/a/b\n")));
  write_text(root, "a/cpu.max", "150000 100000\n");
  assert_true(quota_of(root, "0::/a/b\n") == 1.5);
  write_text(root, "a/b/cpu.max", "50000 100000\n");
  assert_true(quota_of(root, "0::/a/b\n") == 0.5);
  assert_true(quota_of(root, "0::/a\n") == 1.5);
  write_text(root, "cpu.max", "400000 100000\n"); /* all there is in a container, whose group has the host's path */
  assert_true(quota_of(root, "0::/docker/1234\n") == 4);
  write_text(root, "cpu/x/cpu.cfs_quota_us", "-1\n");
  write_text(root, "cpu/x/cpu.cfs_period_us", "100000\n");
  assert_true(isinf(quota_of(root, "4:cpu,cpuacct:/x\n")));
  write_text(root, "cpu/x/cpu.cfs_quota_us", "200000\n");
  assert_true(quota_of(root, "9:memory:/x\n4:cpuacct,cpu:/x\n") == 2);
  assert_true(isinf(quota_of(root, "9:memory:/x\n4:cpuacct:/x\n5:cpuset:/x\n")));
  snprintf(command, sizeof command, "rm -r %s", root);
  assert_int_equal(system(command), 0); // NOLINT(cert-env33-c): a name made above
}

int main(int argc, char **argv) {
  (void)argv;
  const struct CMUnitTest told[] = {cmocka_unit_test(short_teams)};
  if (argc > 1) return cmocka_run_group_tests(told, NULL, NULL);
  const struct CMUnitTest tests[] = {cmocka_unit_test(thread_limit), cmocka_unit_test(dynamic),
                                     cmocka_unit_test(no_active_level), cmocka_unit_test(from_inside_a_team),
                                     cmocka_unit_test(quotas)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
