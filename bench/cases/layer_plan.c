/* subject.c - no kernel is timed that has not just been proved right on this very problem. */
#include "layer_plan.h"

#include "continue.h"
#include "denormals.h"
#include "now.h"
#include "rotation.h"
#include "watchdog.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Above this, a warm-up call before each repetition would double the time, and what it could warm does not show in the
 * result: a few megabytes come from the next level in a hundredth of it. */
static const double warm_up_limit = 0.02;

/* Of calls before timing: a slow kernel is called once, or half of its time would go into what does not count. */
static const double trial_seconds = 0.005, verified_seconds = 0.01;

enum { TRIAL_CALLS = 3, VERIFIED_CALLS = 64 };

/* Skips are counted, and said at the end. */
static void complain(subject *s, subject_status status, const char *name, const char *reason) {
  if (status == SUBJECT_SKIPPED && !s->session->verbose) return;
  progress_clear(&s->session->progress);
  fprintf(stderr, "%s: %s: %s\n", status == SUBJECT_SKIPPED ? "skipped" : "FAILED", name, reason);
}

static void refuse(subject *s, subject_status status, const char *name, const char *reason) {
  s->status = status;
  snprintf(s->reason, sizeof s->reason, "%s", reason);
  complain(s, status, name, s->reason);
}

/* The plan that is checked is the one that is timed: libraries may choose otherwise the next time. */
static bool check(subject *s, const char *name) {
  const check_result result = check_plan(s->data, s->plan);
  if (result.verdict == CHECK_SKIPPED) {
    refuse(s, SUBJECT_SKIPPED, name, result.reason);
    return false;
  }
  s->err = result.err, s->err_gamma = result.err_gamma, s->err_rms = result.err_rms;
  if (result.verdict == CHECK_PASS) return true;
  refuse(s, SUBJECT_FAILED, name, result.reason);
  char command[1024];
  check_repro(s->data, s->kernel, &s->plan->env, command, sizeof command);
  fprintf(stderr, "  repeat the check with: %s\n", command);
  return false;
}

/* Timed calls are seen one in many: what is wrong now and then shows in calls that are all compared. */
static gconv_status verify_calls(subject *s, rotation *r, double start) {
  gconv_status status = GCONV_OK;
  r->used = 1;
  while (s->compared < VERIFIED_CALLS && !status && seconds_now() - start < verified_seconds) {
    rotation_poison(rotation_output(s->plan, &r->args[0]));
    status = gconv_execute(s->plan, &r->args[0]);
    if (!status) status = output_verify(&s->output, r, s->plan);
    s->compared++;
  }
  return status;
}

/* How long packing takes, once, and about how long a call does: the shortest of a few, as the first one starts threads
 * and touches memory. */
static gconv_status try_calls(subject *s) {
  rotation r;
  gconv_status status = rotation_set_up(&r, &s->session->pools[0], s->plan, s->data, (rotation_size){1, 1});
  s->pack_ns = 1e9 * r.pack_seconds;
  s->call_seconds = INFINITY;
  const double begin = seconds_now();
  double spent = 0;
  if (s->inputs == INPUTS_FLUSHED) denormals_flush(s->threads, true); /* as when it is timed */
  for (int i = 0; i < TRIAL_CALLS && spent < trial_seconds && !status; i++) {
    const double start = seconds_now();
    status = gconv_execute(s->plan, &r.args[0]);
    const double seconds = seconds_now() - start;
    s->call_seconds = fmin(s->call_seconds, seconds);
    spent += seconds;
  }
  if (s->inputs == INPUTS_FLUSHED) denormals_flush(s->threads, false);
  if (!status) status = output_take(&s->output, &r, s->plan, s->data, s->inputs == INPUTS_FLUSHED);
  if (status || s->inputs == INPUTS_FLUSHED) return status;
  s->compared = 1;
  return verify_calls(s, &r, begin);
}

