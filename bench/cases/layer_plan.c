/* layer_plan.c - no kernel is timed that has not just been proved right on this very problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "layer_plan.h"

#include "denormals.h"
#include "now.h"
#include "rotation.h"

#include <math.h>
#include <stdio.h>

/* Of calls before timing: a slow kernel is called once, or half of its time would go into what does not count. */
static const double trial_seconds = 0.005, verified_seconds = 0.01;

enum { TRIAL_CALLS = 3, VERIFIED_CALLS = 64 };

/* The plan that is checked is the one that is timed: libraries may choose otherwise the next time. */
static bool check(layer_plan *p, bench_case *asking) {
  const check_result result = check_plan(p->data, p->plan);
  if (result.verdict == CHECK_SKIPPED) {
    bench_case_refuse(asking, CASE_SKIPPED, result.reason);
    return false;
  }
  p->err = result.err, p->err_gamma = result.err_gamma, p->err_rms = result.err_rms;
  if (result.verdict == CHECK_PASS) return true;
  bench_case_refuse(asking, CASE_FAILED, result.reason);
  char command[1024];
  check_repro(p->data, p->kernel, &p->plan->env, command, sizeof command);
  fprintf(stderr, "  repeat the check with: %s\n", command);
  return false;
}

/* Timed calls are seen one in many: what is wrong now and then shows in calls that are all compared. */
static gconv_status verify_calls(layer_plan *p, rotation *r, double start) {
  gconv_status status = GCONV_OK;
  r->used = 1;
  while (p->compared < VERIFIED_CALLS && !status && seconds_now() - start < verified_seconds) {
    rotation_poison(rotation_output(p->plan, &r->args[0]));
    status = gconv_execute(p->plan, &r->args[0]);
    if (!status) status = output_verify(&p->output, r, p->plan);
    p->compared++;
  }
  return status;
}

/* How long packing takes, once, and about how long a call does: the shortest of a few, as the first one starts threads
 * and touches memory. */
static gconv_status try_calls(layer_plan *p) {
  rotation r;
  gconv_status status = rotation_set_up(&r, &p->session->arenas[0], p->plan, p->data, (rotation_size){1, 1});
  p->pack_ns = 1e9 * r.pack_seconds;
  p->call_seconds = INFINITY;
  const double begin = seconds_now();
  double spent = 0;
  if (p->inputs == INPUTS_FLUSHED) denormals_flush(p->threads, true); /* as when it is timed */
  for (int i = 0; i < TRIAL_CALLS && spent < trial_seconds && !status; i++) {
    const double start = seconds_now();
    status = gconv_execute(p->plan, &r.args[0]);
    const double seconds = seconds_now() - start;
    p->call_seconds = fmin(p->call_seconds, seconds);
    spent += seconds;
  }
  if (p->inputs == INPUTS_FLUSHED) denormals_flush(p->threads, false);
  if (!status) status = output_take(&p->output, &r, p->plan, p->data, p->inputs == INPUTS_FLUSHED);
  if (status || p->inputs == INPUTS_FLUSHED) return status;
  p->compared = 1;
  return verify_calls(p, &r, begin);
}

/* On failure with gconv_error's sentence, if it has not been said. */
static gconv_status plan_and_try(layer_plan *p, bench_case *asking) {
  phase_clock *phases = &p->session->phases;
  const gconv_env env = {.threads = p->threads, .isa_mask = p->session->options.isa_mask, .layout = p->layout};
  const phase outer = phase_enter(phases, PHASE_PLAN);
  gconv_status status = gconv_plan_create(p->kernel, &p->problem->problem, &env, &p->plan);
  if (!status) {
    phase_enter(phases, PHASE_CHECK);
    const bool right = check(p, asking);
    repeated_find_foreign_threads(p->session, p->kernel);
    phase_enter(phases, PHASE_TRIAL);
    if (right) status = try_calls(p);
  }
  phase_enter(phases, outer);
  return status;
}

void layer_plan_prepare(layer_plan *p, bench_case *asking) {
  p->prepared = true;
  p->err = p->err_gamma = p->err_rms = p->pack_ns = NAN;
  if (!p->data) {
    bench_case_refuse(asking, CASE_SKIPPED, p->no_data);
  } else {
    const gconv_status status = plan_and_try(p, asking);
    if (status) bench_case_refuse_status(asking, status);
  }
  p->status = asking->status;
  snprintf(p->reason, sizeof p->reason, "%s", asking->reason);
}

void layer_plan_free(layer_plan *p) {
  output_free(&p->output);
  gconv_plan_destroy(p->plan);
}
