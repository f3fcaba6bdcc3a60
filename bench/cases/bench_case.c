/* bench_case.c - the life of a benchmark. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_case.h"

#include "session.h"
#include "core/error.h"
#include "now.h"
#include "watchdog.h"

#include <stdio.h>

const char *case_status_name(case_status status) {
  static const char *const names[] = {[CASE_OK] = "ok", [CASE_SKIPPED] = "skipped", [CASE_FAILED] = "failed"};
  return names[status];
}

void bench_case_refuse(bench_case *c, case_status status, const char *reason) {
  c->status = status;
  snprintf(c->reason, sizeof c->reason, "%s", reason);
  if (gbench_stopped()) return;                               /* which is the reason */
  if (status == CASE_SKIPPED && !c->session->verbose) return; /* counted, and said at the end */
  progress_clear(&c->session->progress);
  fprintf(stderr, "%s: %s: %s\n", status == CASE_SKIPPED ? "skipped" : "FAILED", c->name, c->reason);
}

void bench_case_refuse_status(bench_case *c, gconv_status status) {
  const bool skipped = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY;
  bench_case_refuse(c, skipped ? CASE_SKIPPED : CASE_FAILED, gconv_last_error());
}

/* For watchdog_guard: a call did not return, and the process ends. */
static void end_late(void *context) {
  bench_case *c = context;
  char reason[128];
  snprintf(reason, sizeof reason, "did not return within the time limit of %g s", c->session->time_limit);
  bench_case_refuse(c, CASE_FAILED, reason);
  c->type->write(c, reason, NULL);
  session_end_early(c->session);
}

void bench_case_prepare(bench_case *c) {
  watchdog_guard(end_late, c);
  c->type->prepare(c);
  watchdog_rest();
}

/* Before the headline runs, none of which then waits for it. */
static gconv_status run_extras(bench_case *c) {
  const session *s = c->session;
  callable work;
  const bool wanted = s->stages || s->counters.groups;
  gconv_status status = wanted ? c->type->calls(c, &work) : GCONV_OK;
  if (!status && s->stages) status = stages_time(&work, c->call_seconds, s->budget, s->clock_ns, &c->stages);
  if (!status && s->counters.groups) status = counted_measure(&work, c->call_seconds, &s->counters, &c->counted);
  if (!status && c->type->extras) status = c->type->extras(c);
  return status;
}

static void describe(const bench_case *c, gbench_state *state) {
  c->type->describe(c, state);
  if (c->stages.total_ns > 0) stages_report(&c->stages, state);
  if (c->counted.made) counted_report(&c->counted, &c->session->counters, state);
}

/* One repetition, watched from outside. */
static gconv_status run_repetition(bench_case *c, gbench_state *state) {
  phase_clock *phases = &c->session->phases;
  watch w = watch_prepare(c->session, c->threads);
  gconv_status status = c->type->set_up(c);
  if (status) return status;
  watch_begin(&w);
  phase_enter(phases, PHASE_TIMED);
  status = c->type->time(c, state);
  phase_enter(phases, PHASE_SET_UP);
  const gconv_status added = watch_end(&w, &c->runs, c->allocation);
  if (!status) status = added;
  return status ? status : c->type->verify(c);
}

static void run(gbench_state *state, void *context) {
  bench_case *c = context;
  phase_clock *phases = &c->session->phases;
  const double start = seconds_now();
  const phase outer = phase_enter(phases, PHASE_SET_UP);
  watchdog_guard(end_late, c);
  describe(c, state);
  if (c->status == CASE_FAILED)
    gbench_fail(state, c->reason);
  else if (run_repetition(c, state))
    gbench_fail(state, gconv_last_error());
  watchdog_rest();
  c->runs.spent += seconds_now() - start;
  phase_enter(phases, outer);
}

static void done(void *context, const char *error, const double *seconds, int repetitions) {
  bench_case *c = context;
  progress_clear(&c->session->progress);
  if (error) {
    c->status = CASE_FAILED;
    c->session->failed++;
    c->runs.written = true;
    c->type->write(c, error, NULL);
    return;
  }
  samples_time(&c->runs.samples, seconds, repetitions);
  if (!repeated_wanted(&c->runs)) bench_case_finish(c);
}

static void hand_over(bench_case *c, int repetitions) {
  gbench_add(&(gbench_case){.name = c->name,
                            .run = run,
                            .done = done,
                            .context = c,
                            .repetitions = repetitions,
                            .had = c->runs.samples.timed - c->runs.samples.joined,
                            .iteration_seconds = c->call_seconds});
}

void bench_case_register(bench_case *c) {
  session *s = c->session;
  if (c->status == CASE_SKIPPED) {
    s->skipped++;
    c->type->write(c, c->reason, NULL);
    return;
  }
  const phase outer = phase_enter(&s->phases, PHASE_TRIAL);
  watchdog_guard(end_late, c);
  gconv_status status = c->status == CASE_OK ? run_extras(c) : GCONV_OK;
  watchdog_rest();
  phase_enter(&s->phases, outer);
  if (!status) status = repeated_plan(&c->runs, s, c->name, c->call_seconds);
  if (status) bench_case_refuse(c, CASE_FAILED, gconv_last_error());
  hand_over(c, c->status == CASE_FAILED ? 1 : c->runs.rule.planned);
}

bool bench_case_repeat(bench_case *c) {
  const int more = repeated_wanted(&c->runs);
  if (more) hand_over(c, more);
  return more;
}

void bench_case_finish(bench_case *c) {
  session *s = c->session;
  if (c->runs.written || c->runs.samples.timed == c->runs.samples.joined) {
    samples_free(&c->runs.samples);
    return;
  }
  figures f = repeated_finish(&c->runs, s);
  const bool known = figures_known(&f);
  if (!known) c->status = CASE_FAILED;
  *(known ? &s->timed : &s->failed) += 1;
  c->type->write(c, known ? NULL : figures_lost, known ? &f : NULL);
  figures_free(&f);
}
