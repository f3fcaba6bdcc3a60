/* blocks.c - blocks as rows of a table, built node by node as their papers draw them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blocks.h"

#include "core/error.h"

#include <stdio.h>
#include <string.h>

/* The first two convolutions of a path: 1x1 to `width`, 3x3 in groups. */
static int narrow(model *m, int input, int width, int groups) {
  const int x = model_add_conv(m, input, (model_node){.place = "a", .oc = width, .kernel = 1, .relu = true});
  return model_add_conv(m, x, (model_node){.place = "b", .oc = width, .kernel = 3, .groups = groups, .relu = true});
}

/* A running sum, as a framework's loop over paths keeps it: two results are alive at a time, not C. Batch normalisation
 * comes after the sum of all paths (footnote 6 of the paper), so one path brings its bias. */
static int separate_paths(model *m, int input, const bottleneck *s) {
  int sum = input;
  for (int i = 0; i < s->cardinality; i++) {
    const int x = narrow(m, input, s->width, 1);
    const bool last = i == s->cardinality - 1;
    const model_node out = {.op = MODEL_CONV, .place = "c", .oc = s->outer, .kernel = 1, .norm = last};
    sum = model_add2(m, model_add1(m, x, out), sum, (model_node){.op = MODEL_ADD, .relu = last});
  }
  return sum;
}

static int finish(model *m, int x, int input, const bottleneck *s) {
  x = model_add_conv(m, x, (model_node){.place = "c", .oc = s->outer, .kernel = 1});
  return model_add2(m, x, input, (model_node){.op = MODEL_ADD, .relu = true});
}

static int early_concatenation(model *m, int input, const bottleneck *s) {
  enum { PATHS_MAX = 256 };
  int paths[PATHS_MAX];
  const int count = s->cardinality < PATHS_MAX ? s->cardinality : PATHS_MAX;
  for (int i = 0; i < count; i++) paths[i] = narrow(m, input, s->width, 1);
  return finish(m, model_add(m, (model_node){.op = MODEL_CONCAT}, paths, count), input, s);
}

static int grouped(model *m, int input, const bottleneck *s) {
  return finish(m, narrow(m, input, s->cardinality * s->width, s->cardinality), input, s);
}

static void build_bottleneck(model *m, const bottleneck *s, char form) {
  const int input = model_input(m, s->outer, s->map, s->map);
  if (form == 'a')
    separate_paths(m, input, s);
  else if (form == 'b')
    early_concatenation(m, input, s);
  else
    grouped(m, input, s);
}

static void build_entry(model *m, const block_entry *entry, char form) { build_bottleneck(m, &entry->shape, form); }

/* Szegedy et al. 2015, table 1, inception (3a): 192 channels at 28x28. */
static void build_inception(model *m, const block_entry *entry, char form) {
  (void)entry, (void)form;
  const int input = model_input(m, 192, 28, 28);
  const model_node relu_1x1 = {.kernel = 1, .relu = true};
  model_node one = relu_1x1, three = relu_1x1, five = relu_1x1, pooled = relu_1x1;
  one.oc = 64, three.oc = 96, five.oc = 16, pooled.oc = 32;
  int branch[4];
  branch[0] = model_add_conv(m, input, one);
  branch[1] = model_add_conv(m, model_add_conv(m, input, three), (model_node){.oc = 128, .kernel = 3, .relu = true});
  branch[2] = model_add_conv(m, model_add_conv(m, input, five), (model_node){.oc = 32, .kernel = 5, .relu = true});
  const int pool = model_add1(m, input, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .pad = 1});
  branch[3] = model_add_conv(m, pool, pooled);
  model_add(m, (model_node){.op = MODEL_CONCAT}, branch, 4);
}

/* Howard et al. 2017, table 1, the block that MobileNet repeats five times: 512 channels at 14x14. */
static void build_separable(model *m, const block_entry *entry, char form) {
  (void)entry, (void)form;
  const int x =
      model_add_conv(m, model_input(m, 512, 14, 14), (model_node){.oc = 512, .groups = 512, .kernel = 3, .relu = true});
  model_add_conv(m, x, (model_node){.oc = 512, .kernel = 1, .relu = true});
}

/* Zhang et al. 2018, figure 2b, stage 2 with 3 groups: 240 channels at 28x28, a quarter of them inside. */
static void build_shuffle(model *m, const block_entry *entry, char form) {
  (void)entry, (void)form;
  enum { CHANNELS = 240, INSIDE = CHANNELS / 4, GROUPS = 3 };
  const int input = model_input(m, CHANNELS, 28, 28);
  int x = model_add_conv(m, input, (model_node){.oc = INSIDE, .groups = GROUPS, .kernel = 1, .relu = true});
  x = model_add1(m, x, (model_node){.op = MODEL_SHUFFLE, .groups = GROUPS});
  x = model_add_conv(m, x, (model_node){.oc = INSIDE, .groups = INSIDE, .kernel = 3});
  x = model_add_conv(m, x, (model_node){.oc = CHANNELS, .groups = GROUPS, .kernel = 1});
  model_add2(m, x, input, (model_node){.op = MODEL_ADD, .relu = true});
}

