/* net_case.c - what nets do in their life as benchmarks. The net that is verified is the one that is timed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "net_case.h"

#include "core/error.h"
#include "now.h"
#include "verify.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* What runs this long moves more than caches hold: there is nothing to warm up. */
static const double beyond_caches = 0.02;

/* Elements of each node compared: layers of the same kernels are compared whole at --level=layer, and here every node
 * of every net is to be seen at its own place without computing the network in double precision each time. */
enum { SAMPLES = 400 };

static net_case *net_of(bench_case *c) { return (net_case *)c; }

static gconv_status plan(net_case *n) {
  const session *s = n->base.session;
  const options *o = &s->options;
  const net_request request = {.graph = n->model->m,
                               .batch = n->batch,
                               .threads = n->base.threads,
                               .isa_mask = o->isa_mask,
                               .native_input = s->level == LEVEL_BLOCK,
                               .kernel_for = net_one_kernel,
                               .memory_taken = *n->taken,
                               .train = s->train,
                               .context = (void *)n->base.kernel,
                               .choices = n->choices};
  const gconv_status status = net_create(&request, &n->n);
  return status ? status : net_data_make(n->data, n->model->m, n->batch, o->seed);
}

static gconv_status load(net_case *n) {
  const double start = seconds_now();
  const gconv_status status = net_load(n->n, n->data->weights);
  n->load_ns = 1e9 * (seconds_now() - start);
  return status;
}

static gconv_status check(net_case *n) {
  const session *s = n->base.session;
  verify_result result;
  gconv_status status = s->train ? net_data_give_loss(n->n, n->batch, s->options.seed) : GCONV_OK;
  if (status) return status;
  status = verify_net(n->n, n->data->weights, n->data->images, SAMPLES, &result);
  n->err = result.err;
  return status;
}

/* About how long a run takes; the check has touched the memory. */
static gconv_status try_run(net_case *n) {
  const double start = seconds_now();
  gconv_status status = net_run(n->n, NULL);
  n->base.call_seconds = seconds_now() - start;
  repeated_find_foreign_threads(n->base.session, n->base.kernel);
  if (!status) status = net_output_take(&n->output, n->n, n->base.session->train);
  *n->taken += 2 * (size_t)n->output.count * sizeof *n->output.values;
  return status;
}

static void prepare(bench_case *c) {
  net_case *n = net_of(c);
  phase_clock *phases = &c->session->phases;
  const phase outer = phase_enter(phases, PHASE_PLAN);
  n->err = n->load_ns = NAN;
  gconv_status status = plan(n);
  if (status) {
    bench_case_refuse_status(c, status);
    phase_enter(phases, outer);
    return;
  }
  *n->taken += net_needs(n->n).all;
  net_describe(n->n, n->plan, sizeof n->plan);
  status = load(n);
  phase_enter(phases, PHASE_CHECK);
  if (!status) status = check(n);
  phase_enter(phases, PHASE_TRIAL);
  if (!status) status = try_run(n);
  phase_enter(phases, outer);
  if (status) bench_case_refuse(c, CASE_FAILED, gconv_last_error());
}

static gconv_status call_net(const void *context, int number, gconv_clock *clock) {
  net *n = ((const net_case *)context)->n;
  (void)number;
  net_set_clock(n, clock);
  const gconv_status status = net_run(n, NULL);
  net_set_clock(n, NULL);
  return status;
}

/* What its convolutions did; the other steps have no plan that says. */
static void tell_net(const void *context, int calls) {
  const net *n = ((const net_case *)context)->n;
  for (int i = 0; i < net_step_count(n); i++) {
    const net_step_info step = net_step_at(n, i);
    if (step.plan) counters_called(step.plan, calls);
  }
}

static gconv_status calls(bench_case *c, callable *work) {
  *work = (callable){.call = call_net, .tell = tell_net, .context = c, .threads = c->threads};
  return GCONV_OK;
}

static gconv_status set_up(bench_case *c) {
  net_case *n = net_of(c);
  const gconv_status status = c->call_seconds < beyond_caches ? net_run(n->n, NULL) : GCONV_OK;
  net_output_spoil(n->n); /* caches may have been another's */
  return status;
}

static gconv_status time_runs(bench_case *c, gbench_state *state) {
  net *n = net_of(c)->n;
  gconv_status status = GCONV_OK;
  while (gbench_keep_running(state)) {
    const gconv_status failed = net_run(n, NULL);
    if (failed) status = failed;
  }
  return status;
}

static gconv_status verify(bench_case *c) {
  const net_case *n = net_of(c);
  return net_output_verify(&n->output, n->n, c->session->train);
}

static void describe(const bench_case *c, gbench_state *state) {
  const net_case *n = (const net_case *)c;
  const double gflop = 2e-9 * (double)net_macs(n), peak = net_peak(n);
  gbench_label(state, n->plan);
  gbench_rate(state, "gflops", gflop);
  gbench_rate(state, "pct_peak", peak > 0 ? 100 * gflop / peak : 0);
  gbench_rate(state, "images_per_s", n->batch);
  gbench_counter(state, "err", isfinite(n->err) ? n->err : DBL_MAX); /* JSON has no infinity */
}

static const case_type net_type = {.prepare = prepare,
                                   .calls = calls,
                                   .set_up = set_up,
                                   .time = time_runs,
                                   .verify = verify,
                                   .describe = describe,
                                   .write = net_write};

void net_case_init(net_case *n, session *s, const net_model *m, const char *kernel, int threads) {
  *n = (net_case){.base = {.type = &net_type, .session = s, .kernel = kernel, .threads = threads},
                  .model = m,
                  .batch = session_batch(s)};
}

void net_case_free(net_case *n) {
  net_output_free(&n->output);
  net_destroy(n->n);
}
