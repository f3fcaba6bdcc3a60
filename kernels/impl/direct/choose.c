/* choose.c - plans with every method and keeps the cheapest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/choose.h"

#include "core/error.h"

#include <string.h>

static const direct_method *const methods[] = {&ISA_NAME(direct_blocks), &ISA_NAME(direct_planes),
                                               &ISA_NAME(direct_nhwc)};
enum { METHODS = sizeof methods / sizeof *methods };

static gconv_status plan_named(gconv_plan *plan, const direct_planner *planner) {
  for (int m = 0; m < METHODS; m++)
    if (!strcmp(plan->param, methods[m]->name)) return planner->plan(plan, methods[m]);
  return gconv_error(GCONV_INVALID, "direct@%s: %s", plan->param, plan->kernel->params);
}

gconv_status ISA_NAME(direct_choose_method)(gconv_plan *plan, const direct_planner *planner) {
  if (plan->param[0]) return plan_named(plan, planner);
  gconv_plan best = *plan;
  gconv_status status = planner->plan(&best, methods[0]);
  for (int m = 1; m < METHODS && !status; m++) {
    gconv_plan other = *plan;
    status = planner->plan(&other, methods[m]);
    const bool cheaper = !status && planner->cost(&other) < planner->cost(&best);
    planner->release(cheaper ? &best : &other);
    if (cheaper) best = other;
  }
  *plan = best;
  return status;
}
