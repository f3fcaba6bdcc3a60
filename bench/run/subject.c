/* subject.c - no kernel is timed that has not just been proved right on this very problem. */
#include "subject.h"

#include "canary.h"
#include "now.h"
#include "rotation.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* Above this, a warm-up run before each repetition would double the time, and caches of a few megabytes that it could
 * warm do not show in the result. */
static const double warm_up_limit = 0.1;

static const double trial_seconds = 0.05;

enum { MIN_REPETITIONS = 3, FEW_REPETITIONS = 6 /* the fewest with a confidence interval */, TRIAL_CALLS = 5 };

static void complain(subject *s, subject_status status, const char *name, const char *reason) {
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
  s->err = result.err;
  if (result.verdict == CHECK_PASS) return true;
  refuse(s, SUBJECT_FAILED, name, result.reason);
  char command[1024];
  check_repro(s->data, s->kernel, &s->plan->env, command, sizeof command);
  fprintf(stderr, "  repeat the check with: %s\n", command);
  return false;
}

/* How long packing takes, once, and about how long a call does: the shortest of a few, as the first one starts threads
 * and touches memory. */
/* Libraries start pools of their own when they are loaded or first called: by now, if ever. */
static void look_for_foreign_threads(subject *s) {
  session *run = s->session;
  int largest_team = omp_get_num_procs(); /* of the check */
  for (int t = 0; t < run->options.thread_count; t++)
    if (run->options.threads[t] > largest_team) largest_team = run->options.threads[t];
  const int foreign = usage_threads() - largest_team;
  if (foreign <= run->foreign_threads) return;
  run->foreign_threads = foreign;
  progress_clear(&run->progress);
  fprintf(stderr,
          "gconv-bench: %d threads beside the %d of OpenMP, seen first with %s: a library has a pool of its own, which "
          "competes for the CPUs (a BLAS built for pthreads?)\n",
          foreign, largest_team, s->kernel);
}

static gconv_status try_calls(subject *s) {
  rotation r;
  gconv_status status = rotation_set_up(&r, &s->session->pool, s->plan, s->data, (rotation_size){1, 1});
  if (!status && s->plan->packed_bytes && s->data->tensor[GCONV_WEI]) {
    const gconv_buffer wei = {s->data->tensor[GCONV_WEI], gconv_plan_tensor_bytes(s->plan, GCONV_WEI)};
    const double start = seconds_now();
    status = gconv_pack_weights(s->plan, wei, r.args[0].packed);
    s->pack_ns = 1e9 * (seconds_now() - start);
  }
  s->call_seconds = INFINITY;
  double spent = 0;
  for (int i = 0; i < TRIAL_CALLS && spent < trial_seconds && !status; i++) {
    const double start = seconds_now();
    status = gconv_execute(s->plan, &r.args[0]);
    const double seconds = seconds_now() - start;
    s->call_seconds = fmin(s->call_seconds, seconds);
    spent += seconds;
  }
  return status;
}

