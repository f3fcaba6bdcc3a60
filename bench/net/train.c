/* train.c - what a net that trains keeps besides its steps: plain weights and their gradients, labels and loss. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "train.h"

#include "core/error.h"
#include "core/workspace.h"
#include "plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool classifies(const model *m) {
  const model_node *last = &m->nodes[m->count - 1];
  return last->op == MODEL_FC || last->op == MODEL_GLOBAL_AVG_POOL;
}

gconv_status net_training_create(net *n) {
  const model *m = n->request.graph;
  net_training *t = n->training = calloc(1, sizeof *t);
  if (!t) return gconv_error(GCONV_NO_MEMORY, "no memory for a training");
  t->seed = -1;
  t->loss = NAN;
  if (classifies(m) && !(t->labels = calloc((size_t)n->request.batch, sizeof *t->labels)))
    return gconv_error(GCONV_NO_MEMORY, "no memory for %d labels", n->request.batch);
  const gconv_status status = net_weights_zeros(m, &t->weights);
  return status ? status : net_weights_zeros(m, &t->gradients);
}

void net_training_free(net *n) {
  if (!n->training) return;
  net_weights_free(n->training->weights);
  net_weights_free(n->training->gradients);
  free(n->training->labels);
  free(n->training);
}

/* A step's own memory for weights: packed ones, a packed gradient, or the plain weights themselves. */
static gconv_status give_weights(const net *n, net_step *s) {
  float *plain = n->training->weights->wei[s->node];
  const size_t bytes = s->plan ? s->plan->packed_bytes : 0;
  if (!bytes) {
    s->borrowed = true;
    s->packed = (gconv_buffer){plain, (size_t)net_weight_count(n->request.graph, s->node) * sizeof *plain};
    return GCONV_OK;
  }
  free(s->packed.data);
  s->packed = (gconv_buffer){aligned_alloc(GCONV_ALIGN, (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN), bytes};
  if (!s->packed.data) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of weights", bytes);
  if (s->plan->problem.direction == GCONV_BWD_W) return GCONV_OK;
  return gconv_pack_weights(s->plan, (gconv_buffer){plain, s->plan->tensor_bytes[GCONV_WEI]}, s->packed);
}

gconv_status net_training_load(net *n, const net_weights *weights) {
  const model *m = n->request.graph;
  const net_weights *own = n->training->weights;
  for (int i = 0; i < m->count; i++) {
    if (!own->wei[i]) continue;
    memcpy(own->wei[i], weights->wei[i], (size_t)net_weight_count(m, i) * sizeof(float));
    memcpy(own->bias[i], weights->bias[i], (size_t)m->nodes[i].oc * sizeof(float));
  }
  gconv_status status = GCONV_OK;
  for (int i = 0; i < n->step_count && !status; i++)
    if (n->steps[i].plan || n->steps[i].kind == &step_fc) status = give_weights(n, &n->steps[i]);
  return status;
}

void net_set_rate(net *n, float rate) { n->training->rate = rate; }

bool net_has_labels(const net *n) { return n->training->labels != NULL; }

void net_set_labels(net *n, const int *labels) {
  memcpy(n->training->labels, labels, (size_t)n->request.batch * sizeof *labels);
}

void net_set_loss_gradient(net *n, const float *gradient) {
  const net_value *v = &n->values[n->training->seed];
  gconv_layout_convert(v->dims, GCONV_NCHW, gradient, v->layout, (float *)(n->arena + v->offset), n->request.threads);
}

double net_loss(const net *n) { return n->training->loss; }

const net_weights *net_gradients(const net *n) { return n->training->gradients; }

const net_weights *net_trained(const net *n) { return n->training->weights; }
