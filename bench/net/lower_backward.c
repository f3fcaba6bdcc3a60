/* lower_backward.c - the steps of training that follow the forward ones, from the last node to the first. A gradient
 * is a value like any other: placed by its lifetime, converted where a kernel wants another layout. Each edge of the
 * graph gets the gradient that its reader hands back; a node's gradient is the sum over its readers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/error.h"

#include <stdlib.h>

typedef struct {
  net *n;
  const model *m;
  int *of_edge; /* by m->inputs: value, or -1 */
  int *list;    /* of gradients to be summed */
} backward;

static gconv_status made(const net_step *s) { return s ? GCONV_OK : GCONV_NO_MEMORY; }

static int *edge(backward *b, int node, int i) { return &b->of_edge[b->m->nodes[node].first_input + i]; }

static gconv_layout layout_of(const net *n, int value) { return n->values[value].layout; }

static bool is_image(const backward *b, int node) { return b->m->nodes[node].op == MODEL_INPUT; }

/* A step that makes a gradient with regard to `node` from the values given, -1 for none: those are left out. */
static net_step *add(backward *b, const step_kind *kind, int node, gconv_layout layout, int first, int second) {
  if (first < 0) return NULL;
  net_step *s = net_add_step(b->n, kind, node, second < 0 ? 1 : 2, net_add_value(b->n, node, layout));
  if (!s) return NULL;
  s->inputs[0] = first;
  if (second >= 0) s->inputs[1] = second;
  return s;
}

/* ---- Each operation: `g` is the gradient with regard to its result, before ReLU ---- */

static gconv_status back_conv(backward *b, int node, int g) {
  net *n = b->n;
  const int from = model_input_of(b->m, node, 0);
  const gconv_plan *bwd_w = n->planned[GCONV_BWD_W].plans[node], *bwd_d = n->planned[GCONV_BWD_D].plans[node];
  const int src = net_value_in(n, n->made[from], bwd_w->src_layout), dst = net_value_in(n, g, bwd_w->dst_layout);
  if (src < 0 || dst < 0) return GCONV_NO_MEMORY;
  net_step *s = net_add_step(n, &step_bwd_w, node, 2, -1);
  if (!s) return GCONV_NO_MEMORY;
  s->inputs[0] = src, s->inputs[1] = dst;
  s->plan = bwd_w;
  if (!bwd_d) return GCONV_OK;
  s = add(b, &step_bwd_d, from, bwd_d->src_layout, net_value_in(n, g, bwd_d->dst_layout), -1);
  if (!s) return GCONV_NO_MEMORY;
  s->node = node;
  s->plan = bwd_d;
  *edge(b, node, 0) = s->output;
  return GCONV_OK;
}

static gconv_status back_fc(backward *b, int node, int g) {
  net *n = b->n;
  const int from = model_input_of(b->m, node, 0);
  const int src = net_value_in(n, n->made[from], GCONV_NCHW), dst = net_value_in(n, g, GCONV_NCHW);
  net_step *s = src < 0 || dst < 0 ? NULL : net_add_step(n, &step_fc_bwd_w, node, 2, -1);
  if (!s) return GCONV_NO_MEMORY;
  s->inputs[0] = src, s->inputs[1] = dst;
  if (is_image(b, from)) return GCONV_OK;
  if (!(s = add(b, &step_fc_bwd_d, from, GCONV_NCHW, dst, -1))) return GCONV_NO_MEMORY;
  s->node = node;
  *edge(b, node, 0) = s->output;
  return GCONV_OK;
}

/* A sum hands its gradient to all its inputs. */
static gconv_status back_sum(backward *b, int node, int g) {
  for (int i = 0; i < b->m->nodes[node].inputs; i++) *edge(b, node, i) = g;
  return GCONV_OK;
}

/* From the gradient and another value, the latter as it is. */
static gconv_status back_with(backward *b, int node, int g, int other, const step_kind *kind) {
  const gconv_layout layout = layout_of(b->n, other);
  net_step *s = add(b, kind, model_input_of(b->m, node, 0), layout, net_value_in(b->n, g, layout), other);
  if (!s) return GCONV_NO_MEMORY;
  *edge(b, node, 0) = s->output;
  return GCONV_OK;
}

static gconv_status back_sigmoid(backward *b, int node, int g) {
  return back_with(b, node, g, b->n->made[node], &step_sigmoid_back);
}

static gconv_status back_pool(backward *b, int node, int g) {
  const model_node *d = &b->m->nodes[node];
  const gconv_status status = back_with(b, node, g, b->n->made[model_input_of(b->m, node, 0)], &step_pool_back);
  if (status) return status;
  b->n->steps[b->n->step_count - 1].window =
      (pool_window){d->op == MODEL_MAX_POOL ? POOL_MAX : POOL_AVG, d->kernel, d->stride, d->pad};
  return GCONV_OK;
}

static gconv_status back_global(backward *b, int node, int g) {
  const int from = model_input_of(b->m, node, 0);
  net_step *s = add(b, &step_global_avg_pool_back, from, layout_of(b->n, b->n->made[from]),
                    net_value_in(b->n, g, GCONV_NCHW), -1);
  if (!s) return GCONV_NO_MEMORY;
  *edge(b, node, 0) = s->output;
  return GCONV_OK;
}

