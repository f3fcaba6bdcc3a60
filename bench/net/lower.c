/* lower.c - from nodes to steps: a row an operation. Conversions appear where a step wants a value in a layout in which
 * nobody has made it yet; a conversion once made serves all later steps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/error.h"

#include <stdlib.h>

typedef gconv_status (*lowering)(net *n, int node);

static const model_node *node_at(const net *n, int node) { return &n->request.graph->nodes[node]; }

static int input_of(const net *n, int node, int i) { return model_input_of(n->request.graph, node, i); }

static gconv_layout layout_made(const net *n, int node) { return n->values[n->made[node]].layout; }

static int value_in(net *n, int node, gconv_layout layout) { return net_value_in(n, n->made[node], layout); }

/* A step that makes `node` in layout `out` from all its inputs in layout `in`. */
static net_step *make(net *n, const step_kind *kind, int node, gconv_layout in, gconv_layout out) {
  const model_node *d = node_at(n, node);
  for (int i = 0; i < d->inputs; i++)
    if (value_in(n, input_of(n, node, i), in) < 0) return NULL;
  n->made[node] = net_add_value(n, node, out);
  net_step *s = net_add_step(n, kind, node, d->inputs, n->made[node]);
  if (!s) return NULL;
  for (int i = 0; i < d->inputs; i++) s->inputs[i] = value_in(n, input_of(n, node, i), in);
  s->relu = s->finish = d->relu;
  return s;
}

static gconv_status made(const net_step *s) { return s ? GCONV_OK : GCONV_NO_MEMORY; }

static gconv_status lower_input(net *n, int node) {
  gconv_layout layout = GCONV_NCHW;
  for (int i = n->request.graph->count - 1; i > node && n->request.native_input; i--) /* the first reader's stays */
    if (n->planned[GCONV_FWD].plans[i] && input_of(n, i, 0) == node)
      layout = n->planned[GCONV_FWD].plans[i]->src_layout;
  n->made[node] = net_add_value(n, node, layout);
  return GCONV_OK;
}

static gconv_status lower_conv(net *n, int node) {
  const gconv_plan *plan = n->planned[GCONV_FWD].plans[node];
  net_step *s = make(n, &step_conv, node, plan->src_layout, plan->dst_layout);
  if (!s) return GCONV_NO_MEMORY;
  s->plan = plan;
  s->finish = s->relu || (net_has_bias(node_at(n, node)) && !n->moved[node]);
  return GCONV_OK;
}

static gconv_status lower_fc(net *n, int node) {
  net_step *s = make(n, &step_fc, node, GCONV_NCHW, GCONV_NCHW);
  if (s) s->finish = false;
  return made(s);
}

static gconv_status lower_sum(net *n, int node) {
  const gconv_layout layout = layout_made(n, input_of(n, node, 0));
  net_step *s = make(n, &step_sum, node, layout, layout);
  if (!s) return GCONV_NO_MEMORY;
  s->finish = false;
  s->relu |= node_at(n, node)->op == MODEL_RELU;
  return GCONV_OK;
}

static gconv_status lower_pool(net *n, int node) {
  const model_node *d = node_at(n, node);
  const gconv_layout layout = layout_made(n, input_of(n, node, 0));
  net_step *s = make(n, &step_pool, node, layout, layout);
  if (!s) return GCONV_NO_MEMORY;
  s->window = (pool_window){d->op == MODEL_MAX_POOL ? POOL_MAX : POOL_AVG, d->kernel, d->stride, d->pad};
  return GCONV_OK;
}

static gconv_status lower_global(net *n, int node) {
  return made(make(n, &step_global_avg_pool, node, layout_made(n, input_of(n, node, 0)), GCONV_NCHW));
}

static gconv_status lower_sigmoid(net *n, int node) {
  const gconv_layout layout = layout_made(n, input_of(n, node, 0));
  return made(make(n, &step_sigmoid, node, layout, layout));
}

