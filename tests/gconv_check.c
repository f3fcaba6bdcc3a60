/* gconv-check - proves kernels right on any problem: exact and real data against the double-precision reference.
 *
 * One line for each kernel on each problem, direction, layout, instruction set and thread count; a FAIL line is
 * followed by the command that repeats it. The reference is computed once for all kernels of a problem and direction.
 */
#include "check.h"
#include "core/error.h"
#include "options.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_WRONG = 1, EXIT_USAGE = 2 };

static const option_defaults defaults = {.problems = "smoke,edges",
                                         .kernels = "*",
                                         .directions = "fwd,bwd_d,bwd_w",
                                         .layouts = "native,nchw,nhwc",
                                         .threads = "1,2"};

typedef struct {
  const options *o;
  check_case *cases[CHECK_MODES]; /* NULL where the reference could not be computed */
  check_result refusal;           /* then the verdict for every kernel */
  char problem[GCONV_TEXT_MAX];
  gconv_direction direction;
  long count[CHECK_SKIPPED + 1];
} session;

/* "exact err=0 real err=0.031", or the first mode that did not pass. */
static check_result check_modes(const session *s, const char *kernel, const gconv_env *env, char *text, size_t size) {
  check_result result = s->refusal;
  text[0] = 0;
  for (int mode = 0; mode < CHECK_MODES && s->cases[mode]; mode++) {
    result = check_kernel(s->cases[mode], kernel, env);
    if (result.verdict == CHECK_SKIPPED) return result;
    if (result.verdict == CHECK_FAIL) text[0] = 0;
    const size_t used = strlen(text);
    snprintf(text + used, size - used, " %s err=%.3g", check_mode_name((check_mode)mode), result.err);
    if (result.verdict == CHECK_FAIL) return result;
  }
  return result;
}

static void check_pair(session *s, const char *kernel, const gconv_env *env, const char *isa) {
  static const char *const verdicts[] = {"PASS", "FAIL", "SKIPPED"};
  char errors[128];
  const check_result r = check_modes(s, kernel, env, errors, sizeof errors);
  s->count[r.verdict]++;
  printf("%s %s/%s/%s/%s/t%d%s [%s%s%s]\n", verdicts[r.verdict], gconv_direction_name(s->direction),
         gconv_layout_name(env->layout), s->problem, kernel, env->threads, errors, isa, *isa ? ": " : "", r.reason);
  if (r.verdict != CHECK_FAIL || !s->cases[CHECK_EXACT]) return;
  char command[2 * GCONV_TEXT_MAX];
  check_repro(s->cases[CHECK_EXACT], kernel, env, command, sizeof command);
  printf("     repeat with: %s\n", command);
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

static void check_kernels(session *s) {
  for (int layout = 0; layout < GCONV_LAYOUTS; layout++)
    for (size_t k = 0; s->o->layouts[layout] && k < s->o->kernel_count; k++)
      for (int t = 0; t < s->o->thread_count; t++)
        check_isas(s, s->o->kernels[k], (gconv_env){.threads = s->o->threads[t], .layout = (gconv_layout)layout});
}

static void free_cases(session *s) {
  for (int mode = 0; mode < CHECK_MODES; mode++) {
    check_case_free(s->cases[mode]);
    s->cases[mode] = NULL;
  }
}

static void check_problem(session *s, gconv_problem problem) {
  problem.direction = s->direction;
  gconv_problem_print(&problem, s->problem, sizeof s->problem);
  gconv_status status = GCONV_OK;
  for (int mode = 0; mode < CHECK_MODES && !status; mode++)
    status = check_case_create(&problem, (check_mode)mode, s->o->seed, omp_get_num_procs(), &s->cases[mode]);
  if (status) {
    s->refusal.verdict = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY ? CHECK_SKIPPED : CHECK_FAIL;
    snprintf(s->refusal.reason, sizeof s->refusal.reason, "no reference: %s", gconv_last_error());
    free_cases(s);
  }
  check_kernels(s);
  free_cases(s);
}

static int run(const options *o) {
  session s = {.o = o};
  for (size_t p = 0; p < o->problems.count; p++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      s.direction = (gconv_direction)d;
      if (o->directions[d]) check_problem(&s, o->problems.cases[p].problem);
    }
  printf("%ld passed, %ld failed, %ld skipped\n", s.count[CHECK_PASS], s.count[CHECK_FAIL], s.count[CHECK_SKIPPED]);
  return s.count[CHECK_FAIL] || !s.count[CHECK_PASS] ? EXIT_WRONG : 0;
}

static void print_help(void) {
  printf("gconv-check: checks kernels against the double-precision reference, with exact (small integers) and real "
         "data\n\n"
         "%s  --help            this text\n\n"
         "Defaults: --problems=%s, every kernel, every direction, --layout=%s --threads=%s\n"
         "Exit status: 0 if none failed and at least one passed, 1 otherwise, 2 for bad usage\n",
         options_help(), defaults.problems, defaults.layouts, defaults.threads);
}

/* Takes the command line; false with a sentence if it is wrong. */
static bool take_arguments(options *o, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const option_result taken = options_take(o, argv[i]);
    if (taken == OPTION_UNKNOWN) gconv_error(GCONV_INVALID, "unknown argument '%s' (--help shows them)", argv[i]);
    if (taken != OPTION_TAKEN) return false;
  }
  return !options_finish(o, &defaults);
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOLBF, 0); /* lines reach a pipe as they are found */
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--help")) {
      print_help();
      return 0;
    }
  options o;
  options_init(&o);
  int status = EXIT_USAGE;
  if (take_arguments(&o, argc, argv))
    status = o.listed ? 0 : run(&o);
  else
    fprintf(stderr, "gconv-check: %s\n", gconv_last_error());
  options_free(&o);
  return status;
}
