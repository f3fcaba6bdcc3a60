/* wgrad.c - bwd_w, gradients of the weights: the methods that have them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad.h"
#include "impl/direct/choose.h"
#include "impl/direct/wgrad_blocks.h"

#include "core/error.h"

#include <stdlib.h>

/* The methods that have gradients of the weights. */
typedef struct {
  const direct_method *method;
  gconv_status (*plan)(gconv_plan *plan);
  double (*cost)(const gconv_plan *plan);
  gconv_status (*execute)(const gconv_plan *plan, const gconv_args *args);
} wgrad_method;

static const wgrad_method methods[] = {
    {&ISA_NAME(direct_blocks), ISA_NAME(wgrad_blocks_plan), ISA_NAME(wgrad_blocks_cost),
     ISA_NAME(wgrad_blocks_execute)},
    {&ISA_NAME(direct_planes), ISA_NAME(planes_gradient_plan), ISA_NAME(planes_gradient_cost_of),
     ISA_NAME(planes_gradient_execute)},
};

static const wgrad_method *method_of(const direct_method *method) {
  for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
    if (methods[m].method == method) return &methods[m];
  return NULL;
}

static gconv_status plan_method(gconv_plan *plan, const direct_method *method) {
  const wgrad_method *m = method_of(method);
  if (!m) return gconv_error(GCONV_UNSUPPORTED, "direct@%s: no gradients of the weights", method->name);
  return m->plan(plan);
}

static double cost_of_method(const gconv_plan *plan) { return method_of(direct_method_of(plan))->cost(plan); }

void ISA_NAME(wgrad_release)(gconv_plan *plan) {
  if (!plan->state) return;
  if (direct_method_of(plan) == &ISA_NAME(direct_blocks)) free(((wgrad_state *)plan->state)->image);
  free(plan->state);
}

gconv_status ISA_NAME(wgrad_plan)(gconv_plan *plan) {
  return ISA_NAME(direct_choose_method)(plan, &(direct_planner){plan_method, cost_of_method, ISA_NAME(wgrad_release)});
}

gconv_status ISA_NAME(wgrad_execute)(const gconv_plan *plan, const gconv_args *args) {
  return method_of(direct_method_of(plan))->execute(plan, args);
}

void ISA_NAME(wgrad_unpack)(const gconv_plan *plan, const void *packed, float *wei) {
  ISA_NAME(wgrad_blocks_unpack)(plan, packed, wei); /* the only method that packs */
}
