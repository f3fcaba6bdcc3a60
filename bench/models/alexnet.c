/* alexnet.c - AlexNet, where grouped convolution began: half of its layers were two towers on two processors. Here as
 * two groups, with the towers written out, and as one tower. Local response normalisation is left out (model.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

typedef enum { ONE_TOWER, TWO_GROUPS, TWO_TOWERS } form;

typedef struct {
  const char *stage;
  int oc, kernel, stride, pad;
  bool towers; /* in the original: half of the channels sees half of the input */
  bool pool;   /* followed by 3x3 max pooling with stride 2 */
} row;

static const row rows[] = {{"conv1", 96, 11, 4, 0, false, true},
                           {"conv2", 256, 5, 1, 2, true, true},
                           {"conv3", 384, 3, 1, 1, false, false},
                           {"conv4", 384, 3, 1, 1, true, false},
                           {"conv5", 256, 3, 1, 1, true, true}};

static const form one_tower = ONE_TOWER, two_groups = TWO_GROUPS, two_towers = TWO_TOWERS;

static model_node conv_of(const row *r, int oc, int groups, const char *place) {
  return (model_node){.op = MODEL_CONV,
                      .place = place,
                      .oc = oc,
                      .kernel = r->kernel,
                      .stride = r->stride,
                      .pad = r->pad,
                      .groups = groups,
                      .bias = true,
                      .relu = true};
}

static int towers(model *m, int input, const row *r) {
  static const char *const places[] = {"tower1", "tower2"};
  if (m->status) return -1;
  const int half = m->nodes[input].shape.c / 2;
  int tower[2];
  for (int t = 0; t < 2; t++) {
    const int slice = model_add1(m, input, (model_node){.op = MODEL_SLICE, .oc = half, .first = t * half});
    tower[t] = model_add1(m, slice, conv_of(r, r->oc / 2, 1, places[t]));
  }
  return model_add(m, (model_node){.op = MODEL_CONCAT}, tower, 2);
}

static void build(model *m, const model_entry *entry, int image, const char *variant) {
  (void)variant;
  const form f = *(const form *)entry->spec;
  int x = model_input(m, 3, image, image);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const row *r = &rows[i];
    model_label(m, r->stage, 0);
    if (r->towers && f == TWO_TOWERS)
      x = towers(m, x, r);
    else
      x = model_add1(m, x, conv_of(r, r->oc, r->towers && f == TWO_GROUPS ? 2 : 1, NULL));
    if (r->pool) x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2});
  }
  static const char *const labels[] = {"fc6", "fc7", "fc8"};
  static const int outputs[] = {4096, 4096, 1000};
  for (int i = 0; i < 3; i++) {
    model_label(m, labels[i], 0);
    x = model_add1(m, x, (model_node){.op = MODEL_FC, .oc = outputs[i], .bias = true, .relu = i < 2});
  }
}

static const model_entry entries[] = {
    {"alexnet", NULL, "AlexNet, two groups in conv2, conv4 and conv5", 227, build, &two_groups},
    {"alexnet_two_towers", NULL, "AlexNet, its two towers as separate convolutions", 227, build, &two_towers},
    {"alexnet_one_tower", NULL, "AlexNet without groups", 227, build, &one_tower},
};

const model_family family_alexnet = {
    "Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks (2012); BVLC Caffe "
    "models/bvlc_alexnet",
    entries, sizeof entries / sizeof *entries};
