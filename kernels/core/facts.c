/* facts.c - what a plan tells a user, who does not see its inside: fields may come and go without a new SONAME. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

const gconv_problem *gconv_plan_problem(const gconv_plan *plan) { return &plan->problem; }
const char *gconv_plan_kernel(const gconv_plan *plan) { return plan->kernel->name; }
gconv_isa gconv_plan_isa(const gconv_plan *plan) { return plan->kernel->isa; }
const char *gconv_plan_text(const gconv_plan *plan) { return plan->text; }
int gconv_plan_threads(const gconv_plan *plan) { return plan->env.threads; }

gconv_layout gconv_plan_layout(const gconv_plan *plan, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? plan->src_layout : plan->dst_layout;
}

size_t gconv_plan_tensor_bytes(const gconv_plan *plan, gconv_tensor tensor) { return plan->tensor_bytes[tensor]; }
size_t gconv_plan_packed_bytes(const gconv_plan *plan) { return plan->packed_bytes; }
size_t gconv_plan_workspace_bytes(const gconv_plan *plan) { return plan->workspace_bytes; }
int64_t gconv_plan_executed_macs(const gconv_plan *plan) { return plan->executed_macs; }
bool gconv_plan_deterministic(const gconv_plan *plan) { return plan->deterministic; }

double gconv_plan_amplification(const gconv_plan *plan) {
  return plan->kernel->amplification ? plan->kernel->amplification(&plan->problem) : 1;
}
