/* wgrad_cost.c - what gradients of the weights by blocks should cost, by a count of instructions as in cost.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/cost.h"
#include "impl/direct/wgrad_blocks.h"

#include <math.h>

/* What a pass takes beside its pixels: a row of them, and its tap. */
enum { ROW_COST = 16, PASS_COST = 40 };

/* Of a job, for a pixel of dst and an input index: instructions that form its operands of all taps. */
static double forming(const gconv_problem *p, const wgrad_job *job) {
  static const double of[OPERANDS] = {[LOAD] = 1,  [SHUFFLE] = 1, [PERMUTE] = 2, [PERMUTE2] = MANY_REGISTERS ? 4 : 6,
                                      [BCAST] = 1, [MIX2] = 4,    [MIX] = 6};
  const double operand = of[job->source.mode] * (job->source.mode == MIX ? gconv_max(job->source.groups, 1) : 1);
  return operand * p->kh * (job->family == TAPS_3X3 ? p->stride_w : p->kw);
}

double ISA_NAME(wgrad_blocks_cost)(const gconv_plan *plan) {
  const wgrad_state *state = plan->state;
  const gconv_problem *p = &state->p;
  const direct_rates *rates = ISA_NAME(direct_rates_of_machine)();
  const double rows = (double)p->batch * p->oh, taps = (double)p->kh * p->kw;
  double cost = 0;
  for (int j = 0; j < state->jobs; j++) {
    const wgrad_job *job = &state->job[j];
    const bool any = job->family == ANY_TAPS;
    const int most = any ? job->vectors == 2 ? WGRAD_PAIRED : WGRAD_SINGLE : MANY_REGISTERS ? 2 : 4;
    const int passes = (int)gconv_ceil_div(p->icg, most);
    const double fmas = taps * p->icg * job->vectors, all = fmas + forming(p, job) * p->icg + job->vectors * passes;
    const double pixel = fmax(fmax(fmas, all / rates->instructions), any ? rates->in_flight * taps * passes : 0);
    cost += rows * (p->ow * pixel + passes * (any ? taps : 1) * ROW_COST) + passes * PASS_COST;
  }
  return cost;
}
