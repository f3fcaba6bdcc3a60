/* regnet.c - RegNetX and RegNetY: residual bottlenecks that do not narrow, with one group width for all stages. Widths
 * and depths are those that pycls derives from the four numbers of the paper, written out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"
#include "residual.h"

typedef struct {
  int widths[RESIDUAL_STAGES_MAX], depths[RESIDUAL_STAGES_MAX];
  int group_width; /* a narrower stage is one group */
} spec;

enum { STEM = 32, SQUEEZE = 4 };

static void build_net(model *m, const spec *s, int image, int squeeze) {
  static const char *const stages[] = {"s1", "s2", "s3", "s4"};
  residual_net net = {.stem = "stem", .stem_kernel = 3, .stem_oc = STEM, .stem_stride = 2, .classes = 1000};
  for (int i = 0; i < RESIDUAL_STAGES_MAX; i++) {
    const int width = s->widths[i];
    net.stages[i] = (residual_stage){.stage = stages[i],
                                     .blocks = s->depths[i],
                                     .inner = width,
                                     .groups = width < s->group_width ? 1 : width / s->group_width,
                                     .outer = width,
                                     .stride = 2,
                                     .squeeze = squeeze};
  }
  residual_build(m, &net, image);
}

static void build_x(model *m, const model_entry *entry, int image, const char *variant) {
  (void)variant;
  build_net(m, entry->spec, image, 0);
}

static void build_y(model *m, const model_entry *entry, int image, const char *variant) {
  (void)variant;
  build_net(m, entry->spec, image, SQUEEZE);
}

static const spec x[] = {
    {{24, 56, 152, 368}, {1, 1, 4, 7}, 8},       {{32, 64, 160, 384}, {1, 2, 7, 12}, 16},
    {{48, 96, 240, 528}, {1, 3, 5, 7}, 24},      {{64, 128, 288, 672}, {1, 3, 7, 5}, 16},
    {{72, 168, 408, 912}, {2, 4, 10, 2}, 24},    {{96, 192, 432, 1008}, {2, 6, 15, 2}, 48},
    {{80, 240, 560, 1360}, {2, 5, 14, 2}, 40},   {{168, 392, 784, 1624}, {2, 4, 10, 1}, 56},
    {{80, 240, 720, 1920}, {2, 5, 15, 1}, 120},  {{224, 448, 896, 2240}, {2, 5, 11, 1}, 112},
    {{256, 512, 896, 2048}, {2, 6, 13, 1}, 128}, {{336, 672, 1344, 2520}, {2, 7, 13, 1}, 168},
};
static const spec y[] = {
    {{24, 56, 152, 368}, {1, 1, 4, 7}, 8},        {{48, 104, 208, 440}, {1, 3, 6, 6}, 8},
    {{48, 112, 256, 608}, {1, 3, 7, 4}, 16},      {{64, 128, 320, 768}, {1, 3, 8, 2}, 16},
    {{48, 120, 336, 888}, {2, 6, 17, 2}, 24},     {{72, 216, 576, 1512}, {2, 5, 13, 1}, 24},
    {{128, 192, 512, 1088}, {2, 6, 12, 2}, 64},   {{144, 288, 576, 1296}, {2, 7, 14, 2}, 72},
    {{168, 448, 896, 2016}, {2, 4, 10, 1}, 56},   {{224, 448, 896, 2240}, {2, 5, 11, 1}, 112},
    {{224, 448, 1232, 3024}, {2, 4, 11, 1}, 112}, {{232, 696, 1392, 3712}, {2, 5, 12, 1}, 232},
};

static const model_entry entries[] = {
    {"regnetx_200mf", NULL, "RegNetX-200MF", 224, build_x, &x[0]},
    {"regnetx_400mf", NULL, "RegNetX-400MF", 224, build_x, &x[1]},
    {"regnetx_600mf", NULL, "RegNetX-600MF", 224, build_x, &x[2]},
    {"regnetx_800mf", NULL, "RegNetX-800MF", 224, build_x, &x[3]},
    {"regnetx_1_6gf", NULL, "RegNetX-1.6GF", 224, build_x, &x[4]},
    {"regnetx_3_2gf", NULL, "RegNetX-3.2GF", 224, build_x, &x[5]},
    {"regnetx_4gf", NULL, "RegNetX-4.0GF", 224, build_x, &x[6]},
    {"regnetx_6_4gf", NULL, "RegNetX-6.4GF", 224, build_x, &x[7]},
    {"regnetx_8gf", NULL, "RegNetX-8.0GF; its first stage is one group of 80", 224, build_x, &x[8]},
    {"regnetx_12gf", NULL, "RegNetX-12GF", 224, build_x, &x[9]},
    {"regnetx_16gf", NULL, "RegNetX-16GF", 224, build_x, &x[10]},
    {"regnetx_32gf", NULL, "RegNetX-32GF", 224, build_x, &x[11]},
    {"regnety_200mf", NULL, "RegNetY-200MF: with squeeze-and-excitation", 224, build_y, &y[0]},
    {"regnety_400mf", NULL, "RegNetY-400MF", 224, build_y, &y[1]},
    {"regnety_600mf", NULL, "RegNetY-600MF", 224, build_y, &y[2]},
    {"regnety_800mf", NULL, "RegNetY-800MF", 224, build_y, &y[3]},
    {"regnety_1_6gf", NULL, "RegNetY-1.6GF", 224, build_y, &y[4]},
    {"regnety_3_2gf", NULL, "RegNetY-3.2GF", 224, build_y, &y[5]},
    {"regnety_4gf", NULL, "RegNetY-4.0GF", 224, build_y, &y[6]},
    {"regnety_6_4gf", NULL, "RegNetY-6.4GF", 224, build_y, &y[7]},
    {"regnety_8gf", NULL, "RegNetY-8.0GF", 224, build_y, &y[8]},
    {"regnety_12gf", NULL, "RegNetY-12GF", 224, build_y, &y[9]},
    {"regnety_16gf", NULL, "RegNetY-16GF", 224, build_y, &y[10]},
    {"regnety_32gf", NULL, "RegNetY-32GF", 224, build_y, &y[11]},
};

const model_family family_regnet = {
    "Radosavovic et al., Designing Network Design Spaces (CVPR 2020); facebookresearch/pycls configs/dds_baselines",
    entries, sizeof entries / sizeof *entries};
