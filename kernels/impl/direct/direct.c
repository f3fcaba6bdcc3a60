/* direct.c - direct convolution in registers, every valid problem: its three directions and the kernel's row.
 *
 * Vectors of output channels over NCHW16c; README.md explains the method and its words,
 * TUNING.md its bounds and what was tried and lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"
#include "impl/direct/dgrad.h"
#include "impl/direct/wgrad.h"

#include "core/clock.h"
#include "core/parallel.h"

#include <stdlib.h>

static gconv_status plan_forward(gconv_plan *plan) {
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
  return ISA_NAME(direct_plan)(plan, &pass);
}

typedef struct {
  const gconv_plan *plan;
  const gconv_args *args;
} pass;

static void share_forward(const void *arg, int thread, int threads) {
  const pass *s = arg;
  ISA_NAME(direct_share)(s->plan, s->args->src.data, s->args->packed.data, s->args->dst.data, thread, threads);
}

static gconv_status execute_forward(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  gconv_parallel(plan->env.threads, share_forward, &(pass){plan, args});
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return GCONV_OK;
}

static void release_state(gconv_plan *plan) { free(plan->state); }

typedef struct {
  gconv_status (*plan)(gconv_plan *);
  void (*pack)(const gconv_plan *, const float *wei, void *packed);
  gconv_status (*execute)(const gconv_plan *, const gconv_args *);
  void (*release)(gconv_plan *);
} method;

static const method methods[GCONV_DIRECTIONS] = {
    [GCONV_FWD] = {plan_forward, ISA_NAME(direct_pack), execute_forward, release_state},
    [GCONV_BWD_D] = {ISA_NAME(dgrad_plan), ISA_NAME(dgrad_pack), ISA_NAME(dgrad_execute), ISA_NAME(dgrad_release)},
    [GCONV_BWD_W] = {ISA_NAME(wgrad_plan), NULL, ISA_NAME(wgrad_execute), release_state},
};

static gconv_status plan(gconv_plan *plan) { return methods[plan->problem.direction].plan(plan); }

static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  methods[plan->problem.direction].pack(plan, wei, packed);
}

static void release(gconv_plan *plan) { methods[plan->problem.direction].release(plan); }

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  return methods[plan->problem.direction].execute(plan, args);
}

SIMD_KERNEL(
    direct, .summary = "direct convolution in registers on NCHW16c, groups packed into full vectors, any problem",
    .reference = "Georganas et al., Anatomy of High-Performance Deep Learning Convolutions on SIMD Architectures, "
                 "arXiv 1808.05567",
    .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER, .plan = plan, .pack = pack, .unpack = ISA_NAME(wgrad_unpack), .execute = execute,
    .release = release);
