/* mobilenet.c - MobileNetV1: thirteen depthwise separable convolutions, and the full convolutions they replace. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

typedef struct {
  int oc, stride;
} row;

/* The paper's Table 1; the stride 2 it prints for the last depthwise layer contradicts its next row. */
static const row rows[] = {{64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
                           {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};

static int separable(model *m, int input, const row *r) {
  if (m->status) return -1;
  const int ic = m->nodes[input].shape.c;
  const int x = model_add_conv(
      m, input, (model_node){.place = "dw", .oc = ic, .kernel = 3, .stride = r->stride, .groups = ic, .relu = true});
  return model_add_conv(m, x, (model_node){.place = "pw", .oc = r->oc, .kernel = 1, .relu = true});
}

static const bool separated = true, full = false;

static void build(model *m, const model_entry *entry, int image, const char *variant) {
  (void)variant;
  const bool split = *(const bool *)entry->spec;
  model_label(m, "conv1", 0);
  int x = model_add_conv(m, model_input(m, 3, image, image),
                         (model_node){.oc = 32, .kernel = 3, .stride = 2, .relu = true});
  for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
    model_label(m, "body", i + 1);
    const model_node whole = {.place = "full", .oc = rows[i].oc, .kernel = 3, .stride = rows[i].stride, .relu = true};
    x = split ? separable(m, x, &rows[i]) : model_add_conv(m, x, whole);
  }
  model_label(m, "fc", 0);
  x = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = 1000, .bias = true});
}

static const model_entry entries[] = {
    {"mobilenet_v1", NULL, "MobileNetV1 1.0", 224, build, &separated},
    {"mobilenet_v1_full", NULL, "MobileNetV1 1.0 with full convolutions", 224, build, &full},
};

const model_family family_mobilenet = {"Howard et al., MobileNets (2017), Tables 1 and 4", entries,
                                       sizeof entries / sizeof *entries};
