/* training.c - the network, its start, its steps. The last convolution of each block begins four times smaller than
 * He's rule has it: there is no batch normalisation that would keep sums of branches in size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "training.h"

#include "core/error.h"
#include "now.h"
#include "pictures.h"
#include "residual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

gconv_status training_model(model **out) {
  static const residual_net tiny = {
      .stem = "conv1",
      .stem_kernel = 3,
      .stem_oc = 16,
      .stem_stride = 1,
      .stages = {{.stage = "conv2", .blocks = 1, .inner = 16, .groups = 4, .outer = 32, .stride = 1},
                 {.stage = "conv3", .blocks = 1, .inner = 32, .groups = 8, .outer = 64, .stride = 2}},
      .classes = PICTURE_CLASSES};
  *out = model_create("tiny_resnext");
  if (!*out) return gconv_error(GCONV_NO_MEMORY, "no memory for a model");
  residual_build(*out, &tiny, PICTURE_SIDE);
  return model_status(*out);
}

static gconv_status load(training *t, const training_rules *r) {
  const model *m = r->m;
  net_weights *w;
  gconv_status status = net_weights_create(m, WEIGHTS_REAL, r->seed, &w);
  if (status) return status;
  for (int i = 0; i < m->count; i++) {
    const bool last = m->nodes[i].op == MODEL_CONV && m->nodes[i].place && !strcmp(m->nodes[i].place, "c");
    for (int64_t k = 0; last && k < net_weight_count(m, i); k++) w->wei[i][k] *= 0.25f;
  }
  status = net_load(t->n, w);
  net_weights_free(w);
  return status;
}

static void read_plans(training *t) {
  t->deterministic = true;
  for (int i = 0; i < net_step_count(t->n); i++) {
    const gconv_plan *plan = net_step_at(t->n, i).plan;
    t->deterministic &= !plan || plan->deterministic;
  }
  net_describe(t->n, t->plan, sizeof t->plan);
}

gconv_status training_begin(training *t, const training_rules *r, uint64_t random, size_t *taken) {
  const net_request request = {.graph = r->m,
                               .batch = r->batch,
                               .threads = t->threads,
                               .isa_mask = r->isa_mask,
                               .kernel_for = net_one_kernel,
                               .context = (void *)t->kernel,
                               .memory_taken = *taken,
                               .train = true};
  t->random = random;
  t->loss = calloc((size_t)r->steps, sizeof *t->loss);
  t->seconds = calloc((size_t)r->steps, sizeof *t->seconds);
  if (!t->loss || !t->seconds) return gconv_error(GCONV_NO_MEMORY, "no memory for %d steps", r->steps);
  gconv_status status = net_create(&request, &t->n);
  if (!status && t->shaken) status = net_weights_zeros(r->m, &t->moved);
  if (!status) status = load(t, r);
  if (status) return status;
  *taken += net_needs(t->n).all;
  net_set_rate(t->n, r->rate);
  read_plans(t);
  return GCONV_OK;
}

static float neighbour(training *t, float value) {
  t->random = t->random * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX; its top bit is the best */
  return value * (t->random >> 63 ? 1 + 0x1p-19f : 1 - 0x1p-19f);
}

static gconv_status shake(training *t) {
  const model *m = net_graph(t->n);
  const net_weights *now = net_trained(t->n);
  for (int i = 0; i < m->count; i++) {
    if (!now->wei[i]) continue;
    for (int64_t k = 0; k < net_weight_count(m, i); k++) t->moved->wei[i][k] = neighbour(t, now->wei[i][k]);
    for (int k = 0; k < m->nodes[i].oc; k++) t->moved->bias[i][k] = neighbour(t, now->bias[i][k]);
  }
  return net_load(t->n, t->moved);
}

gconv_status training_step(training *t, int step, const float *images, const int *labels) {
  gconv_status status = t->shaken ? shake(t) : GCONV_OK;
  if (status) return status;
  net_set_input(t->n, images);
  net_set_labels(t->n, labels);
  const double start = seconds_now();
  status = net_run(t->n, NULL);
  t->seconds[step] = seconds_now() - start;
  t->loss[step] = net_loss(t->n);
  return status;
}

void training_end(training *t) {
  net_destroy(t->n);
  net_weights_free(t->moved);
  free(t->loss);
  free(t->seconds);
}
