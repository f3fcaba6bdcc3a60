/* layer.c - what layers do in their life as benchmarks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "layer.h"

#include "denormals.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* Above this, a warm-up call before each repetition would double the time, and what it could warm does not show in the
 * result: a few megabytes come from the next level in a hundredth of it. */
static const double warm_up_limit = 0.02;

static layer_case *layer_of(bench_case *c) { return (layer_case *)c; }

/* The first case of a plan prepares it, and says what is wrong; the others know. */
static void prepare(bench_case *c) {
  layer_case *l = layer_of(c);
  if (!l->plan->prepared) {
    layer_plan_prepare(l->plan, c);
  } else {
    c->status = l->plan->status;
    snprintf(c->reason, sizeof c->reason, "%s", l->plan->reason);
  }
  c->call_seconds = l->plan->call_seconds;
  if (c->status == CASE_OK && rotation_choose(l->plan->plan, l->cache, &l->size))
    bench_case_refuse(c, CASE_SKIPPED, gconv_last_error());
}

static gconv_status call_layer(const void *context, int number, gconv_clock *clock) {
  const layer_case *l = context;
  gconv_args args = l->calls.args[number % l->calls.copies];
  args.clock = clock;
  return gconv_execute(l->plan->plan, &args);
}

static void tell_layer(const void *context, int calls) {
  counters_called(((const layer_case *)context)->plan->plan, calls);
}

static gconv_status lay_out(layer_case *l) {
  session *s = l->base.session;
  return rotation_set_up(&l->calls, &s->arenas[l->base.allocation], l->plan->plan, l->plan->data, l->size);
}

static gconv_status calls(bench_case *c, callable *work) {
  *work = (callable){.call = call_layer, .tell = tell_layer, .context = c, .threads = c->threads};
  return lay_out(layer_of(c));
}

static gconv_status extras(bench_case *c) {
  layer_case *l = layer_of(c);
  session *s = c->session;
  if (!s->placements || l->cache != CACHE_WARM) return GCONV_OK;
  return placement_measure(&s->arenas[0], l->plan->plan, l->plan->data, c->call_seconds, &l->placements);
}

static gconv_status set_up(bench_case *c) {
  layer_case *l = layer_of(c);
  const gconv_plan *plan = l->plan->plan;
  c->allocation = c->runs.samples.count % rotation_allocations(plan, l->size, ALLOCATIONS);
  gconv_status status = lay_out(l);
  if (!status && c->call_seconds < warm_up_limit) status = gconv_execute(plan, &l->calls.args[l->calls.copies - 1]);
  if (!status) output_spoil(&l->calls, plan);
  return status;
}

static gconv_status time_calls(bench_case *c, gbench_state *state) {
  layer_case *l = layer_of(c);
  const bool flushed = l->plan->inputs == INPUTS_FLUSHED;
  if (flushed) denormals_flush(c->threads, true);
  const gconv_status status = rotation_time(&l->calls, state, gconv_execute, l->plan->plan);
  if (flushed) denormals_flush(c->threads, false);
  return status;
}

static gconv_status verify(bench_case *c) {
  const layer_case *l = layer_of(c);
  return output_verify(&l->plan->output, &l->calls, l->plan->plan);
}

/* JSON has no infinity. */
static double finite_or_largest(double value) { return isfinite(value) ? value : DBL_MAX; }

static void describe(const bench_case *c, gbench_state *state) {
  const layer_plan *p = ((const layer_case *)c)->plan;
  const gconv_counts counts = gconv_problem_count(&p->problem->problem);
  const double gflop = 2e-9 * (double)counts.macs, peak = layer_peak(p);
  const problem_case *first = p->problem->layers[0];
  char label[GCONV_NAME_MAX + GCONV_TEXT_MAX];
  snprintf(label, sizeof label, "%s %s", first->problem.name[0] ? first->problem.name : first->set,
           p->plan ? p->plan->text : "");
  gbench_label(state, label);
  gbench_rate(state, "gflops", gflop);
  gbench_rate(state, "pct_peak", peak > 0 ? 100 * gflop / peak : 0);
  gbench_rate(state, "gbps", 1e-9 * (double)counts.min_bytes);
  gbench_counter(state, "err", finite_or_largest(p->err));
}

static const case_type layer_type = {.prepare = prepare,
                                     .calls = calls,
                                     .extras = extras,
                                     .set_up = set_up,
                                     .time = time_calls,
                                     .verify = verify,
                                     .describe = describe,
                                     .write = layer_write};

void layer_case_init(layer_case *l, layer_plan *plan, const layer_key *key) {
  *l = (layer_case){
      .base = {.type = &layer_type, .session = plan->session, .kernel = plan->kernel, .threads = plan->threads},
      .plan = plan,
      .cache = key->cache};
  snprintf(l->base.name, sizeof l->base.name, "%s", key->name);
}
