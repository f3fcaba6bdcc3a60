/* main.c - gconv-bench: from arguments to exit code. 0: all that was timed is right; 1: a kernel failed or a result
 * could not be written; 2: the command line; 128 + signal: interrupted, what was finished is complete. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.h"
#include "ceilings.h"
#include "context.h"
#include "session.h"
#include "core/error.h"
#include "environment.h"
#include "gbench.h"
#include "isolate.h"
#include "net.h"
#include "nets.h"
#include "pin.h"
#include "printed.h"
#include "start.h"
#include "summary.h"
#include "watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SIGNAL = 128 };

static volatile sig_atomic_t caught;

static void stop(int signal) {
  static const char heard[] = "\ngconv-bench: ends after the current call; a second signal ends it at once\n";
  caught = signal;
  gbench_stop();
  if (write(STDERR_FILENO, heard, sizeof heard - 1) < 0) return; /* nobody is there to read it */
}

/* The first signal ends the run in good order, a second one at once. */
static void catch_signals(void) {
  struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

typedef struct {
  size_t count, longest;
  bool print;
} name_survey;

static void survey_name(const layer_key *k, void *context) {
  name_survey *survey = context;
  const size_t length = strlen(k->name);
  survey->count++;
  if (length > survey->longest) survey->longest = length;
  if (survey->print) puts(k->name);
}

static int complain(const char *what, const char *why, int code) {
  fprintf(stderr, "gconv-bench: %s%s%s\n", what, *what ? ": " : "", why);
  return code;
}

/* Counts (or prints) the names, and returns how many problems have something to run. */
static size_t survey_layers(const session *s, const layer_list *list, name_survey *survey) {
  size_t problems = 0;
  for (size_t i = 0; i < list->count; i++) {
    const size_t before = survey->count;
    layers_each(s, &list->items[i], survey_name, survey);
    problems += survey->count > before;
  }
  return problems;
}

static void report_disturbances(const disturbances *d) {
  if (!d->disturbed && !d->marked_rows) return;
  fprintf(stderr,
          "gconv-bench: of %d repetitions %d were disturbed (%d by a slow machine) and %d replaced; %d benchmarks are "
          "marked\n",
          d->repetitions, d->disturbed, d->slow, d->discarded, d->marked_rows);
}

/* The largest phases first; what is below a hundredth is left out. */
static void report_phases(const session *s) {
  double total = 0, left[PHASES];
  memcpy(left, s->phases.seconds, sizeof left);
  for (int p = 0; p < PHASES; p++) total += left[p];
  fprintf(stderr, "gconv-bench: %.0f s, %.0f %% of them in repetitions that count", total,
          100 * s->disturbances.counted / total);
  for (const char *before = " (";; before = ", ") {
    int most = 0;
    for (int p = 1; p < PHASES; p++)
      if (left[p] > left[most]) most = p;
    if (left[most] < 0.01 * total) break;
    fprintf(stderr, "%s%s %.0f %%", before, phase_name((phase)most), 100 * left[most] / total);
    left[most] = 0;
  }
  fputs(")\n", stderr);
}

/* Shares of peak and of the roof are then of the bursts that were kept. */
static void report_lost(const session *s) {
  const int lost = peak_lost(&s->peaks) + bandwidth_lost(&s->bandwidths);
  if (lost) fprintf(stderr, "gconv-bench: no memory for %d of the bursts that the ceilings are measured by\n", lost);
}

/* What a run consists of: units whose benchmarks are interleaved, one unit after the other. */
typedef struct {
  const void *list;
  size_t count, to_run, longest_name, benchmarks;
  gconv_status (*run)(session *s, const void *list, size_t unit);
} work;

static gconv_status run_layer(session *s, const void *list, size_t unit) {
  return layers_run(s, &((const layer_list *)list)->items[unit]);
}

static gconv_status run_group(session *s, const void *list, size_t unit) {
  return net_group_run(s, list, &((const net_list *)list)->groups[unit]);
}

/* Between the steps of a net. */
static bool go_on(void) {
  watchdog_pulse();
  return !gbench_stopped();
}

static int run_work(session *s, const work *w) {
  char sentence[512];
  if (!s->isolate && !watchdog_start(s->time_limit))
    fprintf(stderr, "gconv-bench: no timer: a kernel that hangs is not ended (%s)\n", strerror(errno));
  net_set_pulse(go_on);
  const bool fresh = s->csv_path && !s->resume;
  if (fresh && !csv_open(&s->csv, s->csv_path)) return complain(s->csv_path, strerror(errno), EXIT_USAGE);
  if (context_record(s)) return complain("--ceilings", gconv_last_error(), EXIT_USAGE);
  if (!environment_begin(s)) return complain(s->environment_path, strerror(errno), EXIT_USAGE);
  if (gbench_console() && !s->verbose) gbench_mute();
  if (!gbench_start(w->longest_name, sentence, sizeof sentence)) return complain("", sentence, EXIT_USAGE);
  if (gbench_console() && !s->verbose) summary_head(s);
  progress_start(&s->progress, s->progress_mode, w->to_run);

  int code = 0;
  deadline_start(&s->deadline, s->phases.start, w->benchmarks, s->budget);
  size_t unit = 0;
  for (; unit < w->count && !gbench_stopped() && !deadline_over(&s->deadline); unit++)
    if (w->run(s, w->list, unit)) code = complain("", gconv_last_error(), EXIT_FAILED);
  progress_clear(&s->progress);
  if (!gbench_finish(sentence, sizeof sentence)) code = complain("", sentence, EXIT_FAILED);
  if (!csv_close(&s->csv)) code = complain(s->csv_path, strerror(errno), EXIT_FAILED);
  if (s->join_path && !joined_complete(&s->joined, s->csv_path))
    code = complain(s->csv_path, strerror(errno), EXIT_FAILED);
  if (s->ceilings_path && !ceilings_write(s, s->ceilings_path))
    code = complain(s->ceilings_path, strerror(errno), EXIT_FAILED);
  phase_enter(&s->phases, PHASE_OTHER);
  if (unit < w->count && !caught)
    fprintf(stderr, "gconv-bench: time is up (--minutes=%g): %zu of %zu problems were not run\n", s->deadline.minutes,
            w->count - unit, w->count);
  if (!environment_end(s, caught)) code = complain(s->environment_path, strerror(errno), EXIT_FAILED);
  if (s->failed) code = EXIT_FAILED;
  summary_skips(s);
  fprintf(stderr, "gconv-bench: %d timed, %d skipped, %d failed%s\n", s->timed, s->skipped, s->failed,
          caught ? ", interrupted" : "");
  report_disturbances(&s->disturbances);
  report_phases(s);
  report_lost(s);
  return caught ? EXIT_SIGNAL + caught : code;
}

/* Lists or runs what the filter lets through. */
static int finish_session(session *s, const name_survey *survey, const work *w) {
  if (!w->longest_name && s->finished.count) return complain(s->csv_path, "nothing is left to do", 0);
  if (!w->longest_name) return complain("", "no benchmark matches --benchmark_filter", EXIT_USAGE);
  return survey->print ? 0 : run_work(s, w);
}

static gconv_status run_isolated(session *s, const void *list, size_t unit) { return isolate_layer(s, list, unit); }

/* As one of the processes of --isolate: no report, the run makes it. */
static int run_job(session *s, const layer_list *list) {
  (void)context_record(s); /* reads no file of ceilings */
  int code = isolate_work(s, list) ? complain("", gconv_last_error(), EXIT_FAILED) : 0;
  if (!csv_close(&s->csv)) code = complain(s->csv_path, strerror(errno), EXIT_FAILED);
  if (s->failed) code = EXIT_FAILED;
  return caught ? EXIT_SIGNAL + caught : code;
}

static int run_layers(session *s) {
  layer_list list;
  name_survey survey = {.print = gbench_list_only()};
  int code;
  if (s->resume && !session_resume_csv(s)) return complain(s->csv_path, gconv_last_error(), EXIT_USAGE);
  if (layers_make(&s->options, &list)) {
    code = complain("", gconv_last_error(), EXIT_FAILED);
  } else if (s->job) {
    code = run_job(s, &list);
  } else {
    const size_t to_run = survey_layers(s, &list, &survey);
    code = finish_session(s, &survey,
                          &(work){.list = &list,
                                  .count = list.count,
                                  .to_run = to_run,
                                  .longest_name = survey.longest,
                                  .benchmarks = survey.count,
                                  .run = s->isolate ? run_isolated : run_layer});
  }
  layers_free(&list);
  return code;
}

static int run_nets(session *s) {
  net_list list;
  const name_survey survey = {.print = gbench_list_only()};
  work w = {.list = &list, .run = run_group};
  int code = nets_make(s, &list) ? complain("", gconv_last_error(), EXIT_USAGE) : 0;
  if (!code) {
    w.count = w.to_run = list.group_count;
    w.longest_name = list.longest_name;
    for (size_t i = 0; i < list.group_count; i++) w.benchmarks += net_group_size(s, &list, &list.groups[i]);
    code = finish_session(s, &survey, &w);
  }
  nets_free(&list);
  return code;
}

int main(int argc, char **argv) {
  if (!process_start("gconv-bench", argv)) return EXIT_FAILED;
  pin_restart(argv);
  catch_signals();
  if (!isolate_keep(argc, argv)) return complain("", "no memory for the command line", EXIT_FAILED);
  static session s; /* large */
  static const int codes[] = {[ARGUMENTS_ANSWERED] = 0, [ARGUMENTS_BAD] = EXIT_USAGE};
  const arguments_result result = arguments_take(&s, argc, argv);
  const int code = result == ARGUMENTS_RUN ? (s.level == LEVEL_LAYER ? run_layers : run_nets)(&s) : codes[result];
  isolate_forget();
  session_free(&s);
  return printed_all("gconv-bench", code);
}
