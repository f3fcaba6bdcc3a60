/* main.c - gconv-check: proves kernels right on any problem. One line for each kernel on each problem, direction,
 * layout, instruction set and thread count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "interrupt.h"
#include "printed.h"
#include "random.h"
#include "start.h"
#include "team.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_defaults defaults = {.problems = "smoke,edges",
                                         .kernels = "*",
                                         .directions = "fwd,bwd_d,bwd_w",
                                         .layouts = "native,nchw,nhwc",
                                         .threads = "1,2"};

enum { LIMIT_SECONDS = 600 }; /* far longer than any pair of the sets takes, also where others have the machine */

typedef struct {
  options o;
  unsigned checks, time_limit;
  random_options random;
} arguments;

static int run(const arguments *a) {
  if (a->random.problems) return random_run(&a->o, a->checks, a->random);
  static tally sum;
  session s = {.o = &a->o, .checks = a->checks, .time_limit = a->time_limit, .sum = &sum};
  interrupt_report(&sum);
  for (size_t p = 0; p < a->o.problems.count; p++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++)
      if (a->o.problems.cases[p].directions & 1u << d)
        session_problem(&s, a->o.problems.cases[p].problem, (gconv_direction)d);
  return session_end(&sum);
}

static bool take_checks(arguments *a, const char *value) {
  a->checks = session_parse_checks(value);
  return a->checks;
}

static bool take_number(const char *value, uint64_t *number) {
  char *end;
  errno = 0;
  *number = strtoull(value, &end, 10);
  return *value >= '0' && *value <= '9' && !*end && !errno;
}

static bool take_first(arguments *a, const char *value) {
  if (take_number(value, &a->random.first)) return true;
  gconv_error(GCONV_INVALID, "--first: '%.100s' is not the index of a problem", value);
  return false;
}

static bool take_random(arguments *a, const char *value) {
  if (take_number(value, &a->random.problems) && a->random.problems) return true;
  gconv_error(GCONV_INVALID, "--random: '%.100s' is not a number of problems", value);
  return false;
}

static bool take_budget(arguments *a, const char *value) {
  char *end;
  a->random.budget = strtod(value, &end);
  if (end != value && !*end && a->random.budget > 0 && isfinite(a->random.budget)) return true;
  gconv_error(GCONV_INVALID, "--budget: '%.100s' is not a number of seconds above 0", value);
  return false;
}

static bool take_limit(arguments *a, const char *value) {
  uint64_t seconds;
  const bool taken = take_number(value, &seconds) && seconds <= INT_MAX;
  if (taken) a->time_limit = (unsigned)seconds;
  if (!taken) gconv_error(GCONV_INVALID, "--time-limit: '%.100s' is not a number of seconds, or 0 for none", value);
  return taken;
}

static void print_help(void) {
  printf(
      "gconv-check: checks kernels against the double-precision reference, and against themselves\n\n"
      "%s  --checks=LIST     which kinds of checks, of those below (default: all)\n"
      "  --random=N        N random problems instead of --problems; prints only what fails, shrunk\n"
      "  --first=INDEX     with --random: begin there; a long run says where its next piece begins\n"
      "  --budget=SECONDS  with --random: stop after this long\n"
      "  --time-limit=SECONDS  a kernel that takes longer on a problem fails and ends the run (default: %d; 0: none)\n"
      "  --help            this text\n\n"
      "Defaults: --problems=%s, every kernel, every direction, --layout=%s --threads=%s\n"
      "Exit status: 0 if none failed and at least one passed, 1 otherwise, 2 for bad usage\n\n",
      options_help(), LIMIT_SECONDS, defaults.problems, defaults.layouts, defaults.threads);
  session_print_checks();
  puts(
      "Calls are repeated in the first layout of those asked for. All that follow compare a kernel with itself, there\n"
      "and with the largest thread count.");
}

/* Takes one argument of this program's own. */
static option_result take_own(arguments *a, const char *argument) {
  static const struct {
    const char *name;
    bool (*take)(arguments *a, const char *value);
  } table[] = {{"--checks=", take_checks},
               {"--random=", take_random},
               {"--first=", take_first},
               {"--budget=", take_budget},
               {"--time-limit=", take_limit}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const size_t length = strlen(table[i].name);
    if (!strncmp(argument, table[i].name, length))
      return table[i].take(a, argument + length) ? OPTION_TAKEN : OPTION_BAD;
  }
  return OPTION_UNKNOWN;
}

/* Takes the command line; false with a sentence if it is wrong. */
static bool take_arguments(arguments *a, int argc, char **argv) {
  if (options_load_plugins(argc, argv)) return false;
  for (int i = 1; i < argc; i++) {
    option_result taken = options_take(&a->o, argv[i]);
    if (taken == OPTION_UNKNOWN) taken = take_own(a, argv[i]);
    if (taken == OPTION_UNKNOWN) gconv_error(GCONV_INVALID, "unknown argument '%s' (--help shows them)", argv[i]);
    if (taken != OPTION_TAKEN) return false;
  }
  if (options_finish(&a->o, &defaults)) return false;
  return a->o.listed || a->random.problems || !team_check(a->o.threads, a->o.thread_count);
}

static int finish(int status) { return printed_all("gconv-check", status); }

int main(int argc, char **argv) {
  if (!process_start("gconv-check", argv)) return 1;
  setvbuf(stdout, NULL, _IOLBF, 0); /* lines reach a pipe as they are found */
  for (int i = 1; i < argc; i++)
    if (!strcmp(argv[i], "--help")) {
      print_help();
      return finish(0);
    }
  arguments a = {.checks = ~0u, .time_limit = LIMIT_SECONDS};
  options_init(&a.o);
  int status = EXIT_USAGE;
  const bool taken = take_arguments(&a, argc, argv);
  if (taken && a.random.problems) random_restart_passive(argv);
  if (taken && a.random.problems && !a.o.listed && !random_teams_are_whole(&a.o))
    status = EXIT_USAGE;
  else if (taken)
    status = a.o.listed ? 0 : run(&a);
  else
    fprintf(stderr, "gconv-check: %s\n", gconv_last_error());
  options_free(&a.o);
  return finish(status);
}
