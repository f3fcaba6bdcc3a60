/* test_processes.c - the same bits in another process: no result depends on where memory lies or on what was in it. The
 * program runs itself, once more with MALLOC_PERTURB_, which fills what malloc gives out; both print a checksum for
 * each kernel, and the texts are equal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "common.h"
#include "strict.h"

#include <unistd.h>

static const char *const problems[] = {"g4mb3_ic24oc40_ih13kh3ph1", "g8mb2_ic8oc16_ih17kh5sh2ph2",
                                       "g2mb2_ic34oc6_ih9kh1", "mb1_ic17oc33_ih12kh3dh1ph2"};

static uint64_t checksum(const float *values, int64_t count) { /* FNV-1a */
  const uint8_t *bytes = (const uint8_t *)values;
  uint64_t hash = 0xcbf29ce484222325u;
  for (int64_t i = 0; i < count * (int64_t)sizeof *values; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

static void print_plan(const check_case *c, const gconv_plan *plan, const char *descriptor, float *result) {
  const gconv_tensor written = gconv_written_tensor(c->problem.direction);
  const check_result r =
      strict_run(plan, (const float *const *)c->tensor, (strict_conditions){.leftovers = STRICT_NUMBERS}, result);
  if (r.verdict != CHECK_PASS) printf("%s: %s\n", plan->kernel->name, r.reason);
  printf("%s %s %s t%d %s %016llx\n", descriptor, gconv_direction_name(c->problem.direction), plan->kernel->name,
         plan->env.threads, gconv_isa_name(plan->kernel->isa), (unsigned long long)checksum(result, c->elems[written]));
}

/* Plans that promise the same bits: all but those of oneDNN, which may choose by a race. */
static void print_case(const check_case *c, const char *descriptor) {
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  float *result = malloc((size_t)c->elems[gconv_written_tensor(c->problem.direction)] * sizeof *result);
  for (size_t k = 0; k < count && result; k++)
    for (int threads = 1; threads <= 2; threads++) {
      gconv_plan *plan;
      if (gconv_plan_create(entries[k].name, &c->problem, &(gconv_env){.threads = threads}, &plan)) continue;
      if (plan->deterministic) print_plan(c, plan, descriptor, result);
      gconv_plan_destroy(plan);
    }
  free(result);
}

static int print_all(void) {
  for (size_t i = 0; i < ROWS(problems); i++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      gconv_problem p;
      check_case *c;
      if (gconv_problem_parse(problems[i], &p)) return 1;
      p.direction = (gconv_direction)d;
      if (check_case_create(&p, CHECK_REAL, 1, 2, &c)) return 1;
      print_case(c, problems[i]);
      check_case_free(c);
    }
  return 0;
}

static char *run_self(const char *environment) {
  enum { TEXT_MAX = 1 << 20 };
  char command[4096], path[2048] = "";
  assert_true(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  snprintf(command, sizeof command, "%s '%s' print", environment, path);
  FILE *pipe = popen(command, "r");
  char *text = calloc(1, TEXT_MAX);
  assert_non_null(pipe);
  assert_non_null(text);
  assert_true(fread(text, 1, TEXT_MAX - 1, pipe) > 0);
  assert_int_equal(pclose(pipe), 0);
  return text;
}

static void test_same_bits(void **state) {
  (void)state;
  char *first = run_self("MALLOC_PERTURB_=0"), *second = run_self("MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1");
  int lines = 0;
  for (const char *at = first; (at = strchr(at, '\n')); at++) lines++;
  assert_true(lines > 100);
  assert_string_equal(first, second);
  free(first);
  free(second);
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "print")) return print_all();
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bits)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
