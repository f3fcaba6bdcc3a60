/* googlenet.c - GoogLeNet: nine Inception modules, split-transform-merge with hand-chosen widths; without the two
 * auxiliary classifiers, which only training uses, and local response normalisation (model.h). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"

typedef struct {
  const char *stage;
  int c1, c3_reduce, c3, c5_reduce, c5, pool; /* channels of each convolution; pool: of the one after the pool */
  bool halve;                                 /* a max pool with stride 2 follows */
} module;

static const module modules[] = {
    {"3a", 64, 96, 128, 16, 32, 32, false},     {"3b", 128, 128, 192, 32, 96, 64, true},
    {"4a", 192, 96, 208, 16, 48, 64, false},    {"4b", 160, 112, 224, 24, 64, 64, false},
    {"4c", 128, 128, 256, 24, 64, 64, false},   {"4d", 112, 144, 288, 32, 64, 64, false},
    {"4e", 256, 160, 320, 32, 128, 128, true},  {"5a", 256, 160, 320, 32, 128, 128, false},
    {"5b", 384, 192, 384, 48, 128, 128, false},
};

static int conv(model *m, int input, const char *place, int oc, int kernel, int stride) {
  return model_add1(m, input,
                    (model_node){.op = MODEL_CONV,
                                 .place = place,
                                 .oc = oc,
                                 .kernel = kernel,
                                 .stride = stride,
                                 .pad = kernel / 2,
                                 .bias = true,
                                 .relu = true});
}

/* Caffe's pools round up. */
static int halve(model *m, int input) {
  return model_add1(m, input, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .ceil = true});
}

static int inception(model *m, int input, const module *t) {
  model_label(m, t->stage, 0);
  const int c1 = conv(m, input, "1x1", t->c1, 1, 1);
  const int c3 = conv(m, conv(m, input, "3x3_reduce", t->c3_reduce, 1, 1), "3x3", t->c3, 3, 1);
  const int c5 = conv(m, conv(m, input, "5x5_reduce", t->c5_reduce, 1, 1), "5x5", t->c5, 5, 1);
  const int pooled = model_add1(m, input, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .pad = 1});
  const int branches[] = {c1, c3, c5, conv(m, pooled, "pool_proj", t->pool, 1, 1)};
  return model_add(m, (model_node){.op = MODEL_CONCAT}, branches, 4);
}

static void build(model *m, const model_entry *entry, int image, const char *variant) {
  (void)entry, (void)variant;
  model_label(m, "conv1", 0);
  int x = halve(m, conv(m, model_input(m, 3, image, image), NULL, 64, 7, 2));
  model_label(m, "conv2", 0);
  x = conv(m, x, "3x3_reduce", 64, 1, 1);
  x = halve(m, conv(m, x, "3x3", 192, 3, 1));
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    x = inception(m, x, &modules[i]);
    if (modules[i].halve) x = halve(m, x);
  }
  model_label(m, "fc", 0);
  x = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = 1000, .bias = true});
}

static const model_entry entries[] = {{"googlenet", NULL, "GoogLeNet (Inception v1), 5x5 branches", 224, build, NULL}};

const model_family family_googlenet = {
    "Szegedy et al., Going Deeper with Convolutions (CVPR 2015), Table 1; BVLC Caffe models/bvlc_googlenet", entries,
    sizeof entries / sizeof *entries};
