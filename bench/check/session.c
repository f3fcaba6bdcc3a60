/* session.c - checks pair by pair, a line each; a FAIL line is followed by the command that repeats it. The reference
 * is computed once for all kernels of a problem and direction. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"
#include "core/error.h"
#include "observer.h"
#include "properties.h"
#include "strict.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The pair under way, for the report of a crash. */
static struct {
  session *s;
  const char *kernel, *isa;
  const gconv_env *env;
} now;

/* A failure names its instruction set also where the kernel has one only: libraries and scalar loops. */
static const char *isa_of_failure(void) {
  const gconv_kernel *kernel = *now.isa ? NULL : gconv_kernel_find(now.kernel, now.env->isa_mask);
  return kernel ? gconv_isa_name(kernel->isa) : now.isa;
}

static void print_pair(const char *verdict, const char *errors, const char *reason) {
  printf("%s %s/%s/%s/%s/t%d%s [%s%s%s]\n", verdict, gconv_direction_name(now.s->direction),
         gconv_layout_name(now.env->layout), now.s->problem, now.kernel, now.env->threads, errors, now.isa,
         *now.isa ? ": " : "", reason);
}

static void print_repeat(void) {
  char command[2 * GCONV_TEXT_MAX];
  check_repro(now.s->cases[CHECK_EXACT], now.kernel, now.env, command, sizeof command);
  printf("     repeat with: %s\n", command);
}

static void note_failure(void) {
  tally *sum = now.s->sum;
  sum->count[CHECK_FAIL]++;
  if (sum->failed || !now.s->cases[CHECK_EXACT]) return;
  sum->problem = now.s->cases[CHECK_EXACT]->problem;
  sum->env = *now.env;
  snprintf(sum->kernel, sizeof sum->kernel, "%s", now.kernel);
  sum->failed = true;
}

static void report_crash(const char *what) {
  if (now.s) {
    note_failure();
    now.isa = isa_of_failure();
    print_pair("FAIL", "", what);
    if (now.s->cases[CHECK_EXACT]) print_repeat();
    printf("nothing after a crash can be trusted: what was left is not checked\n");
    session_end(now.s->sum);
  } else {
    printf("%s\n", what);
  }
  fflush(stdout);
}

static bool is_first_layout(const session *s, const gconv_env *env) {
  int layout = 0;
  while (!s->o->layouts[layout]) layout++;
  return env->layout == (gconv_layout)layout;
}

static bool properties_wanted(const session *s, const gconv_env *env) {
  int threads = 0;
  for (int t = 0; t < s->o->thread_count; t++)
    if (s->o->threads[t] > threads) threads = s->o->threads[t];
  return s->checks >> CHECKS_PROPERTY && is_first_layout(s, env) && env->threads == threads;
}

/* The kinds of checks in turn, up to the first that does not pass. `text` becomes "exact err=0 real err=0.031". */
static check_result check_kinds(const session *s, const gconv_plan *plan, char *text, size_t size) {
  check_result result = {.verdict = CHECK_PASS, .worst = -1};
  snprintf(result.reason, sizeof result.reason, "%s", plan->text);
  for (int mode = 0; mode < CHECK_MODES && s->checks & CHECKS_VALUES; mode++) {
    result = check_plan(s->cases[mode], plan);
    if (result.verdict == CHECK_SKIPPED) return result;
    if (result.verdict == CHECK_FAIL) text[0] = 0;
    const size_t used = strlen(text);
    snprintf(text + used, size - used, " %s err=%.3g", check_mode_name((check_mode)mode), result.err);
    if (result.verdict == CHECK_FAIL) return result;
  }
  if (s->checks & CHECKS_GUARDS) result = check_guards(s->cases[CHECK_EXACT], plan);
  if (result.verdict == CHECK_PASS && s->checks & CHECKS_CALLS && is_first_layout(s, now.env))
    result = check_calls(s->cases[CHECK_EXACT], plan, &call_observer);
  if (result.verdict != CHECK_PASS || !properties_wanted(s, now.env)) return result;
  const check_result properties =
      check_properties(&plan->problem, s->o->seed, now.kernel, now.env, s->checks >> CHECKS_PROPERTY);
  if (properties.verdict != CHECK_PASS) return properties;
  snprintf(result.reason, sizeof result.reason, "%s%s", plan->text,
           plan->kernel->mixes_groups ? "; a NaN or infinity reaches other groups" : "");
  return result;
}

static check_result check_kernel_kinds(const session *s, const char *kernel, const gconv_env *env, char *text,
                                       size_t size) {
  gconv_plan *plan;
  text[0] = 0;
  if (!s->cases[CHECK_EXACT]) return s->refusal;
  const gconv_status status = gconv_plan_create(kernel, &s->cases[CHECK_EXACT]->problem, env, &plan);
  if (status) return check_refusal(status);
  const check_result result = check_kinds(s, plan, text, size);
  gconv_plan_destroy(plan);
  return result;
}

