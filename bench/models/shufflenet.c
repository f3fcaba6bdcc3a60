/* shufflenet.c - ShuffleNet v1 1x: grouped 1x1 convolutions whose groups are mixed by a shuffle, around a depthwise
 * 3x3. A unit with stride 2 concatenates its pooled input, so that its second 1x1 makes the missing channels only. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

enum { STEM = 24, SHRINK = 4, STAGES = 3 }; /* bottleneck: a quarter of the unit's output channels */

typedef struct {
  int groups, channels; /* output of stage 2; doubles from stage to stage */
} spec;

static int unit(model *m, int input, int oc, int stride, int groups, int first_groups) {
  if (m->status) return -1;
  const int ic = m->nodes[input].shape.c, inner = oc / SHRINK;
  const model_node shrink = {.place = "gconv1", .oc = inner, .kernel = 1, .groups = first_groups, .relu = true};
  const model_node expand = {.place = "gconv2", .oc = stride > 1 ? oc - ic : oc, .kernel = 1, .groups = groups};
  int x = model_add_conv(m, input, shrink);
  if (groups > 1) x = model_add1(m, x, (model_node){.op = MODEL_SHUFFLE, .groups = groups});
  x = model_add_conv(m, x, (model_node){.place = "dw", .oc = inner, .kernel = 3, .stride = stride, .groups = inner});
  x = model_add_conv(m, x, expand);
  if (stride == 1) return model_add2(m, x, input, (model_node){.op = MODEL_ADD, .relu = true});
  const int pooled = model_add1(m, input, (model_node){.op = MODEL_AVG_POOL, .kernel = 3, .stride = stride, .pad = 1});
  return model_add2(m, pooled, x, (model_node){.op = MODEL_CONCAT, .relu = true});
}

static void build(model *m, const model_entry *entry, int image, const char *variant) {
  (void)variant;
  static const char *const stages[STAGES] = {"st2", "st3", "st4"};
  static const int units[STAGES] = {4, 8, 4};
  const spec *s = entry->spec;
  model_label(m, "conv1", 0);
  int x = model_add_conv(m, model_input(m, 3, image, image),
                         (model_node){.oc = STEM, .kernel = 3, .stride = 2, .relu = true});
  x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  for (int i = 0; i < STAGES; i++)
    for (int u = 0; u < units[i]; u++) {
      model_label(m, stages[i], u + 1);
      const bool narrow = i == 0 && u == 0; /* too few input channels to group (the paper's Table 1) */
      x = unit(m, x, s->channels << i, u ? 1 : 2, s->groups, narrow ? 1 : s->groups);
    }
  model_label(m, "fc", 0);
  x = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = 1000}); /* without bias, as megvii has it */
}

static const spec specs[] = {{1, 144}, {2, 200}, {3, 240}, {4, 272}, {8, 384}};

static const model_entry entries[] = {
    {"shufflenet_v1_g1", NULL, "ShuffleNet v1 1x, 1x1 convolutions not grouped", 224, build, &specs[0]},
    {"shufflenet_v1_g2", NULL, "ShuffleNet v1 1x, 2 groups", 224, build, &specs[1]},
    {"shufflenet_v1_g3", NULL, "ShuffleNet v1 1x, 3 groups", 224, build, &specs[2]},
    {"shufflenet_v1_g4", NULL, "ShuffleNet v1 1x, 4 groups", 224, build, &specs[3]},
    {"shufflenet_v1_g8", NULL, "ShuffleNet v1 1x, 8 groups", 224, build, &specs[4]},
};

const model_family family_shufflenet = {
    "Zhang et al., ShuffleNet (CVPR 2018), Table 1; megvii-model/ShuffleNet-Series ShuffleNetV1", entries,
    sizeof entries / sizeof *entries};