/* The factors are wanted plain, the other input as it is. */
static gconv_status lower_scale(net *n, int node) {
  const int input = input_of(n, node, 0), factor = value_in(n, input_of(n, node, 1), GCONV_NCHW);
  if (factor < 0) return GCONV_NO_MEMORY;
  n->made[node] = net_add_value(n, node, layout_made(n, input));
  net_step *s = net_add_step(n, &step_scale, node, 2, n->made[node]);
  if (!s) return GCONV_NO_MEMORY;
  s->inputs[0] = n->made[input];
  s->inputs[1] = factor;
  s->relu = s->finish = node_at(n, node)->relu;
  return GCONV_OK;
}

static gconv_status add_runs(net_step *s, int count) {
  s->runs = calloc((size_t)count, sizeof *s->runs);
  return s->runs ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %d runs of channels", count);
}

static gconv_status lower_channels(net *n, int node) {
  const model_node *d = node_at(n, node);
  const gconv_layout layout = layout_made(n, input_of(n, node, 0));
  net_step *s = make(n, &step_channels, node, layout, layout);
  if (!s) return GCONV_NO_MEMORY;
  const int channels = d->shape.c;
  if (add_runs(s, d->op == MODEL_SHUFFLE ? channels : d->inputs)) return GCONV_NO_MEMORY;
  if (d->op == MODEL_SLICE) {
    s->runs[s->run_count++] = (channel_run){0, d->first, 0, channels};
  } else if (d->op == MODEL_SHUFFLE) {
    const int width = channels / d->groups;
    for (; s->run_count < channels; s->run_count++)
      s->runs[s->run_count] =
          (channel_run){0, s->run_count, s->run_count % width * d->groups + s->run_count / width, 1};
  } else {
    for (int to = 0; s->run_count < d->inputs; s->run_count++) {
      const int width = node_at(n, input_of(n, node, s->run_count))->shape.c;
      s->runs[s->run_count] = (channel_run){s->run_count, 0, to, width};
      to += width;
    }
  }
  return GCONV_OK;
}

static const lowering lowerings[MODEL_OPS] = {
    [MODEL_INPUT] = lower_input,
    [MODEL_CONV] = lower_conv,
    [MODEL_FC] = lower_fc,
    [MODEL_RELU] = lower_sum,
    [MODEL_SIGMOID] = lower_sigmoid,
    [MODEL_ADD] = lower_sum,
    [MODEL_SCALE] = lower_scale,
    [MODEL_CONCAT] = lower_channels,
    [MODEL_MAX_POOL] = lower_pool,
    [MODEL_AVG_POOL] = lower_pool,
    [MODEL_GLOBAL_AVG_POOL] = lower_global,
    [MODEL_SHUFFLE] = lower_channels,
    [MODEL_SLICE] = lower_channels,
};

/* A convolution without ReLU that feeds one sum and nothing else leaves its bias to the sum. */
static void move_biases(net *n) {
  const model *m = n->request.graph;
  for (int i = 0; i < m->count; i++) {
    if (m->nodes[i].op != MODEL_CONV || m->nodes[i].relu || !net_has_bias(&m->nodes[i])) continue;
    int readers = 0, sums = 0;
    for (int j = i + 1; j < m->count; j++)
      for (int k = 0; k < m->nodes[j].inputs; k++)
        if (input_of(n, j, k) == i) readers++, sums += m->nodes[j].op == MODEL_ADD;
    n->moved[i] = readers == 1 && sums == 1;
  }
}

gconv_status net_lower(net *n) {
  const model *m = n->request.graph;
  size_t most = (size_t)m->count + (size_t)m->input_count; /* each node, and each input converted */
  if (n->request.train) most = 8 * most + 2;               /* ... and what lower_backward.c adds for either */
  n->values = calloc(most, sizeof *n->values);
  n->steps = calloc(most, sizeof *n->steps);
  if (!n->values || !n->steps) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu steps", most);
  move_biases(n);
  gconv_status status = GCONV_OK;
  for (int i = 0; i < m->count && !status; i++) status = lowerings[m->nodes[i].op](n, i);
  return status || !n->request.train ? status : net_lower_backward(n);
}
