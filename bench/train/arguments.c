/* arguments.c - the command line. Kernels, threads, ISAs, batch and seed are the options that all tools share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include "core/error.h"
#include "team.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 300, STEPS_MAX = 100000, BATCH = 16 };
static const float rate = 0.1f;

static const option_defaults defaults = {
    .problems = "mb1_ic1oc1_ih1kh1", .kernels = "*", .directions = "fwd", .layouts = "native", .threads = "1,2"};

static gconv_status take_steps(arguments *a, const char *value) {
  char *end;
  errno = 0;
  const long steps = strtol(value, &end, 10);
  if (end == value || *end || errno || steps < 2 || steps > STEPS_MAX)
    return gconv_error(GCONV_INVALID, "--steps: '%.100s' is not a number from 2 to %d", value, STEPS_MAX);
  a->rules.steps = (int)steps;
  return GCONV_OK;
}

static gconv_status take_rate(arguments *a, const char *value) {
  char *end;
  a->rules.rate = strtof(value, &end);
  if (end != value && !*end && a->rules.rate > 0 && isfinite(a->rules.rate)) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "--rate: '%.100s' is not a number above 0", value);
}

static gconv_status take_csv(arguments *a, const char *value) {
  a->csv_path = value;
  return *value ? GCONV_OK : gconv_error(GCONV_INVALID, "--csv: a file is missing");
}

static const struct {
  const char *name;
  gconv_status (*take)(arguments *a, const char *value);
} own[] = {{"--steps=", take_steps}, {"--rate=", take_rate}, {"--csv=", take_csv}};

static const char *const shared[] = {"--plugin=", "--kernels=", "--threads=", "--isa=", "--mb=", "--seed="};

static bool begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static gconv_status take(arguments *a, const char *argument) {
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (begins(argument, own[i].name)) return own[i].take(a, argument + strlen(own[i].name));
  for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
    if (begins(argument, shared[i]))
      return options_take(&a->options, argument) == OPTION_TAKEN ? GCONV_OK : GCONV_INVALID;
  return gconv_error(GCONV_INVALID, "unknown argument '%s' (--help shows them)", argument);
}

static void print_help(void) {
  printf("gconv-train: trains a small ResNeXt on pictures drawn as it goes, by each kernel, step by step in turns\n\n"
         "  --plugin=FILE     kernels of a shared object (gconv_kernel.h), as if they were built in; may be repeated\n"
         "  --kernels=LIST    globs; 'list' shows them (default: every kernel). One that lacks a direction is replaced "
         "in\n"
         "                    that direction, and the line says so\n"
         "  --threads=LIST    default %s\n"
         "  --isa=LIST        instruction sets that kernels may use, of:" OPTION_ISAS "\n"
         "  --steps=N         default %d\n"
         "  --rate=R          of SGD; default %.2g\n"
         "  --mb=N            pictures a step; default %d\n"
         "  --seed=N          of weights and pictures; default 1\n"
         "  --csv=FILE        a row for each step of each kernel and number of threads\n"
         "  --help            this text\n\n"
         "The loss must fall; stay within %g times what it moves if before each step every weight is moved by 32\n"
         "roundings (%d such trainings), of that of the double-precision reference; and not depend on the number of\n"
         "threads where the kernel promises that. Exit status: 0 if so, 1 if not, 2 for bad usage\n",
         defaults.threads, STEPS, (double)rate, BATCH, allowance, SHAKEN);
}

arguments_result arguments_take(arguments *a, int argc, char **argv) {
  *a = (arguments){.rules = {.steps = STEPS, .rate = rate}};
  options_init(&a->options);
  gconv_status status = options_load_plugins(argc, argv);
  for (int i = 1; i < argc && !status; i++) {
    if (!strcmp(argv[i], "--help")) {
      print_help();
      return ARGUMENTS_ANSWERED;
    }
    status = take(a, argv[i]);
  }
  if (!status && a->options.listed) return ARGUMENTS_ANSWERED;
  if (!status) status = options_finish(&a->options, &defaults);
  if (!status) status = team_check(a->options.threads, a->options.thread_count);
  if (status) {
    fprintf(stderr, "gconv-train: %s\n", gconv_last_error());
    return ARGUMENTS_BAD;
  }
  a->rules.batch = a->options.mb ? a->options.mb : BATCH;
  a->rules.isa_mask = a->options.isa_mask;
  a->rules.seed = a->options.seed;
  return ARGUMENTS_RUN;
}