void subject_prepare(subject *s, const char *name) {
  s->prepared = true;
  s->err = s->err_gamma = s->err_rms = s->pack_ns = NAN;
  if (!s->data) {
    refuse(s, SUBJECT_SKIPPED, name, s->no_data);
    return;
  }
  phase_clock *phases = &s->session->phases;
  const gconv_env env = {.threads = s->threads, .isa_mask = s->session->options.isa_mask, .layout = s->layout};
  const phase outer = phase_enter(phases, PHASE_PLAN);
  gconv_status status = gconv_plan_create(s->kernel, &s->block->problem, &env, &s->plan);
  phase_enter(phases, outer);
  if (status) {
    const bool refused = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY;
    refuse(s, refused ? SUBJECT_SKIPPED : SUBJECT_FAILED, name, gconv_last_error());
    return;
  }
  phase_enter(phases, PHASE_CHECK);
  const bool right = check(s, name);
  repeated_find_pools(s->session, s->kernel);
  phase_enter(phases, PHASE_TRIAL);
  status = right ? try_calls(s) : GCONV_OK;
  phase_enter(phases, outer);
  if (status) refuse(s, status == GCONV_NO_MEMORY ? SUBJECT_SKIPPED : SUBJECT_FAILED, name, gconv_last_error());
}

void subject_free(subject *s) {
  output_free(&s->output);
  gconv_plan_destroy(s->plan);
}

/* JSON has no infinity. */
static double finite_or_largest(double value) { return isfinite(value) ? value : DBL_MAX; }

static void report(gbench_state *state, const subject *s) {
  const gconv_counts counts = gconv_problem_count(&s->block->problem);
  const double gflop = 2e-9 * (double)counts.macs, peak = subject_peak(s);
  const problem_case *layer = s->block->cases[0];
  char label[GCONV_NAME_MAX + GCONV_TEXT_MAX];
  snprintf(label, sizeof label, "%s %s", layer->problem.name[0] ? layer->problem.name : layer->set,
           s->plan ? s->plan->text : "");
  gbench_label(state, label);
  gbench_rate(state, "gflops", gflop);
  gbench_rate(state, "pct_peak", peak > 0 ? 100 * gflop / peak : 0);
  gbench_rate(state, "gbps", 1e-9 * (double)counts.min_bytes);
  gbench_counter(state, "err", finite_or_largest(s->err));
}

void measurement_late(void *measured) {
  measurement *m = measured;
  session *s = m->subject->session;
  char reason[128];
  snprintf(reason, sizeof reason, "did not return within the time limit of %g s", s->time_limit);
  complain(m->subject, SUBJECT_FAILED, m->instance.name, reason);
  measurement_write(m, SUBJECT_FAILED, reason, NULL);
  continue_later(s);
}

static void time_calls(gbench_state *state, measurement *m);

static void run(gbench_state *state, void *context) {
  watchdog_guard(measurement_late, context);
  time_calls(state, context);
  watchdog_rest();
}

static void time_calls(gbench_state *state, measurement *m) {
  const subject *s = m->subject;
  phase_clock *phases = &s->session->phases;
  const double start = seconds_now();
  const phase outer = phase_enter(phases, PHASE_SET_UP);
  report(state, s);
  if (m->stages.total_ns > 0) stages_report(&m->stages, state);
  if (m->counted.made) counted_report(&m->counted, &s->session->counters, state);
  if (s->status == SUBJECT_FAILED) {
    gbench_fail(state, s->reason);
    phase_enter(phases, outer);
    return;
  }
  rotation r;
  const int allocation = m->runs.samples.count % rotation_allocations(s->plan, m->size, ALLOCATIONS);
  watch w = watch_prepare(s->session, s->threads);
  gconv_status status = rotation_set_up(&r, &s->session->pools[allocation], s->plan, s->data, m->size);
  if (!status && s->call_seconds < warm_up_limit) status = gconv_execute(s->plan, &r.args[r.copies - 1]);
  if (!status) {
    output_spoil(&r, s->plan);
    watch_begin(&w);
    if (s->inputs == INPUTS_FLUSHED) denormals_flush(s->threads, true);
    phase_enter(phases, PHASE_TIMED);
    status = rotation_time(&r, state, gconv_execute, s->plan);
    phase_enter(phases, PHASE_SET_UP);
    if (s->inputs == INPUTS_FLUSHED) denormals_flush(s->threads, false);
    const gconv_status added = watch_end(&w, &m->runs, allocation);
    if (!status) status = added;
    if (!status) status = output_verify(&s->output, &r, s->plan);
  }
  if (status) gbench_fail(state, gconv_last_error());
  m->runs.spent += seconds_now() - start;
  phase_enter(phases, outer);
}

