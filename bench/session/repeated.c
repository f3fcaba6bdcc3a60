/* repeated.c - what is around a repetition, for benchmarks of all levels: speed, usage and the CPUs of its threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "repeated.h"

#include "gbench.h"
#include "now.h"
#include "pin.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { MIN_REPETITIONS = 3, FEW_REPETITIONS = 6 /* the fewest with a confidence interval */ };

static int affordable_repetitions(const session *s, int wanted, double call_seconds) {
  const double repetition = fmax(call_seconds, gbench_repetition_seconds());
  const double affordable = s->budget / fmax(repetition, 1e-9);
  if (affordable >= wanted || wanted <= MIN_REPETITIONS) return wanted;
  return affordable > MIN_REPETITIONS ? (int)affordable : MIN_REPETITIONS;
}

gconv_status repeated_plan(repeated *r, const session *s, const char *benchmark, double call_seconds) {
  bool given;
  const int usual = gbench_repetitions(&given), wanted = !given && s->rounds ? s->rounds : usual;
  const int planned = given ? wanted : affordable_repetitions(s, wanted, call_seconds);
  r->rule = (repeat_rule){.planned = planned,
                          .enough = given || planned < FEW_REPETITIONS ? planned : FEW_REPETITIONS,
                          .budget = given ? 0 : s->budget,
                          .precision = s->precision};
  return joined_take(&s->joined, benchmark, &r->samples);
}

static int largest_team(const session *s) {
  int largest = omp_get_num_procs(); /* of the check */
  for (int t = 0; t < s->options.thread_count; t++)
    if (s->options.threads[t] > largest) largest = s->options.threads[t];
  return largest;
}

void repeated_find_foreign_threads(session *s, const char *kernel) {
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

static speed_reading read_speed(session *s, int threads) {
  const gconv_isa isa = gconv_isa_best(gconv_isa_detect() & s->options.isa_mask); /* no wider than kernels may be */
  return speed_probe_read(&s->probe, &s->peaks, &s->bandwidths, isa, threads);
}

watch watch_prepare(session *s, int threads) {
  const phase outer = phase_enter(&s->phases, PHASE_WATCH);
  team_learn(&s->team, largest_team(s));
  const watch w = {.session = s, .threads = threads, .speed = read_speed(s, threads)};
  phase_enter(&s->phases, outer);
  return w;
}

void watch_begin(watch *w) {
  session *s = w->session;
  team_add(&s->team, w->threads);
  w->usage = usage_begin(&s->team);
  w->start = seconds_now();
}

gconv_status watch_end(const watch *w, repeated *r, int allocation) {
  session *s = w->session;
  const usage during = usage_end(&w->usage, &s->team);
  sample_conditions around = {.turn = ++s->turn,
                              .elapsed = seconds_now() - w->start,
                              .allocation = allocation,
                              .crowded = w->threads > s->cpus_all,
                              .usage = during};
  const phase outer = phase_enter(&s->phases, PHASE_WATCH);
  around.moved = has_moved(s, w->threads);
  around.speed = speed_slower(w->speed, read_speed(s, w->threads));
  phase_enter(&s->phases, outer);
  return samples_add(&r->samples, &around);
}

int repeated_wanted(const repeated *r) { return r->written ? 0 : repeat_wanted(&r->rule, &r->samples, r->spent); }

figures repeated_finish(repeated *r, session *s) {
  char marks[MARKS_MAX];
  const figures f = samples_figures(&r->samples, r->rule.enough);
  figures_mark(&f, marks);
  disturbances *d = &s->disturbances;
  d->repetitions += r->samples.timed - r->samples.joined, d->discarded += f.discarded, d->marked_rows += *marks != 0;
  d->counted += f.elapsed;
  d->disturbed += r->samples.timed - r->samples.joined - samples_clean(&r->samples);
  for (int i = r->samples.joined; i < r->samples.timed; i++)
    d->slow += r->samples.items[i].slow || r->samples.items[i].loads;
  samples_free(&r->samples);
  r->written = true;
  return f;
}
