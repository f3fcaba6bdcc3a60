/* graph_run.c - the life of a group: weights and images made, nets planned and verified, timed interleaved, and for
 * networks each step timed on its own after that. */
#include "net_case.h"

#include "core/error.h"
#include "gbench.h"
#include "net_data.h"
#include "now.h"
#include "race.h"
#include "summary.h"
#include "verify.h"
#include "watchdog.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A few milliseconds before each group: enough to see that the machine has become faster. */
static const double probe_seconds = 0.003;

/* What runs this long moves more than caches hold: there is nothing to warm up. */
static const double beyond_caches = 0.02;

/* Elements of each node compared: layers of the same kernels are compared whole at --level=layer, and here every node
 * of every net is to be seen at its own place without computing the network in double precision each time. */
enum { SAMPLES = 400, MIN_REPETITIONS = 3, STEP_RUNS = 5 };

typedef struct {
  session *session;
  const graph_list *list;
  const graph_group *group;
  graph_data *data; /* by case of the group */
  size_t taken;     /* bytes of all of these, and of the nets so far */
  graph_subject *subjects;
  size_t subject_count;
} group_run;

static int batch_of(const session *s) { return s->options.mb ? s->options.mb : 1; }

/* About how long a run takes; the check has touched the memory. */
static gconv_status try_run(graph_subject *s) {
  const double start = seconds_now();
  const gconv_status status = net_run(s->n, NULL);
  s->call_seconds = seconds_now() - start;
  return status;
}

static gconv_status plan_net(graph_subject *s, size_t taken, const net_choice *choices) {
  const options *o = &s->session->options;
  const net_request request = {.graph = s->c->m,
                               .batch = s->batch,
                               .threads = s->threads,
                               .isa_mask = o->isa_mask,
                               .native_input = s->session->level == LEVEL_BLOCK,
                               .kernel_for = net_one_kernel,
                               .memory_taken = taken,
                               .train = s->session->train,
                               .context = (void *)s->kernel,
                               .choices = choices};
  return net_create(&request, &s->n);
}

/* The net that is verified is the one that is timed. */
static void prepare(group_run *r, size_t i, graph_subject *s, const net_choice *choices) {
  phase_clock *phases = &s->session->phases;
  const phase outer = phase_enter(phases, PHASE_PLAN);
  s->err = s->load_ns = NAN;
  gconv_status status = plan_net(s, r->taken, choices);
  if (!status) status = graph_data_make(&r->data[i], s->c->m, s->batch, s->session->options.seed);
  if (status) {
    const bool refused = status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY;
    graph_refuse(s, refused ? SUBJECT_SKIPPED : SUBJECT_FAILED, gconv_last_error());
    phase_enter(phases, outer);
    return;
  }
  r->taken += net_needs(s->n).all;
  const graph_data *d = &r->data[i];
  net_describe(s->n, s->plan, sizeof s->plan);
  const double start = seconds_now();
  status = net_load(s->n, d->weights);
  s->load_ns = 1e9 * (seconds_now() - start);
  verify_result result;
  phase_enter(phases, PHASE_CHECK);
  if (!status && s->session->train) status = graph_data_give_loss(s->n, s->batch, s->session->options.seed);
  if (!status) {
    status = verify_net(s->n, s->c->m, d->weights, s->batch, d->images, SAMPLES, &result);
    s->err = result.err;
  }
  phase_enter(phases, PHASE_TRIAL);
  if (!status) status = try_run(s);
  repeated_find_pools(s->session, s->kernel);
  if (!status) status = graph_output_take(&s->output, s->n, s->session->train);
  r->taken += 2 * (size_t)s->output.count * sizeof *s->output.values;
  if (!status && s->timed) status = graph_run_extras(s);
  phase_enter(phases, outer);
  if (status) graph_refuse(s, SUBJECT_FAILED, gconv_last_error());
}

static void prepare_guarded(group_run *r, size_t i, graph_subject *s, const net_choice *choices) {
  watchdog_guard(graph_late, s);
  prepare(r, i, s, choices);
  watchdog_rest();
}

static void report(gbench_state *state, const graph_subject *s) {
  const double gflop = 2e-9 * (double)graph_macs(s), peak = graph_peak(s);
  gbench_label(state, s->plan);
  gbench_rate(state, "gflops", gflop);
  gbench_rate(state, "pct_peak", peak > 0 ? 100 * gflop / peak : 0);
  gbench_rate(state, "images_per_s", s->batch);
  gbench_counter(state, "err", isfinite(s->err) ? s->err : DBL_MAX); /* JSON has no infinity */
  if (s->stages.total_ns > 0) stages_report(&s->stages, state);
  if (s->counted.made) counted_report(&s->counted, &s->session->counters, state);
}

