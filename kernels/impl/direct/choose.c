/* choose.c - plans with every method and keeps the cheapest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/choose.h"

#include "core/error.h"

#include <string.h>

/* The first ones are planned and compared; the others, with tiles of their own, only where they are asked for. */
static const direct_method *const methods[] = {
    &ISA_NAME(direct_blocks),   &ISA_NAME(direct_planes),   &ISA_NAME(direct_nhwc),
    &ISA_NAME(direct_tiles)[0], &ISA_NAME(direct_tiles)[1], &ISA_NAME(direct_tiles)[2],
    &ISA_NAME(direct_tiles)[3], &ISA_NAME(direct_tiles)[4], &ISA_NAME(direct_tiles)[5],
};
enum { COMPARED = 3, METHODS = sizeof methods / sizeof *methods };

/* Layers in a row keep the layout of blocks unless another method saves more than the conversions might cost. Without
 * groups a few output channels are no reason: a path of a split block would convert for each of its layers. */
static const double WORTH_A_LAYOUT = 0.85;

/* The method that the plan's parameter asks for, NULL without one; a status where there is none of that name. */
static gconv_status method_asked(const gconv_plan *plan, const direct_method **method) {
  *method = NULL;
  if (!plan->param[0]) return GCONV_OK;
  for (int m = 0; m < METHODS; m++)
    if (!strcmp(plan->param, methods[m]->name)) *method = methods[m];
  return *method ? GCONV_OK : gconv_error(GCONV_INVALID, "direct@%s: %s", plan->param, plan->kernel->params);
}

const char *ISA_NAME(direct_method_name)(int m) { return m < METHODS ? methods[m]->name : NULL; }

gconv_status ISA_NAME(direct_choose_method)(gconv_plan *plan, const direct_planner *planner) {
  const direct_method *asked;
  gconv_status status = method_asked(plan, &asked);
  if (status) return status;
  if (asked) return planner->plan(plan, asked);
  gconv_plan best = *plan;
  int chosen = 0;
  status = planner->plan(&best, methods[0]);
  for (int m = 1; m < COMPARED && !status && plan->problem.groups > 1; m++) {
    gconv_plan other = *plan;
    status = planner->plan(&other, methods[m]);
    if (status == GCONV_UNSUPPORTED) { /* the method does not take this problem, or has no such direction */
      planner->release(&other);
      status = GCONV_OK;
      continue;
    }
    const bool cheaper = !status && planner->cost(&other) < (chosen ? 1 : WORTH_A_LAYOUT) * planner->cost(&best);
    planner->release(cheaper ? &best : &other);
    if (!cheaper) continue;
    best = other;
    chosen = m;
  }
  *plan = best;
  return status;
}
