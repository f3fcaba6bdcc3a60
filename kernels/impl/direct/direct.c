/* direct.c - direct convolution in registers, every valid problem: its three directions and the kernel's row.
 *
 * README.md explains the methods and their words, TUNING.md their bounds and what was tried and lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"
#include "impl/direct/choose.h"
#include "impl/direct/dgrad.h"
#include "impl/direct/measure.h"
#include "impl/direct/wgrad.h"

#include "core/clock.h"
#include "core/parallel.h"

#include <stdlib.h>
#include <string.h>

static gconv_status plan_pass(gconv_plan *plan, const direct_method *method) {
  const gconv_problem *p = &plan->problem;
  const ptrdiff_t taps = (ptrdiff_t)p->kh * p->kw, oc = taps * p->icg;
  const direct_pass pass = {
      .wei = {.group = oc * p->ocg, .oc = oc, .ic = taps, .row = p->kw, .column = 1},
      .dst_stride_h = 1,
      .dst_stride_w = 1,
      .ih = p->oh,
      .iw = p->ow,
      .image = true,
  };
  const gconv_status status = method->plan(plan, method, &pass);
  plan->kernel_workspace_bytes *= (size_t)plan->env.threads;
  return status;
}

static double cost_of_pass(const gconv_plan *plan) { return direct_method_of(plan)->cost(plan); }

static void release_state(gconv_plan *plan) { free(plan->state); }

static gconv_status plan_forward(gconv_plan *plan) {
  return ISA_NAME(direct_choose_method)(plan, &(direct_planner){plan_pass, cost_of_pass, release_state});
}

static void pack_forward(const gconv_plan *plan, const float *wei, void *packed) {
  direct_method_of(plan)->pack(plan, wei, packed);
}

typedef struct {
  const gconv_plan *plan;
  const gconv_args *args;
} pass;

static void share_forward(const void *arg, int thread, int threads) {
  const pass *s = arg;
  const direct_tensors tensors = {s->args->src.data, s->args->packed.data, s->args->dst.data,
                                  direct_own(s->plan, s->args, thread)};
  direct_method_of(s->plan)->share(s->plan, &tensors, thread, threads);
}

static gconv_status execute_forward(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  gconv_parallel(plan->env.threads, share_forward, &(pass){plan, args});
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return GCONV_OK;
}

typedef struct {
  gconv_status (*plan)(gconv_plan *);
  void (*pack)(const gconv_plan *, const float *wei, void *packed);
  gconv_status (*execute)(const gconv_plan *, const gconv_args *);
  void (*release)(gconv_plan *);
} direction;

static const direction directions[GCONV_DIRECTIONS] = {
    [GCONV_FWD] = {plan_forward, pack_forward, execute_forward, release_state},
    [GCONV_BWD_D] = {ISA_NAME(dgrad_plan), ISA_NAME(dgrad_pack), ISA_NAME(dgrad_execute), ISA_NAME(dgrad_release)},
    [GCONV_BWD_W] = {ISA_NAME(wgrad_plan), NULL, ISA_NAME(wgrad_execute), ISA_NAME(wgrad_release)},
};

static gconv_status plan_asked(gconv_plan *plan) { return directions[plan->problem.direction].plan(plan); }

static gconv_status plan(gconv_plan *plan) {
  return strcmp(plan->param, DIRECT_MEASURE) ? plan_asked(plan) : ISA_NAME(direct_measure)(plan, plan_asked);
}

static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  directions[plan->problem.direction].pack(plan, wei, packed);
}

static void release(gconv_plan *plan) { directions[plan->problem.direction].release(plan); }

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  return directions[plan->problem.direction].execute(plan, args);
}

SIMD_KERNEL(
    direct, .summary = "direct convolution in registers; lanes are channels of packed groups, or pixels; any problem",
    .reference = "Georganas et al., Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures, "
                 "arXiv 1808.05567",
    .params =
        "blocks, planes or nhwc: the method that is asked for instead of the one that should take less time; blocks3, "
        "blocks4, nhwc3, nhwc4, taps or rows: its tile, too; measure: the fastest of all these when the plan is made",
    .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER, .plan = plan, .pack = pack, .unpack = ISA_NAME(wgrad_unpack), .execute = execute,
    .release = release);
