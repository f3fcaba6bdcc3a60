/* net.c - the life of a net: made from a request, loaded with weights, run. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "common/sgemm.h"
#include "core/error.h"
#include "core/workspace.h"
#include "now.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t round_up(size_t bytes) { return (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN; }

/* Fully connected layers are a product of the BLAS. */
static gconv_status prepare_products(const net_request *request) {
  bool any = false;
  for (int i = 0; i < request->graph->count; i++) any |= request->graph->nodes[i].op == MODEL_FC;
  return any ? gconv_sgemm_prepare(request->threads) : GCONV_OK;
}

gconv_status net_create(const net_request *request, net **out) {
  *out = NULL;
  net *n = calloc(1, sizeof *n);
  if (!n) return gconv_error(GCONV_NO_MEMORY, "no memory for a net");
  n->request = *request;
  const size_t nodes = (size_t)request->graph->count;
  bool enough = true;
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    net_plans *p = &n->planned[d];
    p->plans = calloc(nodes, sizeof(gconv_plan *));
    p->owner = calloc(nodes, sizeof *p->owner);
    p->fallback = calloc(nodes, sizeof *p->fallback);
    enough &= p->plans && p->owner && p->fallback;
  }
  n->moved = calloc(nodes, sizeof *n->moved);
  n->made = calloc(nodes, sizeof *n->made);
  gconv_status status =
      enough && n->moved && n->made ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %zu nodes", nodes);
  if (!status) status = prepare_products(request);
  if (!status) status = net_check_least(n);
  if (!status && request->train) status = net_training_create(n);
  if (!status) status = net_choose_kernels(n);
  if (!status) status = net_lower(n);
  if (!status) status = net_place(n);
  if (!status) status = net_check_memory(n);
  if (!status) status = net_allocate(n);
  if (status)
    net_destroy(n);
  else
    *out = n;
  return status;
}

void net_destroy(net *n) {
  if (!n) return;
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    net_plans *p = &n->planned[d];
    for (int i = 0; i < n->request.graph->count && p->plans && p->owner; i++)
      if (p->owner[i]) gconv_plan_destroy(p->plans[i]);
    free(p->plans);
    free(p->owner);
    free(p->fallback);
  }
  for (int i = 0; i < n->step_count; i++) {
    free(n->steps[i].inputs);
    free(n->steps[i].in);
    free(n->steps[i].runs);
    if (!n->steps[i].borrowed) free(n->steps[i].packed.data);
    free(n->steps[i].bias);
  }
  free(n->moved);
  free(n->made);
  free(n->values);
  free(n->steps);
  free(n->arena);
  free(n->workspace.data);
  net_training_free(n);
  free(n);
}

static gconv_status load_bias(const net *n, net_step *s, const net_weights *w) {
  enum { WIDEST_BLOCK = 16 };
  const int channels = s->out.dims.c;
  free(s->bias);
  s->bias = calloc((size_t)channels + WIDEST_BLOCK, sizeof *s->bias);
  if (!s->bias) return gconv_error(GCONV_NO_MEMORY, "no memory for %d biases", channels);
  net_fill_bias(n, s, w);
  return GCONV_OK;
}

static gconv_status load_weights(net_step *s, gconv_buffer wei) {
  const size_t bytes = s->plan && s->plan->packed_bytes ? s->plan->packed_bytes : wei.bytes;
  free(s->packed.data);
  s->packed = (gconv_buffer){aligned_alloc(GCONV_ALIGN, round_up(bytes)), bytes};
  if (!s->packed.data) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of weights", bytes);
  if (s->plan && s->plan->packed_bytes) return gconv_pack_weights(s->plan, wei, s->packed);
  memcpy(s->packed.data, wei.data, bytes);
  return GCONV_OK;
}

gconv_status net_load(net *n, const net_weights *weights) {
  gconv_status status = n->training ? net_training_load(n, weights) : GCONV_OK;
  for (int i = 0; i < n->step_count && !status; i++) {
    net_step *s = &n->steps[i];
    const size_t bytes = (size_t)net_weight_count(n->request.graph, s->node) * sizeof(float);
    if ((s->kind == &step_conv || s->kind == &step_fc) && !n->training)
      status = load_weights(s, (gconv_buffer){weights->wei[s->node], bytes});
    if (!status) status = load_bias(n, s, weights);
  }
  return status;
}

void net_set_input(net *n, const float *image) {
  for (int v = 0; v < n->value_count; v++) {
    const net_value *value = &n->values[v];
    if (value->first >= 0 || (n->training && v == n->training->seed)) continue;
    gconv_layout_convert(value->dims, GCONV_NCHW, image, value->layout, (float *)(n->arena + value->offset),
                         n->request.threads);
  }
}

