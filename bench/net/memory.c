/* memory.c - what a net will hold, in bytes, before any of it is allocated: a training step keeps the results of all
 * layers, and a machine that is asked for more than it has does not say so, it stops the program. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "available.h"
#include "plan.h"

#include "core/error.h"
#include "core/workspace.h"

static size_t result_bytes(const net *n, int node) {
  const model_shape s = n->request.graph->nodes[node].shape;
  return sizeof(float) * (size_t)n->request.batch * (size_t)s.c * (size_t)s.h * (size_t)s.w;
}

static size_t plain_bytes(const net *n, int node) {
  return sizeof(float) * (size_t)net_weight_count(n->request.graph, node);
}

static net_memory add_up(net_memory m) {
  m.all = m.activations + m.weights + m.workspace;
  return m;
}

/* No kernel and no placement needs less: the largest result, in training all inputs of convolutions. */
static net_memory least(const net *n) {
  const model *m = n->request.graph;
  net_memory sum = {0};
  for (int i = 0; i < m->count; i++) {
    const size_t bytes = result_bytes(n, i);
    sum.weights += plain_bytes(n, i) * (n->request.train ? 2 : 1);
    if (n->request.train)
      sum.activations += model_feeds_convolution(m, i) ? bytes : 0;
    else if (bytes > sum.activations)
      sum.activations = bytes;
  }
  return add_up(sum);
}

net_memory net_needs(const net *n) {
  const model *m = n->request.graph;
  net_memory sum = {.activations = n->arena_bytes, .workspace = n->workspace.bytes};
  for (int i = 0; i < n->step_count; i++) {
    const net_step *s = &n->steps[i];
    if (s->plan && s->plan->packed_bytes)
      sum.weights += s->plan->packed_bytes;
    else if (!n->request.train && (s->kind == &step_conv || s->kind == &step_fc))
      sum.weights += plain_bytes(n, s->node);
  }
  for (int i = 0; i < m->count && n->request.train; i++) sum.weights += 2 * plain_bytes(n, i);
  return add_up(sum);
}

static gconv_status check(const net *n, net_memory need, const char *at_least) {
  const size_t taken = n->request.memory_taken;
  const uint64_t available = available_bytes();
  if (need.all <= available && taken <= available - need.all) return GCONV_OK;
  return gconv_error(
      GCONV_NO_MEMORY,
      "%s%s, %d images a step: needs %s%zu bytes (activations %zu, weights %zu, workspace %zu) beside %zu "
      "that are taken; %llu were available",
      n->request.graph->name, n->request.train ? ", training" : "", n->request.batch, at_least, need.all,
      need.activations, need.weights, need.workspace, taken, (unsigned long long)available);
}

gconv_status net_check_least(const net *n) { return check(n, least(n), "at least "); }

gconv_status net_check_memory(const net *n) { return check(n, net_needs(n), ""); }