static gconv_status back_scale(backward *b, int node, int g) {
  net *n = b->n;
  const int in = model_input_of(b->m, node, 0), factor = model_input_of(b->m, node, 1);
  const gconv_layout layout = layout_of(n, n->made[in]);
  const int here = net_value_in(n, g, layout), plain = net_value_in(n, n->made[factor], GCONV_NCHW);
  if (here < 0 || plain < 0) return GCONV_NO_MEMORY;
  net_step *s = add(b, &step_scale_factor_back, factor, GCONV_NCHW, here, n->made[in]);
  if (!s) return GCONV_NO_MEMORY;
  *edge(b, node, 1) = s->output;
  if (!(s = add(b, &step_scale_back, in, layout, here, plain))) return GCONV_NO_MEMORY;
  *edge(b, node, 0) = s->output;
  return GCONV_OK;
}

/* The forward step's runs the other way round. */
static gconv_status back_channels(backward *b, int node, int g) {
  net *n = b->n;
  const net_step *forward = n->steps;
  while (forward->kind != &step_channels || forward->node != node) forward++;
  for (int i = 0; i < b->m->nodes[node].inputs; i++) {
    const int from = model_input_of(b->m, node, i);
    if (is_image(b, from)) continue;
    net_step *s = add(b, &step_channels_back, from, layout_of(n, n->made[from]), g, -1);
    if (!s) return GCONV_NO_MEMORY;
    if (!(s->runs = calloc((size_t)forward->run_count, sizeof *s->runs)))
      return gconv_error(GCONV_NO_MEMORY, "no memory for %d runs of channels", forward->run_count);
    for (int r = 0; r < forward->run_count; r++) {
      const channel_run run = forward->runs[r];
      if (run.input == i) s->runs[s->run_count++] = (channel_run){0, run.to, run.from, run.count};
    }
    *edge(b, node, i) = s->output;
  }
  return GCONV_OK;
}

static gconv_status (*const operations[MODEL_OPS])(backward *b, int node, int g) = {
    [MODEL_CONV] = back_conv,        [MODEL_FC] = back_fc,
    [MODEL_RELU] = back_sum,         [MODEL_SIGMOID] = back_sigmoid,
    [MODEL_ADD] = back_sum,          [MODEL_SCALE] = back_scale,
    [MODEL_CONCAT] = back_channels,  [MODEL_MAX_POOL] = back_pool,
    [MODEL_AVG_POOL] = back_pool,    [MODEL_GLOBAL_AVG_POOL] = back_global,
    [MODEL_SHUFFLE] = back_channels, [MODEL_SLICE] = back_channels,
};

/* ---- The whole ---- */

/* The sum of what the readers of a node handed back; -1 with a sentence. */
static int gather(backward *b, int node, int given) {
  net *n = b->n;
  const gconv_layout layout = layout_of(n, n->made[node]);
  int count = 0;
  if (given >= 0) b->list[count++] = given;
  for (int j = node + 1; j < b->m->count; j++)
    for (int i = 0; i < b->m->nodes[j].inputs; i++)
      if (model_input_of(b->m, j, i) == node && *edge(b, j, i) >= 0) b->list[count++] = *edge(b, j, i);
  if (count == 1) return b->list[0];
  if (!count) return gconv_error(GCONV_INVALID, "node %d of %s does not reach the result", node, b->m->name), -1;
  for (int i = 0; i < count; i++)
    if ((b->list[i] = net_value_in(n, b->list[i], layout)) < 0) return -1;
  net_step *s = net_add_step(n, &step_add_gradients, node, count, net_add_value(n, node, layout));
  if (!s) return -1;
  for (int i = 0; i < count; i++) s->inputs[i] = b->list[i];
  return s->output;
}

static gconv_status back_node(backward *b, int node, int given) {
  net *n = b->n;
  const model_node *d = &b->m->nodes[node];
  int g = gather(b, node, given);
  if (g < 0) return GCONV_NO_MEMORY;
  if (d->relu || d->op == MODEL_RELU) {
    const gconv_layout layout = layout_of(n, n->made[node]);
    const net_step *s = add(b, &step_relu_back, node, layout, net_value_in(n, g, layout), n->made[node]);
    if (!s) return GCONV_NO_MEMORY;
    g = s->output;
  }
  return operations[d->op](b, node, g);
}

/* Where the gradient comes from: labels, or a value that is given. */
static int begin(backward *b) {
  net *n = b->n;
  const int last = b->m->count - 1;
  if (n->training->labels) {
    const net_step *s = add(b, &step_loss, last, GCONV_NCHW, net_value_in(n, n->made[last], GCONV_NCHW), -1);
    return s ? s->output : -1;
  }
  return n->training->seed = net_add_value(n, last, layout_of(n, n->made[last]));
}

gconv_status net_lower_backward(net *n) {
  const model *m = n->request.graph;
  backward b = {.n = n, .m = m};
  const size_t edges = (size_t)m->input_count + 1;
  b.of_edge = malloc(edges * sizeof *b.of_edge);
  b.list = malloc(edges * sizeof *b.list);
  gconv_status status =
      b.of_edge && b.list ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %zu gradients", edges);
  for (size_t i = 0; i < edges && !status; i++) b.of_edge[i] = -1;
  const int given = status ? -1 : begin(&b);
  if (!status && given < 0) status = GCONV_NO_MEMORY;
  for (int i = m->count - 1; i >= 0 && !status; i--)
    if (!is_image(&b, i)) status = back_node(&b, i, i == m->count - 1 ? given : -1);
  if (!status) status = made(net_add_step(n, &step_update, 0, 0, -1));
  if (!status) status = made(net_add_step(n, &step_pack, 0, 0, -1));
  free(b.of_edge);
  free(b.list);
  return status;
}
