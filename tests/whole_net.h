/* whole_net.h - a network that has every operation, and a net of it behind one training step. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_WHOLE_NET_H
#define GCONV_TESTS_WHOLE_NET_H

#include "common.h"
#include "data.h"
#include "train.h"

enum { BATCH = 3, SEED = 11, CLASSES = 5, SIDE = 9, PLANES = 6 };

static const int labels[BATCH] = {4, 0, 2};

/* Each operation, some results with several readers, one of them twice by one reader. */
static inline model *whole_model(void) {
  model *m = model_create("all operations");
  const int image = model_input(m, PLANES, SIDE, SIDE);
  int x = model_add_conv(m, image, (model_node){.place = "a", .oc = 16, .kernel = 3, .groups = 2, .relu = true});
  x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  const int left = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 7});
  const int right = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 9, .first = 7});
  int y = model_add2(m, right, left, (model_node){.op = MODEL_CONCAT});
  y = model_add1(m, y, (model_node){.op = MODEL_SHUFFLE, .groups = 4});
  y = model_add_conv(m, y, (model_node){.place = "b", .oc = 32, .kernel = 3, .groups = 4});
  const int mean = model_add1(m, y, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  int f = model_add1(m, mean, (model_node){.op = MODEL_CONV, .oc = 3, .kernel = 1, .bias = true, .relu = true});
  f = model_add1(m, f, (model_node){.op = MODEL_CONV, .oc = 32, .kernel = 1, .bias = true});
  y = model_add2(m, y, model_add1(m, f, (model_node){.op = MODEL_SIGMOID}), (model_node){.op = MODEL_SCALE});
  y = model_add2(m, y, model_add_conv(m, x, (model_node){.place = "proj", .oc = 32, .kernel = 1}),
                 (model_node){.op = MODEL_ADD, .relu = true});
  const int deep = model_add_conv(m, y, (model_node){.place = "c", .oc = 32, .kernel = 3, .groups = 32});
  y = model_add2(m, model_add1(m, deep, (model_node){.op = MODEL_RELU}), deep, (model_node){.op = MODEL_ADD});
  y = model_add2(m, y, y, (model_node){.op = MODEL_ADD});
  y = model_add1(m, y, (model_node){.op = MODEL_AVG_POOL, .kernel = 2, .stride = 1});
  y = model_add_conv(m, y, (model_node){.place = "d", .oc = 24, .kernel = 3, .stride = 2, .groups = 4, .relu = true});
  y = model_add1(m, y, (model_node){.op = MODEL_CONV, .oc = 16, .kernel = 3, .groups = 8, .pad = 2, .dilation = 1});
  model_add1(m, y, (model_node){.op = MODEL_FC, .oc = CLASSES, .bias = true});
  assert_ok(model_status(m), "model");
  return m;
}

static inline float *make_image(void) {
  float *image = malloc(sizeof(float) * BATCH * PLANES * SIDE * SIDE);
  assert_non_null(image);
  data_fill_real(image, BATCH * PLANES * SIDE * SIDE, SEED);
  return image;
}

static inline net *trained_net(const model *m, const char *kernel, int threads, const net_weights *w,
                               const float *image, float rate) {
  const net_request request = {.graph = m,
                               .batch = BATCH,
                               .threads = threads,
                               .isa_mask = gconv_isa_detect(),
                               .kernel_for = net_one_kernel,
                               .context = (void *)kernel,
                               .train = true};
  net *n;
  assert_ok(net_create(&request, &n), kernel);
  assert_ok(net_load(n, w), kernel);
  assert_true(net_has_labels(n));
  net_set_labels(n, labels);
  net_set_input(n, image);
  net_set_rate(n, rate);
  assert_ok(net_run(n, NULL), kernel);
  return n;
}

/* All its plans say so. */
static inline bool deterministic(const net *n) {
  for (int i = 0; i < net_step_count(n); i++) {
    const net_step_info s = net_step_at(n, i);
    if (s.plan && !s.plan->deterministic) return false;
  }
  return true;
}

#endif