static void done(void *context, const char *error, const double *seconds, int repetitions) {
  measurement *m = context;
  session *s = m->subject->session;
  progress_clear(&s->progress);
  if (error) {
    s->failed++;
    m->runs.written = true;
    measurement_write(m, SUBJECT_FAILED, error, NULL);
    return;
  }
  samples_time(&m->runs.samples, seconds, repetitions);
  if (!repeated_wanted(&m->runs)) measurement_finish(m);
}

void measurement_finish(measurement *m) {
  session *s = m->subject->session;
  if (m->runs.written || m->runs.samples.timed == m->runs.samples.joined) {
    samples_free(&m->runs.samples);
    return;
  }
  figures f = repeated_finish(&m->runs, s);
  const bool known = figures_known(&f);
  *(known ? &s->timed : &s->failed) += 1;
  measurement_write(m, known ? SUBJECT_OK : SUBJECT_FAILED, known ? NULL : figures_lost, known ? &f : NULL);
  figures_free(&f);
}

static void add(measurement *m, int repetitions) {
  gbench_add(&(gbench_case){.name = m->instance.name,
                            .run = run,
                            .done = done,
                            .context = m,
                            .repetitions = repetitions,
                            .had = m->runs.samples.timed - m->runs.samples.joined,
                            .iteration_seconds = m->subject->call_seconds});
}

typedef struct {
  const rotation *rotation;
  const gconv_plan *plan;
} layer_calls;

static gconv_status call_layer(const void *context, int number, gconv_clock *clock) {
  const layer_calls *c = context;
  gconv_args args = c->rotation->args[number % c->rotation->copies];
  args.clock = clock;
  return gconv_execute(c->plan, &args);
}

static void tell_layer(const void *context, int calls) { counters_called(((const layer_calls *)context)->plan, calls); }

/* With --stages, --counters and --placements: before the headline runs, none of which then waits for it. */
static void run_extras(measurement *m) {
  subject *s = m->subject;
  const session *asked = s->session;
  if (!asked->stages && !asked->counters.groups && !asked->placements) return;
  const phase outer = phase_enter(&s->session->phases, PHASE_TRIAL);
  rotation r;
  gconv_status status = rotation_set_up(&r, &s->session->pools[0], s->plan, s->data, m->size);
  const layer_calls calls = {&r, s->plan};
  const callable work = {.call = call_layer, .tell = tell_layer, .context = &calls, .threads = s->threads};
  if (!status && asked->stages) status = stages_time(&work, s->call_seconds, asked->budget, asked->clock_ns, &m->stages);
  if (!status && asked->counters.groups)
    status = counted_measure(&work, s->call_seconds, &asked->counters, &m->counted);
  if (!status && asked->placements && m->instance.cache == CACHE_WARM)
    status = placement_measure(&s->session->pools[0], s->plan, s->data, s->call_seconds, &m->placements);
  phase_enter(&s->session->phases, outer);
  if (status) refuse(s, SUBJECT_FAILED, m->instance.name, gconv_last_error());
}

static void skip(const measurement *m, const char *reason) {
  m->subject->session->skipped++;
  measurement_write(m, SUBJECT_SKIPPED, reason, NULL);
}

void measurement_register(measurement *m) {
  subject *s = m->subject;
  if (s->status == SUBJECT_SKIPPED) {
    skip(m, s->reason);
    return;
  }
  if (s->status == SUBJECT_OK && rotation_choose(s->plan, m->instance.cache, &m->size)) {
    complain(s, SUBJECT_SKIPPED, m->instance.name, gconv_last_error());
    skip(m, gconv_last_error());
    return;
  }
  if (s->status == SUBJECT_OK) run_extras(m);
  if (repeated_plan(&m->runs, s->session, m->instance.name, s->call_seconds))
    refuse(s, SUBJECT_FAILED, m->instance.name, gconv_last_error());
  add(m, s->status == SUBJECT_FAILED ? 1 : m->runs.rule.planned);
}

bool measurement_repeat(measurement *m) {
  const int more = repeated_wanted(&m->runs);
  if (more) add(m, more);
  return more;
}
