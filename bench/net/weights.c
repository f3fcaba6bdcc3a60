/* weights.c - test weights, from the harness's generator: the same on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "weights.h"

#include "core/error.h"
#include "data.h"

#include <math.h>
#include <stdlib.h>

enum { BIAS_ALIGN = 16 }; /* the widest channel block */

static bool weighted(const model_node *node) { return node->op == MODEL_CONV || node->op == MODEL_FC; }

bool net_has_bias(const model_node *node) { return weighted(node) && (node->norm || node->bias); }

/* Weights of one output channel. */
static int64_t window_size(const model *m, int node) {
  const model_node *n = &m->nodes[node];
  const model_shape in = m->nodes[model_input_of(m, node, 0)].shape;
  return n->op == MODEL_FC ? (int64_t)in.c * in.h * in.w : (int64_t)in.c / n->groups * n->kernel * n->kernel;
}

int64_t net_weight_count(const model *m, int node) {
  return weighted(&m->nodes[node]) ? m->nodes[node].oc * window_size(m, node) : 0;
}

/* Values below 1 in magnitude times this give products that keep the variance where half of the inputs are zero. */
static void fill_real(float *values, int64_t count, uint64_t seed, double amplitude) {
  data_fill_real(values, count, seed);
  for (int64_t i = 0; i < count; i++) values[i] *= (float)amplitude;
}

static void fill_unit(float *values, int64_t count, uint64_t seed) {
  static const int64_t no_room = ((int64_t)1 << 24) - 1; /* for any product but 1 * 1 */
  data_fill_exact(values, count, seed, no_room);
}

static gconv_status add_node(net_weights *w, const model *m, int node) {
  const int64_t count = net_weight_count(m, node);
  const int padded = (m->nodes[node].oc + BIAS_ALIGN - 1) / BIAS_ALIGN * BIAS_ALIGN;
  w->wei[node] = calloc((size_t)count, sizeof(float));
  w->bias[node] = calloc((size_t)padded, sizeof(float));
  if (w->wei[node] && w->bias[node]) return GCONV_OK;
  return gconv_error(GCONV_NO_MEMORY, "no memory for %lld weights", (long long)count);
}

static void fill_node(net_weights *w, const model *m, int node, weights_mode mode, uint64_t seed) {
  const int64_t count = net_weight_count(m, node);
  const int oc = m->nodes[node].oc;
  const uint64_t wei_seed = data_seed(seed, 2 * node), bias_seed = data_seed(seed, 2 * node + 1);
  static const double mean_square = 0.1296; /* of data_fill_real: 7/36 * (4^-6 + ... + 4^-1) * 2 */
  const double amplitude = sqrt(2 / mean_square / (double)window_size(m, node));
  static const double bias_amplitude = 0.25;
  if (mode == WEIGHTS_REAL)
    fill_real(w->wei[node], count, wei_seed, amplitude);
  else
    fill_unit(w->wei[node], count, wei_seed);
  if (!net_has_bias(&m->nodes[node])) return;
  if (mode == WEIGHTS_REAL)
    fill_real(w->bias[node], oc, bias_seed, bias_amplitude);
  else
    fill_unit(w->bias[node], oc, bias_seed);
}

gconv_status net_weights_zeros(const model *m, net_weights **out) {
  *out = NULL;
  net_weights *w = calloc(1, sizeof *w);
  if (!w) return gconv_error(GCONV_NO_MEMORY, "no memory for weights");
  w->count = m->count;
  w->wei = calloc((size_t)m->count, sizeof *w->wei);
  w->bias = calloc((size_t)m->count, sizeof *w->bias);
  gconv_status status =
      w->wei && w->bias ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for weights of %d nodes", m->count);
  for (int i = 0; i < m->count && !status; i++)
    if (weighted(&m->nodes[i])) status = add_node(w, m, i);
  if (status)
    net_weights_free(w);
  else
    *out = w;
  return status;
}

gconv_status net_weights_create(const model *m, weights_mode mode, uint64_t seed, net_weights **out) {
  const gconv_status status = net_weights_zeros(m, out);
  for (int i = 0; i < m->count && !status; i++)
    if (weighted(&m->nodes[i])) fill_node(*out, m, i, mode, seed);
  return status;
}

void net_weights_free(net_weights *w) {
  if (!w) return;
  for (int i = 0; i < w->count && w->wei && w->bias; i++) {
    free(w->wei[i]);
    free(w->bias[i]);
  }
  free(w->wei);
  free(w->bias);
  free(w);
}
