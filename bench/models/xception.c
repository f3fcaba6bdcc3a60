/* xception.c - Xception: depthwise separable convolutions with shortcuts. ReLU comes before a convolution, and the
 * shortcut skips it, hence the separate ReLU nodes. Normalisation follows the pointwise half only (Keras). Keras pads
 * "same"; pad 1 gives the same sizes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

static int conv(model *m, int input, const char *place, model_node node) {
  node.op = MODEL_CONV;
  node.place = place;
  return model_add1(m, input, node);
}

static int separable(model *m, int input, int oc, bool relu) {
  if (m->status) return -1;
  const int ic = m->nodes[input].shape.c;
  const int x = conv(m, input, "dw", (model_node){.oc = ic, .kernel = 3, .pad = 1, .groups = ic});
  return conv(m, x, "pw", (model_node){.oc = oc, .kernel = 1, .norm = true, .relu = relu});
}

static int relu_separable(model *m, int input, int oc) {
  return separable(m, model_add1(m, input, (model_node){.op = MODEL_RELU}), oc, false);
}

/* Two separable convolutions and a pool that halves the map, beside a strided projection. The very first block's input
 * has been through a ReLU already. */
static int halving_block(model *m, int input, int middle, int oc, bool first) {
  int x = first ? separable(m, input, middle, false) : relu_separable(m, input, middle);
  x = relu_separable(m, x, oc);
  x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  const int shortcut = conv(m, input, "proj", (model_node){.oc = oc, .kernel = 1, .stride = 2, .norm = true});
  return model_add2(m, x, shortcut, (model_node){.op = MODEL_ADD});
}

enum { MIDDLE_BLOCKS = 8, MIDDLE = 728 };

static void build(model *m, const model_entry *entry, int image, const char *variant) {
  (void)entry, (void)variant;
  static const int entry_channels[] = {128, 256, MIDDLE};
  model_label(m, "entry", 0);
  int x = model_input(m, 3, image, image);
  x = conv(m, x, "conv1", (model_node){.oc = 32, .kernel = 3, .stride = 2, .norm = true, .relu = true});
  x = conv(m, x, "conv2", (model_node){.oc = 64, .kernel = 3, .norm = true, .relu = true});
  for (int i = 0; i < 3; i++) {
    model_label(m, "entry", i + 1);
    x = halving_block(m, x, entry_channels[i], entry_channels[i], i == 0);
  }
  for (int i = 0; i < MIDDLE_BLOCKS; i++) {
    model_label(m, "middle", i + 1);
    const int shortcut = x;
    for (int j = 0; j < 3; j++) x = relu_separable(m, x, MIDDLE);
    x = model_add2(m, x, shortcut, (model_node){.op = MODEL_ADD});
  }
  model_label(m, "exit", 1);
  x = halving_block(m, x, MIDDLE, 1024, false);
  model_label(m, "exit", 2);
  x = separable(m, separable(m, x, 1536, true), 2048, true);
  model_label(m, "fc", 0);
  x = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = 1000, .bias = true});
}

static const model_entry entries[] = {{"xception", NULL, "Xception", 299, build, NULL}};

const model_family family_xception = {"Chollet, Xception (CVPR 2017), Figure 5; Keras applications/xception.py",
                                      entries, sizeof entries / sizeof *entries};
