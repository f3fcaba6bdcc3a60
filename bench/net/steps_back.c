/* steps_back.c - how each kind of step that only training has runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_back.h"
#include "plan.h"

#include "gconv_kernel.h"

static gconv_status run_loss(const net *n, const net_step *s) {
  n->training->loss = op_softmax_loss(&s->in[0], n->training->labels, &s->out);
  return GCONV_OK;
}

static gconv_status run_relu_back(const net *n, const net_step *s) {
  op_relu_back(&s->in[0], &s->in[1], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_add_gradients(const net *n, const net_step *s) {
  op_sum(s->in, s->input_count, s->bias, false, &s->out, n->request.threads); /* the bias is zero */
  return GCONV_OK;
}

static gconv_buffer buffer_of(const tensor *t) {
  return (gconv_buffer){t->data, (size_t)tensor_elems(t) * sizeof(float)};
}

static gconv_status run_bwd_d(const net *n, const net_step *s) {
  const bool packed = s->plan->packed_bytes > 0;
  const gconv_args args = {.src = buffer_of(&s->out),
                           .dst = buffer_of(&s->in[0]),
                           .wei = packed ? (gconv_buffer){0} : s->packed,
                           .packed = packed ? s->packed : (gconv_buffer){0},
                           .workspace = n->workspace,
                           .clock = n->clock};
  return gconv_execute(s->plan, &args);
}

/* To plain weights, which the update wants; the gradient of the bias is part of it. */
static gconv_status run_bwd_w(const net *n, const net_step *s) {
  const bool packed = s->plan->packed_bytes > 0;
  const net_weights *gradients = n->training->gradients;
  const gconv_buffer wei = {gradients->wei[s->node], s->plan->tensor_bytes[GCONV_WEI]};
  const gconv_args args = {.src = buffer_of(&s->in[0]),
                           .dst = buffer_of(&s->in[1]),
                           .wei = packed ? (gconv_buffer){0} : wei,
                           .packed = packed ? s->packed : (gconv_buffer){0},
                           .workspace = n->workspace,
                           .clock = n->clock};
  gconv_status status = gconv_execute(s->plan, &args);
  if (!status && packed) status = gconv_unpack_weights(s->plan, s->packed, wei);
  if (!status && net_has_bias(&n->request.graph->nodes[s->node]))
    op_bias_back(&s->in[1], gradients->bias[s->node], n->request.threads);
  return status;
}

static gconv_status run_fc_bwd_d(const net *n, const net_step *s) {
  op_fc_back(&s->in[0], n->training->weights->wei[s->node], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_fc_bwd_w(const net *n, const net_step *s) {
  const net_weights *gradients = n->training->gradients;
  op_fc_weights_back(&s->in[1], &s->in[0], gradients->wei[s->node], n->request.threads);
  if (net_has_bias(&n->request.graph->nodes[s->node]))
    op_bias_back(&s->in[1], gradients->bias[s->node], n->request.threads);
  return GCONV_OK;
}

static gconv_status run_scale_back(const net *n, const net_step *s) {
  op_scale(&s->in[0], &s->in[1], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_scale_factor_back(const net *n, const net_step *s) {
  op_scale_factor_back(&s->in[0], &s->in[1], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_sigmoid_back(const net *n, const net_step *s) {
  op_sigmoid_back(&s->in[0], &s->in[1], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_pool_back(const net *n, const net_step *s) {
  op_pool_back(&s->in[0], &s->in[1], s->window, &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_global_avg_pool_back(const net *n, const net_step *s) {
  op_global_avg_pool_back(&s->in[0], &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_channels_back(const net *n, const net_step *s) {
  op_channels_back(&s->in[0], s->runs, s->run_count, &s->out, n->request.threads);
  return GCONV_OK;
}

static gconv_status run_update(const net *n, const net_step *s) {
  (void)s;
  const model *m = n->request.graph;
  const net_training *t = n->training;
  for (int i = 0; i < m->count; i++) {
    if (!t->weights->wei[i]) continue;
    op_update(t->weights->wei[i], t->gradients->wei[i], t->rate, net_weight_count(m, i), n->request.threads);
    op_update(t->weights->bias[i], t->gradients->bias[i], t->rate, m->nodes[i].oc, 1);
  }
  return GCONV_OK;
}

/* Layers are packed side by side: the packing of one is not the kernels' to share among threads. */
static gconv_status run_pack(const net *n, const net_step *s) {
  (void)s;
  const net_weights *weights = n->training->weights;
  gconv_status status = GCONV_OK;
#pragma omp parallel for schedule(dynamic) num_threads(n->request.threads)
  for (int i = 0; i < n->step_count; i++) {
    net_step *other = &n->steps[i];
    if (!other->kind->backward) net_fill_bias(n, other, weights);
    if (!other->plan || !other->plan->packed_bytes || other->kind == &step_bwd_w) continue;
    const gconv_buffer wei = {weights->wei[other->node], other->plan->tensor_bytes[GCONV_WEI]};
    const gconv_status failed = gconv_pack_weights(other->plan, wei, other->packed);
#pragma omp critical(net_pack)
    if (failed) status = failed;
  }
  return status;
}

const step_kind step_loss = {"softmax_loss", run_loss, false, true},
                step_relu_back = {"relu_back", run_relu_back, true, true},
                step_add_gradients = {"add_gradients", run_add_gradients, true, true},
                step_bwd_d = {"bwd_d", run_bwd_d, false, true}, step_bwd_w = {"bwd_w", run_bwd_w, false, true},
                step_fc_bwd_d = {"fc_bwd_d", run_fc_bwd_d, false, true},
                step_fc_bwd_w = {"fc_bwd_w", run_fc_bwd_w, false, true},
                step_scale_back = {"scale_back", run_scale_back, true, true},
                step_scale_factor_back = {"scale_factor_back", run_scale_factor_back, false, true},
                step_sigmoid_back = {"sigmoid_back", run_sigmoid_back, true, true},
                step_pool_back = {"pool_back", run_pool_back, false, true},
                step_global_avg_pool_back = {"global_avg_pool_back", run_global_avg_pool_back, false, true},
                step_channels_back = {"channels_back", run_channels_back, false, true},
                step_update = {"update", run_update, false, true}, step_pack = {"pack", run_pack, false, true};