static void check_pair(session *s, const char *kernel, const gconv_env *env, const char *isa) {
  static const char *const verdicts[] = {"PASS", "FAIL", "SKIPPED"};
  char errors[128];
  now.s = s, now.kernel = kernel, now.env = env, now.isa = isa;
  strict_catch_crashes(report_crash, EXIT_WRONG);
  if (s->time_limit) alarm(s->time_limit); /* a kernel that hangs is a failure like a crash */
  const check_result r = check_kernel_kinds(s, kernel, env, errors, sizeof errors);
  if (s->time_limit) alarm(0);
  if (r.verdict == CHECK_FAIL) {
    note_failure();
    now.isa = isa_of_failure();
  } else {
    s->sum->count[r.verdict]++;
  }
  if (r.verdict == CHECK_FAIL || !s->only_failures) print_pair(verdicts[r.verdict], errors, r.reason);
  if (r.verdict == CHECK_FAIL && s->cases[CHECK_EXACT]) print_repeat();
  now.s = NULL;
}

/* A kernel that was compiled for several instruction sets is checked in each. */
static void check_isas(session *s, const char *kernel, gconv_env env) {
  const unsigned usable = check_variants(kernel, s->o->isa_mask);
  if (!(usable & (usable - 1))) {
    env.isa_mask = s->o->isa_mask;
    check_pair(s, kernel, &env, "");
    return;
  }
  for (int isa = 0; isa < GCONV_ISAS; isa++) {
    env.isa_mask = 1u << isa;
    if (usable & env.isa_mask) check_pair(s, kernel, &env, gconv_isa_name((gconv_isa)isa));
  }
}

/* Waking threads takes longer than a small reference. */
static int reference_threads(const gconv_problem *p) {
  static const int64_t small = 1000000;
  return gconv_problem_count(p).macs_nominal < small ? 1 : omp_get_num_procs();
}

static void make_cases(session *s, gconv_problem problem) {
  s->direction = problem.direction;
  gconv_problem_print(&problem, s->problem, sizeof s->problem);
  s->refusal = (check_result){.verdict = CHECK_PASS, .worst = -1};
  gconv_status status = GCONV_OK;
  for (int mode = 0; mode < CHECK_MODES && !status; mode++)
    status = check_case_create(&problem, (check_mode)mode, s->o->seed, reference_threads(&problem), &s->cases[mode]);
  if (!status) return;
  s->refusal.verdict = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY ? CHECK_SKIPPED : CHECK_FAIL;
  snprintf(s->refusal.reason, sizeof s->refusal.reason, "no reference: %s", gconv_last_error());
}

static void free_cases(session *s) {
  for (int mode = 0; mode < CHECK_MODES; mode++) {
    check_case_free(s->cases[mode]);
    s->cases[mode] = NULL;
  }
}

void session_problem(session *s, gconv_problem problem, gconv_direction direction) {
  problem.direction = direction;
  make_cases(s, problem);
  if (s->refusal.verdict != CHECK_PASS) free_cases(s);
  for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
    for (size_t k = 0; s->o->layouts[layout] && k < s->o->kernel_count; k++)
      for (int t = 0; t < s->o->thread_count; t++)
        check_isas(s, s->o->kernels[k], (gconv_env){.threads = s->o->threads[t], .layout = (gconv_layout)layout});
  free_cases(s);
}

void session_pair(session *s, const gconv_problem *problem, const char *kernel, const gconv_env *env) {
  make_cases(s, *problem);
  if (s->refusal.verdict != CHECK_PASS) free_cases(s);
  check_pair(s, kernel, env, "");
  free_cases(s);
}

int tally_print(const tally *sum, char *line, size_t size) {
  return snprintf(line, size, "%ld passed, %ld failed, %ld skipped\n", sum->count[CHECK_PASS], sum->count[CHECK_FAIL],
                  sum->count[CHECK_SKIPPED]);
}

int session_end(const tally *sum) {
  char line[TALLY_LINE];
  tally_print(sum, line, sizeof line);
  fputs(line, stdout);
  return sum->count[CHECK_FAIL] || !sum->count[CHECK_PASS] ? EXIT_WRONG : 0;
}

static unsigned find_check(const char *name, size_t length) {
  static const char *const own[CHECKS_PROPERTY] = {"values", "guards", "calls"};
  size_t count;
  const property *properties = property_list(&count);
  for (size_t i = 0; i < CHECKS_PROPERTY + count; i++) {
    const char *known = i < CHECKS_PROPERTY ? own[i] : properties[i - CHECKS_PROPERTY].name;
    if (strlen(known) == length && !memcmp(known, name, length)) return 1u << i;
  }
  return 0;
}

unsigned session_parse_checks(const char *list) {
  unsigned checks = 0;
  for (const char *item = list;; item++) {
    const size_t length = strcspn(item, ",");
    const unsigned found = find_check(item, length);
    if (!found) {
      gconv_error(GCONV_INVALID, "--checks: '%.*s' is not a check (--help shows them)", (int)length, item);
      return 0;
    }
    checks |= found;
    item += length;
    if (!*item) return checks;
  }
}

void session_print_checks(void) {
  size_t count;
  const property *properties = property_list(&count);
  printf("Checks:\n  %-9s %s\n  %-9s %s\n  %-9s %s\n", "values", "every element against the double-precision reference",
         "guards", "forbidden pages around every buffer, at either end; numbers or zeros in workspace and result",
         "calls", "up to 64 in a row give the same result, allocate nothing and run on no other threads");
  for (size_t i = 0; i < count; i++) printf("  %-9s %s\n", properties[i].name, properties[i].states);
}