void subject_prepare(subject *s, const char *name) {
  s->prepared = true;
  s->err = s->pack_ns = NAN;
  if (!s->data) {
    refuse(s, SUBJECT_SKIPPED, name, s->no_data);
    return;
  }
  const gconv_env env = {.threads = s->threads, .isa_mask = s->session->options.isa_mask, .layout = s->layout};
  gconv_status status = gconv_plan_create(s->kernel, &s->block->problem, &env, &s->plan);
  if (status) {
    const bool refused = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY;
    refuse(s, refused ? SUBJECT_SKIPPED : SUBJECT_FAILED, name, gconv_last_error());
    return;
  }
  const bool right = check(s, name);
  look_for_foreign_threads(s);
  if (right && try_calls(s)) refuse(s, SUBJECT_FAILED, name, gconv_last_error());
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

/* One repetition, and what happened around it. */
static gconv_status time_sample(measurement *m, const rotation *r, gbench_state *state) {
  const subject *s = m->subject;
  const bool slow_before = canary_slow(s->session, s->threads);
  const usage begin = usage_begin();
  const double start = seconds_now();
  const gconv_status status = rotation_time(r, state, gconv_execute, s->plan);
  const usage during = usage_end(&begin);
  const double elapsed = seconds_now() - start;
  samples_add(&m->samples, elapsed, canary_slow(s->session, s->threads) || slow_before, &during);
  return status;
}

static void run(gbench_state *state, void *context) {
  measurement *m = context;
  const subject *s = m->subject;
  const double start = seconds_now();
  report(state, s);
  if (m->stages.total_ns > 0) stages_report(&m->stages, state);
  if (m->counted.made) counted_report(&m->counted, &s->session->counters, state);
  if (s->status == SUBJECT_FAILED) {
    gbench_fail(state, s->reason);
    return;
  }
  rotation r;
  gconv_status status = rotation_set_up(&r, &s->session->pool, s->plan, s->data, m->size);
  if (!status && s->call_seconds < warm_up_limit) status = gconv_execute(s->plan, &r.args[r.copies - 1]);
  if (!status) status = time_sample(m, &r, state);
  if (status) gbench_fail(state, gconv_last_error());
  m->spent += seconds_now() - start;
}

static void done(void *context, const char *error, const double *seconds, int repetitions) {
  measurement *m = context;
  session *s = m->subject->session;
  progress_clear(&s->progress);
  if (error) {
    s->failed++;
    m->written = true;
    measurement_write(m, SUBJECT_FAILED, error, NULL);
    return;
  }
  samples_time(&m->samples, seconds, repetitions);
  if (!repeat_wanted(&m->rule, &m->samples, m->spent)) measurement_finish(m);
}

static void count_disturbances(disturbances *d, const sample_list *samples, const figures *f) {
  char marks[MARKS_MAX];
  figures_mark(f, marks);
  d->repetitions += samples->timed, d->discarded += f->discarded, d->marked_rows += *marks != 0;
  d->disturbed += samples->timed - samples_clean(samples);
  for (int i = 0; i < samples->timed; i++) d->slow += samples->items[i].slow;
}

void measurement_finish(measurement *m) {
  session *s = m->subject->session;
  if (!m->written && m->samples.timed) {
    figures f = samples_figures(&m->samples, m->rule.enough);
    s->timed++;
    count_disturbances(&s->disturbances, &m->samples, &f);
    measurement_write(m, SUBJECT_OK, NULL, &f);
    figures_free(&f);
    m->written = true;
  }
  samples_free(&m->samples);
}

/* As many as asked for; fewer, but at least three, where one takes so long that they would pass the budget. */
static int affordable_repetitions(const subject *s) {
  bool given_by_user;
  const int wanted = gbench_repetitions(&given_by_user);
  if (s->status == SUBJECT_FAILED) return 1;
  const double affordable = s->session->budget / fmax(s->call_seconds, 1e-9);
  if (given_by_user || affordable >= wanted || wanted <= MIN_REPETITIONS) return wanted;
  return affordable > MIN_REPETITIONS ? (int)affordable : MIN_REPETITIONS;
}

/* A number that the user asked for is kept to. */
static repeat_rule rule_of(const subject *s) {
  bool given_by_user;
  gbench_repetitions(&given_by_user);
  const int planned = affordable_repetitions(s);
  return (repeat_rule){.planned = planned,
                       .enough = given_by_user || planned < FEW_REPETITIONS ? planned : FEW_REPETITIONS,
                       .budget = given_by_user ? 0 : s->session->budget,
                       .precision = s->session->precision};
}

static void add(measurement *m, int repetitions) {
  gbench_add(&(gbench_case){.name = m->instance.name,
                            .run = run,
                            .done = done,
                            .context = m,
                            .repetitions = repetitions,
                            .iteration_seconds = m->subject->call_seconds});
}

/* With --stages and --counters: before the headline runs, none of which then waits for it. */
static void run_extras(measurement *m) {
  subject *s = m->subject;
  const session *asked = s->session;
  if (!asked->stages && !asked->counters.groups) return;
  rotation r;
  gconv_status status = rotation_set_up(&r, &s->session->pool, s->plan, s->data, m->size);
  if (!status && asked->stages) status = stages_time(&r, s->plan, s->call_seconds, asked, &m->stages);
  if (!status && asked->counters.groups)
    status = counted_measure(&r, s->plan, s->call_seconds, &asked->counters, &m->counted);
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
  m->rule = rule_of(s);
  add(m, m->rule.planned);
}

bool measurement_repeat(measurement *m) {
  const int more = m->written ? 0 : repeat_wanted(&m->rule, &m->samples, m->spent);
  if (more) add(m, more);
  return more;
}
