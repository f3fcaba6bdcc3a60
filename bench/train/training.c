/* course.c - the network, its start, its steps. The last convolution of each block begins four times smaller than He's
 * rule has it: there is no batch normalisation that would keep sums of branches in size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "training.h"

#include "core/error.h"
#include "now.h"
#include "pictures.h"
#include "residual.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

gconv_status course_model(model **out) {
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

static gconv_status load(course *c, const course_rules *r) {
  const model *m = r->m;
  net_weights *w;
  gconv_status status = net_weights_create(m, WEIGHTS_REAL, r->seed, &w);
  if (status) return status;
  for (int i = 0; i < m->count; i++) {
    const bool last = m->nodes[i].op == MODEL_CONV && m->nodes[i].place && !strcmp(m->nodes[i].place, "c");
    for (int64_t k = 0; last && k < net_weight_count(m, i); k++) w->wei[i][k] *= 0.25f;
  }
  status = net_load(c->n, w);
  net_weights_free(w);
  return status;
}

static void read_plans(course *c) {
  c->deterministic = true;
  for (int i = 0; i < net_step_count(c->n); i++) {
    const gconv_plan *plan = net_step_at(c->n, i).plan;
    c->deterministic &= !plan || plan->deterministic;
  }
  net_describe(c->n, c->plan, sizeof c->plan);
}

gconv_status course_begin(course *c, const course_rules *r, uint64_t random, size_t *taken) {
  const net_request request = {.graph = r->m,
                               .batch = r->batch,
                               .threads = c->threads,
                               .isa_mask = r->isa_mask,
                               .kernel_for = net_one_kernel,
                               .context = (void *)c->kernel,
                               .memory_taken = *taken,
                               .train = true};
  c->random = random;
  c->loss = calloc((size_t)r->steps, sizeof *c->loss);
  c->seconds = calloc((size_t)r->steps, sizeof *c->seconds);
  if (!c->loss || !c->seconds) return gconv_error(GCONV_NO_MEMORY, "no memory for %d steps", r->steps);
  gconv_status status = net_create(&request, &c->n);
  if (!status && c->shaken) status = net_weights_zeros(r->m, &c->moved);
  if (!status) status = load(c, r);
  if (status) return status;
  *taken += net_needs(c->n).all;
  net_set_rate(c->n, r->rate);
  read_plans(c);
  return GCONV_OK;
}

static float neighbour(course *c, float value) {
  c->random = c->random * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX; its top bit is the best */
  return value * (c->random >> 63 ? 1 + 0x1p-19f : 1 - 0x1p-19f);
}

static gconv_status shake(course *c) {
  const model *m = net_graph(c->n);
  const net_weights *now = net_trained(c->n);
  for (int i = 0; i < m->count; i++) {
    if (!now->wei[i]) continue;
    for (int64_t k = 0; k < net_weight_count(m, i); k++) c->moved->wei[i][k] = neighbour(c, now->wei[i][k]);
    for (int k = 0; k < m->nodes[i].oc; k++) c->moved->bias[i][k] = neighbour(c, now->bias[i][k]);
  }
  return net_load(c->n, c->moved);
}

gconv_status course_step(course *c, int step, const float *images, const int *labels) {
  gconv_status status = c->shaken ? shake(c) : GCONV_OK;
  if (status) return status;
  net_set_input(c->n, images);
  net_set_labels(c->n, labels);
  const double start = seconds_now();
  status = net_run(c->n, NULL);
  c->seconds[step] = seconds_now() - start;
  c->loss[step] = net_loss(c->n);
  return status;
}

void course_end(course *c) {
  net_destroy(c->n);
  net_weights_free(c->moved);
  free(c->loss);
  free(c->seconds);
}