static const block_entry entries[] = {
    {"resnext50_conv2", "ResNeXt-50 32x4d, stage conv2", "abc", build_entry, {32, 4, 256, 56}},
    {"resnext50_conv3", "ResNeXt-50 32x4d, stage conv3", "abc", build_entry, {32, 8, 512, 28}},
    {"resnext50_conv4", "ResNeXt-50 32x4d, stage conv4", "abc", build_entry, {32, 16, 1024, 14}},
    {"resnext50_conv5", "ResNeXt-50 32x4d, stage conv5", "abc", build_entry, {32, 32, 2048, 7}},
    {"table2_1x64d", "ResNet-50's bottleneck in conv2: C = 1, d = 64", "-", build_entry, {1, 64, 256, 56}},
    {"table2_2x40d", "ResNeXt table 2, C = 2, d = 40", "abc", build_entry, {2, 40, 256, 56}},
    {"table2_4x24d", "ResNeXt table 2, C = 4, d = 24", "abc", build_entry, {4, 24, 256, 56}},
    {"table2_8x14d", "ResNeXt table 2, C = 8, d = 14", "abc", build_entry, {8, 14, 256, 56}},
    {"table2_32x4d", "ResNeXt table 2, C = 32, d = 4", "abc", build_entry, {32, 4, 256, 56}},
    {"resnet50_conv3", "ResNet-50's bottleneck in conv3", "-", build_entry, {1, 128, 512, 28}},
    {"resnet50_conv4", "ResNet-50's bottleneck in conv4", "-", build_entry, {1, 256, 1024, 14}},
    {"resnet50_conv5", "ResNet-50's bottleneck in conv5", "-", build_entry, {1, 512, 2048, 7}},
    {"inception_3a", "GoogLeNet's first Inception module", "-", build_inception, {0}},
    {"separable_512", "MobileNet's depthwise-separable block", "-", build_separable, {0}},
    {"shufflenet_g3", "ShuffleNet unit, 3 groups", "-", build_shuffle, {0}},
};

const block_entry *block_entries(size_t *count) {
  *count = sizeof entries / sizeof *entries;
  return entries;
}

static gconv_status finished(model *m, model **out) {
  const gconv_status status = model_status(m);
  if (status)
    model_free(m);
  else
    *out = m;
  return status;
}

gconv_status block_build(const block_entry *entry, char form, model **out) {
  *out = NULL;
  model *m = model_create(entry->name);
  if (!m) return gconv_error(GCONV_NO_MEMORY, "no memory for %s", entry->name);
  entry->build(m, entry, form);
  return finished(m, out);
}

gconv_status bottleneck_build(const bottleneck *shape, char form, model **out) {
  *out = NULL;
  char name[GCONV_NAME_MAX];
  snprintf(name, sizeof name, "%dx%dd %c", shape->cardinality, shape->width, form);
  model *m = model_create(name);
  if (!m) return gconv_error(GCONV_NO_MEMORY, "no memory for %s", name);
  build_bottleneck(m, shape, form);
  return finished(m, out);
}

/* The node of form c with the same place. */
static int counterpart(const model *form_c, const char *place) {
  int node = 0;
  while (!form_c->nodes[node].place || strcmp(form_c->nodes[node].place, place)) node++;
  return node;
}

/* A convolution of a model with its weights. */
typedef struct {
  const model *m;
  int node;
  const net_weights *weights;
} layer;

static int input_channels(const layer *l) {
  const model_node *d = &l->m->nodes[l->node];
  return (int)(net_weight_count(l->m, l->node) / d->oc / d->kernel / d->kernel);
}

/* Path number `path` of the grouped layer `from`: its rows where `to` has fewer outputs, its columns where `to` has
 * fewer inputs. */
static void copy_path(layer from, int path, layer to) {
  const model_node *whole = &from.m->nodes[from.node], *part = &to.m->nodes[to.node];
  const int icg_whole = input_channels(&from), icg_part = input_channels(&to), window = whole->kernel * whole->kernel;
  const int row = part->oc < whole->oc ? path * part->oc : 0, column = icg_part < icg_whole ? path * icg_part : 0;
  for (int o = 0; o < part->oc; o++)
    memcpy(to.weights->wei[to.node] + (int64_t)o * icg_part * window,
           from.weights->wei[from.node] + ((int64_t)(row + o) * icg_whole + column) * window,
           (size_t)icg_part * (size_t)window * sizeof(float));
  if (net_has_bias(part))
    memcpy(to.weights->bias[to.node], from.weights->bias[from.node] + row, (size_t)part->oc * sizeof(float));
}

gconv_status bottleneck_split_weights(const model *form_c, const net_weights *grouped_weights, const model *form,
                                      net_weights **out) {
  const gconv_status status = net_weights_create(form, WEIGHTS_REAL, 0, out);
  if (status) return status;
  for (int i = 0; i < form->count; i++) {
    const char *place = form->nodes[i].place;
    int path = 0;
    for (int k = 0; k < i && place; k++) path += form->nodes[k].place && !strcmp(form->nodes[k].place, place);
    if (place) copy_path((layer){form_c, counterpart(form_c, place), grouped_weights}, path, (layer){form, i, *out});
  }
  return GCONV_OK;
}