static bool (*beat)(void);

void net_set_pulse(bool (*pulse)(void)) { beat = pulse; }

gconv_status net_go_on(void) { return !beat || beat() ? GCONV_OK : gconv_error(GCONV_FAILED, "interrupted"); }

static gconv_status run_step(const net *n, const net_step *s) {
  gconv_status status = net_go_on();
  if (!status) status = s->kind->run(n, s);
  if (!status && s->finish) op_sum(&s->out, 1, s->bias, s->relu, &s->out, n->request.threads);
  return status;
}

gconv_status net_run(const net *n, double *seconds) {
  gconv_status status = GCONV_OK;
  double start = seconds ? seconds_now() : 0;
  for (int i = 0; i < n->step_count && !status; i++) {
    status = run_step(n, &n->steps[i]);
    if (!seconds) continue;
    const double end = seconds_now();
    seconds[i] = end - start;
    start = end;
  }
  return status;
}

void net_set_clock(net *n, gconv_clock *clock) { n->clock = clock; }

gconv_status net_watch(const net *n, const net_watcher *watcher) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < n->step_count && !status; i++) {
    status = watcher->before(watcher->context, n, i);
    if (!status) status = run_step(n, &n->steps[i]);
    if (!status) status = watcher->after(watcher->context, n, i);
  }
  return status;
}

tensor net_result(const net *n) {
  const net_value *v = &n->values[n->made[n->request.graph->count - 1]];
  return (tensor){(float *)(n->arena + n->values[v->storage].offset), v->layout, v->dims};
}

static bool is_fallback(const net *n, const net_step *s) {
  return s->plan && n->planned[s->plan->problem.direction].fallback[s->node];
}

int net_step_count(const net *n) { return n->step_count; }

net_step_info net_step_at(const net *n, int step) {
  const net_step *s = &n->steps[step];
  return (net_step_info){s->node, s->kind->name, s->plan, is_fallback(n, s), s->in, s->out, s->kind->backward};
}

bool net_is_conversion(const net_step_info *s) { return s->what == step_convert.name; }

const model *net_graph(const net *n) { return n->request.graph; }

int net_threads(const net *n) { return n->request.threads; }

bool net_bias_moved(const net *n, int node) { return n->moved[node]; }

net_summary net_summarize(const net *n) {
  net_summary sum = {.arena_bytes = n->arena_bytes, .workspace_bytes = n->workspace.bytes};
  for (int v = 0; v < n->value_count; v++) sum.all_activations += n->values[v].bytes;
  for (int i = 0; i < n->step_count; i++) {
    const net_step *s = &n->steps[i];
    sum.conversions += s->kind == &step_convert;
    sum.convolutions += s->kind == &step_conv;
    if (!s->borrowed) sum.packed_bytes += s->packed.bytes;
    if (s->plan) sum.executed_macs += s->plan->executed_macs, sum.fallbacks += is_fallback(n, s);
  }
  return sum;
}

/* Convolutions of a net that the kernel of step `first` computes in its direction; 0 if an earlier step has both. */
static int computed_by(const net *n, int first) {
  int count = 0;
  for (int i = 0; i < n->step_count; i++) {
    const gconv_plan *a = n->steps[i].plan, *b = n->steps[first].plan;
    const bool same = a && a->kernel == b->kernel && a->problem.direction == b->problem.direction;
    if (same && i < first) return 0;
    count += same;
  }
  return count;
}

int net_describe(const net *n, char *text, size_t size) {
  static const double mib = 1 << 20;
  const net_summary sum = net_summarize(n);
  char kernels[GCONV_TEXT_MAX / 2] = "";
  for (int i = 0; i < n->step_count; i++) {
    const gconv_plan *plan = n->steps[i].plan;
    const int count = plan ? computed_by(n, i) : 0;
    const size_t used = strlen(kernels);
    const char *direction = n->training && plan ? gconv_direction_name(plan->problem.direction) : "";
    if (count)
      snprintf(kernels + used, sizeof kernels - used, "%s%s%s%s %d", used ? ", " : "", direction, *direction ? " " : "",
               plan->kernel->name, count);
  }
  return snprintf(text, size, "%s%s; %d conversions; activations in %.1f of %.1f MiB, %.1f MiB in all", kernels,
                  sum.fallbacks ? " (fallbacks)" : "", sum.conversions, (double)sum.arena_bytes / mib,
                  (double)sum.all_activations / mib, (double)net_needs(n).all / mib);
}
