/* resnet.c - ResNet and ResNeXt. ResNet is ResNeXt with one path of width 64, and every network here is a row of
 * (blocks, cardinality, width). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "families.h"
#include "residual.h"

#include <string.h>

typedef struct {
  int blocks[RESIDUAL_STAGES_MAX];
  int cardinality, width; /* paths and channels of each in the first stage */
  bool cifar;
} spec;

enum { TEMPLATE = 64, EXPANSION = 4 }; /* ResNet's first bottleneck: 64 channels inside, 4 times as many outside */

/* resnext.lua: D = floor(n * width / 64) channels a path, n = 64, 128, ...: widths double from stage to stage. */
static void build(model *m, const model_entry *entry, int image, const char *variant) {
  static const char *const stages[] = {"conv2", "conv3", "conv4", "conv5"};
  const spec *s = entry->spec;
  residual_net net = {.stem = "conv1",
                      .stem_kernel = s->cifar ? 3 : 7,
                      .stem_oc = TEMPLATE,
                      .stem_stride = s->cifar ? 1 : 2,
                      .stem_pool = !s->cifar,
                      .classes = s->cifar ? 10 : 1000};
  for (int i = 0; i < RESIDUAL_STAGES_MAX; i++) {
    const int n = TEMPLATE << i;
    net.stages[i] = (residual_stage){.stage = stages[i],
                                     .blocks = s->blocks[i],
                                     .inner = n * s->width / TEMPLATE * s->cardinality,
                                     .groups = s->cardinality,
                                     .outer = n * EXPANSION,
                                     .stride = i ? 2 : 1,
                                     .stride_in_first = variant != NULL};
  }
  residual_build(m, &net, image);
}

static const spec r50_1x64 = {{3, 4, 6, 3}, 1, 64, false}, r101_1x64 = {{3, 4, 23, 3}, 1, 64, false},
                  r200_1x64 = {{3, 24, 36, 3}, 1, 64, false}, r101_1x100 = {{3, 4, 23, 3}, 1, 100, false},
                  r50_1x128 = {{3, 4, 6, 3}, 1, 128, false};
static const spec x50_2x40 = {{3, 4, 6, 3}, 2, 40, false}, x50_4x24 = {{3, 4, 6, 3}, 4, 24, false},
                  x50_8x14 = {{3, 4, 6, 3}, 8, 14, false}, x50_32x4 = {{3, 4, 6, 3}, 32, 4, false};
static const spec x101_2x40 = {{3, 4, 23, 3}, 2, 40, false}, x101_4x24 = {{3, 4, 23, 3}, 4, 24, false},
                  x101_8x14 = {{3, 4, 23, 3}, 8, 14, false}, x101_32x4 = {{3, 4, 23, 3}, 32, 4, false},
                  x101_2x64 = {{3, 4, 23, 3}, 2, 64, false}, x101_64x4 = {{3, 4, 23, 3}, 64, 4, false},
                  x101_32x8 = {{3, 4, 23, 3}, 32, 8, false}, x101_32x16 = {{3, 4, 23, 3}, 32, 16, false};
static const spec x29_8x64 = {{3, 3, 3, 0}, 8, 64, true}, x29_16x64 = {{3, 3, 3, 0}, 16, 64, true};

static const model_entry entries[] = {
    {"resnet50", "v1", "ResNet-50; @v1 has the stride in the first 1x1", 224, build, &r50_1x64},
    {"resnet101", "v1", "ResNet-101", 224, build, &r101_1x64},
    {"resnet200", "v1", "ResNet-200, counted with ReLU after the sum", 224, build, &r200_1x64},
    {"resnet101_1x100d", "v1", "ResNet-101 with wider bottlenecks, twice the work", 224, build, &r101_1x100},
    {"wide_resnet50_2", "v1", "Wide ResNet-50-2: ResNeXt-50 32x4d without groups", 224, build, &r50_1x128},
    {"resnext50_2x40d", "v1", "ResNeXt-50, 2 groups", 224, build, &x50_2x40},
    {"resnext50_4x24d", "v1", "ResNeXt-50, 4 groups", 224, build, &x50_4x24},
    {"resnext50_8x14d", "v1", "ResNeXt-50, 8 groups", 224, build, &x50_8x14},
    {"resnext50_32x4d", "v1", "ResNeXt-50, 32 groups", 224, build, &x50_32x4},
    {"resnext101_2x40d", "v1", "ResNeXt-101, 2 groups", 224, build, &x101_2x40},
    {"resnext101_4x24d", "v1", "ResNeXt-101, 4 groups", 224, build, &x101_4x24},
    {"resnext101_8x14d", "v1", "ResNeXt-101, 8 groups", 224, build, &x101_8x14},
    {"resnext101_32x4d", "v1", "ResNeXt-101, 32 groups", 224, build, &x101_32x4},
    {"resnext101_2x64d", "v1", "ResNeXt-101, 2 groups, twice the work", 224, build, &x101_2x64},
    {"resnext101_64x4d", "v1", "ResNeXt-101, 64 groups, twice the work", 224, build, &x101_64x4},
    {"resnext101_32x8d", "v1", "ResNeXt-101 as torchvision has it", 224, build, &x101_32x8},
    {"resnext101_32x16d", "v1", "What benchdnn calls resnext_101", 224, build, &x101_32x16},
    {"resnext29_8x64d", NULL, "ResNeXt-29 for CIFAR-10, 8 groups", 32, build, &x29_8x64},
    {"resnext29_16x64d", NULL, "ResNeXt-29 for CIFAR-10, 16 groups", 32, build, &x29_16x64},
};

const model_family family_resnet = {
    "Xie et al., Aggregated Residual Transformations (CVPR 2017); facebookresearch/ResNeXt models/resnext.lua; "
    "stride 2 in the 3x3",
    entries, sizeof entries / sizeof *entries};