static void run(gbench_state *state, void *context) {
  graph_subject *s = context;
  phase_clock *phases = &s->session->phases;
  const double start = seconds_now();
  const phase outer = phase_enter(phases, PHASE_SET_UP);
  report(state, s);
  watch w = watch_prepare(s->session, s->threads);
  const bool warm_up = s->status == SUBJECT_OK && s->call_seconds < beyond_caches;
  gconv_status status = warm_up ? net_run(s->n, NULL) : GCONV_OK; /* its caches may be another's */
  if (s->status == SUBJECT_FAILED) {
    gbench_fail(state, s->reason);
    phase_enter(phases, outer);
    return;
  }
  graph_output_spoil(s->n);
  watchdog_guard(graph_late, s);
  watch_begin(&w);
  phase_enter(phases, PHASE_TIMED);
  while (gbench_keep_running(state)) {
    const gconv_status failed = net_run(s->n, NULL);
    if (failed) status = failed;
  }
  phase_enter(phases, PHASE_SET_UP);
  const gconv_status added = watch_end(&w, &s->runs, 0);
  watchdog_rest();
  if (!status) status = added;
  if (!status) status = graph_output_verify(&s->output, s->n, s->session->train);
  s->runs.spent += seconds_now() - start;
  phase_enter(phases, outer);
  if (status) gbench_fail(state, gconv_last_error());
}

static void finish(graph_subject *s) {
  if (s->runs.written || s->runs.samples.timed == s->runs.samples.joined) {
    samples_free(&s->runs.samples);
    return;
  }
  figures f = repeated_finish(&s->runs, s->session);
  const bool known = figures_known(&f);
  if (!known) s->status = SUBJECT_FAILED;
  *(known ? &s->session->timed : &s->session->failed) += 1;
  graph_write(s, known ? NULL : figures_lost, known ? &f : NULL);
  figures_free(&f);
}

static void done(void *context, const char *error, const double *seconds, int repetitions) {
  graph_subject *s = context;
  progress_clear(&s->session->progress);
  if (error) {
    s->status = SUBJECT_FAILED;
    s->session->failed++;
    s->runs.written = true;
    graph_write(s, error, NULL);
    return;
  }
  samples_time(&s->runs.samples, seconds, repetitions);
  if (!repeated_wanted(&s->runs)) finish(s);
}

static void add(graph_subject *s, int repetitions) {
  gbench_add(&(gbench_case){.name = s->name,
                            .run = run,
                            .done = done,
                            .context = s,
                            .repetitions = repetitions,
                            .had = s->runs.samples.timed - s->runs.samples.joined,
                            .iteration_seconds = s->call_seconds});
}

static void enlist(graph_subject *s) {
  if (s->status == SUBJECT_SKIPPED) {
    s->session->skipped++;
    graph_write(s, s->reason, NULL);
    return;
  }
  if (repeated_plan(&s->runs, s->session, s->name, s->call_seconds))
    graph_refuse(s, SUBJECT_FAILED, gconv_last_error());
  add(s, s->status == SUBJECT_FAILED ? 1 : s->runs.rule.planned);
}

/* Hands those over that have not been repeated enough; false if none has to be. */
static bool repeat(group_run *r) {
  int more = 0;
  for (size_t i = 0; i < r->subject_count; i++) {
    const int wanted = repeated_wanted(&r->subjects[i].runs);
    if (wanted) add(&r->subjects[i], wanted), more++;
  }
  return more;
}

/* A subject that stays if `wanted` or `needed`; NULL if it does not. */
static graph_subject *new_subject(group_run *r, size_t i, int t, const char *kernel, bool needed) {
  graph_subject *s = &r->subjects[r->subject_count];
  *s = (graph_subject){.session = r->session,
                       .c = &r->list->cases[r->group->first + i],
                       .kernel = kernel,
                       .threads = r->group->threads[t],
                       .batch = batch_of(r->session)};
  graph_benchmark_name(r->session, s->c, kernel, s->threads, s->name);
  s->timed = gbench_wanted(s->name);
  if (!s->timed && !needed) return NULL;
  r->subject_count++;
  return s;
}

/* The best of what is right: nets that failed are not in the race. */
static gconv_status choose_best(const graph_subject *subjects, size_t count, net_choice **choices) {
  net **nets = calloc(count + 1, sizeof *nets); /* room for none is no lack of memory */
  if (!nets) return gconv_error(GCONV_NO_MEMORY, "no memory for a race of %zu kernels", count);
  size_t ready = 0;
  for (size_t i = 0; i < count; i++)
    if (subjects[i].status == SUBJECT_OK) nets[ready++] = subjects[i].n;
  const gconv_status status =
      ready ? race_nets(nets, ready, choices) : gconv_error(GCONV_UNSUPPORTED, "none of the chosen kernels runs it");
  free(nets);
  return status;
}

