/* networks.c - which layers of which networks make a set: a row each. The table names what is used often; every other
 * network is a set of its own name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NETWORKS = 5 };

typedef struct {
  const char *name, *summary;
  const char *place; /* only these layers of each block, or NULL */
  struct {
    const char *label, *model;
  } of[NETWORKS];
} network_set;

static const char residual_3x3[] = "b";

static const network_set sets[] = {
    {"alexnet",
     "AlexNet: two groups in conv2, conv4 and conv5, and the same layers without groups",
     NULL,
     {{"alexnet", "alexnet"}, {"alexnet-dense", "alexnet_one_tower"}}},
    {"mobilenet", "All convolutions of MobileNetV1", NULL, {{"mobilenet", "mobilenet_v1"}}},
    {"regnetx",
     "RegNetX-400MF, 800MF, 1.6GF and 4.0GF: 2 to 42 groups of 16, 24 or 40 channels",
     NULL,
     {{"regnetx-400mf", "regnetx_400mf"},
      {"regnetx-800mf", "regnetx_800mf"},
      {"regnetx-1.6gf", "regnetx_1_6gf"},
      {"regnetx-4.0gf", "regnetx_4gf"}}},
    {"resnext50", "All convolutions of ResNeXt-50 32x4d", NULL, {{"resnext50", "resnext50_32x4d"}}},
    {"resnext50_grouped",
     "The grouped 3x3 convolutions of ResNeXt-50 32x4d: each has 14,450,688 multiply-adds",
     residual_3x3,
     {{"resnext50", "resnext50_32x4d"}}},
    {"shufflenet",
     "ShuffleNet v1 1x with three groups: grouped 1x1 and depthwise 3x3",
     NULL,
     {{"shufflenet", "shufflenet_v1_g3"}}},
    {"table2",
     "The 3x3 convolutions of every (cardinality x width) of ResNeXt's Table 2, 50 layers",
     residual_3x3,
     {{"1x64d", "resnet50"},
      {"2x40d", "resnext50_2x40d"},
      {"4x24d", "resnext50_4x24d"},
      {"8x14d", "resnext50_8x14d"},
      {"32x4d", "resnext50_32x4d"}}},
};

static const network_set *find_set(const char *name) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (!strcmp(sets[i].name, name)) return &sets[i];
  return NULL;
}

bool networks_find(const char *name) { return find_set(name) || model_find(name); }

/* The network's name before ':' becomes the set's label for it. */
static void relabel(gconv_problem *layer, const char *label) {
  char name[sizeof layer->name];
  strcpy(name, layer->name);
  snprintf(layer->name, sizeof layer->name, "%s%s", label, strchr(name, ':'));
}

static gconv_status model_each(const char *label, const char *name, const char *place,
                               gconv_status (*take)(const gconv_problem *, void *), void *context) {
  model *m;
  gconv_problem *layers = NULL;
  size_t count = 0;
  gconv_status status = model_build(name, 0, &m);
  if (!status) status = model_layers(m, place, &layers, &count);
  for (size_t i = 0; i < count && !status; i++) {
    relabel(&layers[i], label);
    status = take(&layers[i], context);
  }
  free(layers);
  model_free(m);
  return status;
}

gconv_status networks_layers(const char *name, gconv_status (*take)(const gconv_problem *, void *), void *context) {
  const network_set *set = find_set(name);
  if (!set) return model_each(name, name, NULL, take, context);
  gconv_status status = GCONV_OK;
  for (int i = 0; i < NETWORKS && set->of[i].model && !status; i++)
    status = model_each(set->of[i].label, set->of[i].model, set->place, take, context);
  return status;
}

void networks_each(void (*visit)(const char *name, const char *summary, void *context), void *context) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) visit(sets[i].name, sets[i].summary, context);
  size_t count;
  const model_family *const *families = model_families(&count);
  for (size_t f = 0; f < count; f++)
    for (size_t e = 0; e < families[f]->count; e++)
      if (!find_set(families[f]->entries[e].name))
        visit(families[f]->entries[e].name, families[f]->entries[e].summary, context);
}
