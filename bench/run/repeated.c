/* repeated.c - what is around a repetition, for benchmarks of all levels: canary, usage and the CPUs of its threads. */
#include "repeated.h"

#include "canary.h"
#include "gbench.h"
#include "now.h"
#include "pin.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { MIN_REPETITIONS = 3, FEW_REPETITIONS = 6 /* the fewest with a confidence interval */ };

static int affordable_repetitions(const session *s, int wanted, double call_seconds) {
  const double affordable = s->budget / fmax(call_seconds, 1e-9);
  if (affordable >= wanted || wanted <= MIN_REPETITIONS) return wanted;
  return affordable > MIN_REPETITIONS ? (int)affordable : MIN_REPETITIONS;
}

void repeated_plan(repeated *r, const session *s, double call_seconds) {
  bool given;
  const int wanted = gbench_repetitions(&given);
  const int planned = given ? wanted : affordable_repetitions(s, wanted, call_seconds);
  r->rule = (repeat_rule){.planned = planned,
                          .enough = given || planned < FEW_REPETITIONS ? planned : FEW_REPETITIONS,
                          .budget = given ? 0 : s->budget,
                          .precision = s->precision};
}

static int largest_team(const session *s) {
  int largest = omp_get_num_procs(); /* of the check */
  for (int t = 0; t < s->options.thread_count; t++)
    if (s->options.threads[t] > largest) largest = s->options.threads[t];
  return largest;
}

void repeated_find_pools(session *s, const char *kernel) {
  const int foreign = usage_threads() - largest_team(s);
  if (foreign <= s->foreign_threads) return;
  s->foreign_threads = foreign;
  char suspects[512];
  foreign_suspects(suspects, sizeof suspects);
  progress_clear(&s->progress);
  fprintf(
      stderr,
      "gconv-bench: threads beside the %d of OpenMP: %d, seen first with %s: %s; repetitions during which such threads "
      "run are marked (foreign)\n",
      largest_team(s), foreign, kernel, suspects);
}

/* Not where they were when the run began, which is what its rows say. */
static bool has_moved(const session *s, int threads) {
  char now[CPUS_TEXT_MAX];
  pin_cpus(threads, now, sizeof now);
  const char *begun = session_cpus(s, threads);
  return begun && strcmp(now, begun);
}

void watch_prepare(session *s) { team_learn(&s->team, largest_team(s)); }

watch watch_begin(session *s, int threads) {
  const phase outer = phase_enter(&s->phases, PHASE_WATCH);
  watch w = {.session = s, .threads = threads, .slow = canary_slow(s, threads)};
  team_add(&s->team, threads);
  w.usage = usage_begin(&s->team);
  phase_enter(&s->phases, outer);
  w.start = seconds_now();
  return w;
}

gconv_status watch_end(const watch *w, repeated *r) {
  const phase outer = phase_enter(&w->session->phases, PHASE_WATCH);
  const usage during = usage_end(&w->usage, &w->session->team);
  sample_conditions around = {
      .turn = ++w->session->turn, .elapsed = seconds_now() - w->start, .slow = w->slow, .usage = during};
  around.moved = has_moved(w->session, w->threads);
  around.slow |= canary_slow(w->session, w->threads);
  phase_enter(&w->session->phases, outer);
  return samples_add(&r->samples, &around);
}

int repeated_wanted(const repeated *r) { return r->written ? 0 : repeat_wanted(&r->rule, &r->samples, r->spent); }

figures repeated_finish(repeated *r, session *s) {
  char marks[MARKS_MAX];
  const figures f = samples_figures(&r->samples, r->rule.enough);
  figures_mark(&f, marks);
  disturbances *d = &s->disturbances;
  d->repetitions += r->samples.timed, d->discarded += f.discarded, d->marked_rows += *marks != 0;
  d->counted += f.elapsed;
  d->disturbed += r->samples.timed - samples_clean(&r->samples);
  for (int i = 0; i < r->samples.timed; i++) d->slow += r->samples.items[i].slow;
  samples_free(&r->samples);
  r->written = true;
  return f;
}