/* A model by each kernel and by the best for each of its layers, which needs the others' nets. */
static void add_subjects(group_run *r, size_t i, int t) {
  const size_t singles = r->session->options.kernel_count, first = r->subject_count;
  graph_subject *best = NULL;
  if (graph_kernels(r->session) > singles) {
    best = new_subject(r, i, t, graph_kernel(r->session, singles), false);
    r->subject_count = first; /* it comes last */
  }
  for (size_t k = 0; k < singles && !gbench_stopped(); k++) {
    graph_subject *s = new_subject(r, i, t, graph_kernel(r->session, k), best);
    if (!s) continue;
    prepare_guarded(r, i, s, NULL);
    if (s->timed) enlist(s);
  }
  if (!best || gbench_stopped()) return;
  net_choice *choices = NULL;
  const phase outer = phase_enter(&r->session->phases, PHASE_PLAN);
  const gconv_status status = choose_best(&r->subjects[first], r->subject_count - first, &choices);
  phase_enter(&r->session->phases, outer);
  best = new_subject(r, i, t, graph_kernel(r->session, singles), false);
  if (status)
    graph_refuse(best, status == GCONV_UNSUPPORTED ? SUBJECT_SKIPPED : SUBJECT_FAILED, gconv_last_error());
  else
    prepare_guarded(r, i, best, choices);
  free(choices);
  enlist(best);
}

static int step_runs(const graph_subject *s) {
  const double affordable = s->session->budget / fmax(s->call_seconds, 1e-9);
  return affordable >= STEP_RUNS ? STEP_RUNS : MIN_REPETITIONS;
}

static void run_subjects(group_run *r) {
  for (size_t i = 0; i < r->group->count; i++)
    for (int t = 0; t < r->group->thread_count; t++) add_subjects(r, i, t);
  const uint64_t seed = r->session->options.seed;
  gbench_run(seed, false);
  while (!gbench_stopped() && repeat(r)) gbench_run(seed, true);
  for (size_t i = 0; i < r->subject_count; i++) finish(&r->subjects[i]);
  const phase outer = phase_enter(&r->session->phases, PHASE_STEPS);
  const bool steps = r->session->level == LEVEL_NETWORK && !r->session->join_path; /* the earlier process has them */
  for (size_t i = 0; i < r->subject_count && steps && !gbench_stopped(); i++)
    if (r->subjects[i].timed && r->subjects[i].status == SUBJECT_OK)
      graph_write_steps(&r->subjects[i], step_runs(&r->subjects[i]));
  phase_enter(&r->session->phases, outer);
}

static gconv_status prepare_group(group_run *r) {
  const session *s = r->session;
  const size_t count = r->group->count;
  r->data = calloc(count, sizeof *r->data);
  r->subjects = calloc(count * (size_t)r->group->thread_count * graph_kernels(s), sizeof *r->subjects);
  if (!r->data || !r->subjects) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu models", count);
  for (size_t i = 0; i < count; i++) r->taken += graph_data_bytes(r->list->cases[r->group->first + i].m, batch_of(s));
  return GCONV_OK;
}

static void forget(group_run *r) {
  for (size_t i = 0; i < r->subject_count; i++) {
    graph_output_free(&r->subjects[i].output);
    net_destroy(r->subjects[i].n);
  }
  for (size_t i = 0; i < r->group->count && r->data; i++) graph_data_free(&r->data[i]);
  free(r->data);
  free(r->subjects);
}

gconv_status graph_group_run(session *s, const graph_list *list, const graph_group *group) {
  char title[GRAPH_NAME_MAX];
  const graph_case *first = &list->cases[group->first];
  snprintf(title, sizeof title, "%s%s, %d thread%s", first->name,
           s->level == LEVEL_NETWORK && group->count > 1 ? " ..." : "", group->threads[group->thread_count - 1],
           group->threads[group->thread_count - 1] > 1 ? "s" : "");
  progress_block(&s->progress, title);
  s->turn = 0;
  s->budget = deadline_budget(&s->deadline, graph_group_size(s, list, group), &s->phases);
  const phase outer = phase_enter(&s->phases, PHASE_CEILINGS);
  peak_probe(&s->peaks, s->probe_mask, probe_seconds);
  phase_enter(&s->phases, outer);
  group_run r = {.session = s, .list = list, .group = group};
  const gconv_status status = prepare_group(&r);
  if (!status) run_subjects(&r);
  summary_block(s);
  forget(&r);
  return status;
}
