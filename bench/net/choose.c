/* choose.c - a plan for every convolution: one that was handed over, or by the kernel asked for or, where that does not
 * take the problem, by the first that does. Layers of one shape share a plan: some kernels take milliseconds to make
 * one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char oracle[] = "ref"; /* computes anything, and is no method */

const char *net_one_kernel(void *context, const gconv_problem *problem) {
  (void)problem;
  return gconv_kernel_find(context, 0) ? context : NULL;
}

static gconv_status fall_back(const gconv_problem *p, const gconv_env *env, gconv_plan **plan) {
  char why[GCONV_TEXT_MAX];
  snprintf(why, sizeof why, "%s", gconv_last_error());
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count; i++)
    if (!entries[i].missing && strcmp(entries[i].name, oracle) &&
        gconv_plan_create(entries[i].name, p, env, plan) == GCONV_OK)
      return GCONV_OK;
  return gconv_error(GCONV_UNSUPPORTED, "%s, and no other kernel takes it", why);
}

static gconv_plan *shared_plan(const net_plans *planned, int node, const gconv_problem *p) {
  char text[GCONV_TEXT_MAX], other[GCONV_TEXT_MAX];
  gconv_problem_print(p, text, sizeof text);
  for (int i = 0; i < node; i++) {
    if (!planned->owner[i]) continue;
    gconv_problem_print(&planned->plans[i]->problem, other, sizeof other);
    if (!strcmp(text, other)) return planned->plans[i];
  }
  return NULL;
}

static bool is_fallback(const gconv_plan *plan, const char *wanted) {
  const size_t length = strlen(plan->kernel->name);
  return strncmp(plan->kernel->name, wanted, length) || (wanted[length] && wanted[length] != '@');
}

static gconv_status choose(net *n, gconv_direction direction, int node) {
  net_plans *planned = &n->planned[direction];
  if (n->request.choices && direction == GCONV_FWD) {
    const net_choice *chosen = &n->request.choices[node];
    planned->plans[node] = (gconv_plan *)chosen->plan; /* not its owner: never changed */
    planned->fallback[node] = chosen->fallback;
    return GCONV_OK;
  }
  gconv_problem p;
  gconv_status status = model_problem(n->request.graph, node, n->request.batch, &p);
  if (status) return status;
  p.direction = direction;
  const char *kernel = n->request.kernel_for(n->request.context, &p);
  if (!kernel) return GCONV_UNSUPPORTED; /* whoever was asked has said why */
  if (!(planned->plans[node] = shared_plan(planned, node, &p))) {
    const gconv_env env = {.threads = n->request.threads, .isa_mask = n->request.isa_mask};
    status = gconv_plan_create(kernel, &p, &env, &planned->plans[node]);
    if (status == GCONV_UNSUPPORTED) status = fall_back(&p, &env, &planned->plans[node]);
    planned->owner[node] = !status;
  }
  if (!status) planned->fallback[node] = is_fallback(planned->plans[node], kernel);
  return status;
}

gconv_status net_choose_kernels(net *n) {
  const model *m = n->request.graph;
  gconv_status status = GCONV_OK;
  for (int d = GCONV_FWD; d < (n->request.train ? GCONV_DIRECTIONS : GCONV_BWD_D) && !status; d++)
    for (int i = 0; i < m->count && !status; i++) {
      if (m->nodes[i].op != MODEL_CONV) continue;
      const bool to_input = m->nodes[model_input_of(m, i, 0)].op == MODEL_INPUT; /* whose gradient nobody wants */
      if (d != GCONV_BWD_D || !to_input) status = choose(n, (gconv_direction)d, i);
    }
  return status;
}
