/* networks.c - claims: what ResNeXt's networks weigh and cost, and the figures of the paper that nobody can count. Two
 * conventions are not stated there and are settled by which one fits: batch normalisation is left out of the
 * parameters, and the stride is in the 3x3. Both are shown each way. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

static const char with_norm[] = "batch normalisation is counted here; without it the figures agree",
                  early_stride[] =
                      "the stride is in the first 1x1 here, as in the first ResNet; the paper's is in the 3x3",
                  roughly[] =
                      "about; complexity is kept approximately (section 3.4), the blocks that halve the map deviate",
                  wide_14[] = "about; 14 is the nearest whole width, and its block costs 2.6 % more than 1x64d's";

static const claim rows[] = {
    {"ResNeXt Table 1", "ResNet-50: parameters, 25.5 million", 25.5e6, 0.1e6, UNNORMED, .of = {"resnet50"}},
    {"ResNeXt Table 1", "ResNet-50: parameters, 25.5 million, with batch normalisation", 25.5e6, 0.1e6, PARAMETERS,
     .of = {"resnet50"}, .why = with_norm},
    {"ResNeXt Table 1", "ResNet-50: FLOPs (MACs), 4.1 billion", 4.1e9, 0.1e9, MACS, .of = {"resnet50"}},
    {"ResNeXt Table 1", "ResNet-50: FLOPs (MACs), 4.1 billion, with the stride in the first 1x1", 4.1e9, 0.1e9, MACS,
     .of = {"resnet50@v1"}, .why = early_stride},
    {"ResNeXt Table 1", "ResNeXt-50 32x4d: parameters, 25.0 million", 25e6, 0.1e6, UNNORMED, .of = {"resnext50_32x4d"}},
    {"ResNeXt Table 1", "ResNeXt-50 32x4d: parameters, 25.0 million, with batch normalisation", 25e6, 0.1e6, PARAMETERS,
     .of = {"resnext50_32x4d"}},
    {"ResNeXt Table 1", "ResNeXt-50 32x4d: FLOPs (MACs), 4.2 billion", 4.2e9, 0.1e9, MACS, .of = {"resnext50_32x4d"}},
    {"ResNeXt Table 1", "ResNeXt-50 32x4d: FLOPs (MACs), 4.2 billion, with the stride in the first 1x1", 4.2e9, 0.1e9,
     MACS, .of = {"resnext50_32x4d@v1"}, .why = early_stride},

    {"ResNeXt Table 3", "ResNet-50: FLOPs (MACs), about 4.1 billion", 4.1e9, 0.1e9, MACS, .of = {"resnet50"}},
    {"ResNeXt Table 3", "ResNeXt-50 2x40d: FLOPs (MACs), about 4.1 billion", 4.1e9, 0.1e9, MACS,
     .of = {"resnext50_2x40d"}},
    {"ResNeXt Table 3", "ResNeXt-50 4x24d: FLOPs (MACs), about 4.1 billion", 4.1e9, 0.1e9, MACS,
     .of = {"resnext50_4x24d"}, .why = roughly},
    {"ResNeXt Table 3", "ResNeXt-50 8x14d: FLOPs (MACs), about 4.1 billion", 4.1e9, 0.1e9, MACS,
     .of = {"resnext50_8x14d"}, .why = wide_14},
    {"ResNeXt Table 3", "ResNeXt-50 32x4d: FLOPs (MACs), about 4.1 billion", 4.1e9, 0.1e9, MACS,
     .of = {"resnext50_32x4d"}, .why = roughly},
    {"ResNeXt Table 3", "ResNet-101: FLOPs (MACs), about 7.8 billion", 7.8e9, 0.1e9, MACS, .of = {"resnet101"}},
    {"ResNeXt Table 3", "ResNeXt-101 2x40d: FLOPs (MACs), about 7.8 billion", 7.8e9, 0.1e9, MACS,
     .of = {"resnext101_2x40d"}},
    {"ResNeXt Table 3", "ResNeXt-101 4x24d: FLOPs (MACs), about 7.8 billion", 7.8e9, 0.1e9, MACS,
     .of = {"resnext101_4x24d"}, .why = roughly},
    {"ResNeXt Table 3", "ResNeXt-101 8x14d: FLOPs (MACs), about 7.8 billion", 7.8e9, 0.1e9, MACS,
     .of = {"resnext101_8x14d"}, .why = wide_14},
    {"ResNeXt Table 3", "ResNeXt-101 32x4d: FLOPs (MACs), about 7.8 billion", 7.8e9, 0.1e9, MACS,
     .of = {"resnext101_32x4d"}, .why = roughly},
    {"ResNeXt Figure 5", "ResNet-101: parameters, about 44 million", 44e6, 1e6, UNNORMED, .of = {"resnet101"}},
    {"ResNeXt Figure 5", "ResNeXt-101 32x4d: parameters, about 44 million", 44e6, 1e6, UNNORMED,
     .of = {"resnext101_32x4d"}},

    {"ResNeXt Table 4", "ResNet-200: FLOPs (MACs), about 15 billion", 15e9, 1e9, MACS, .of = {"resnet200"}},
    {"ResNeXt Table 4", "ResNet-101 wider, 1x100d: FLOPs (MACs), about 15 billion", 15e9, 1e9, MACS,
     .of = {"resnet101_1x100d"}},
    {"ResNeXt Table 4", "ResNeXt-101 2x64d: FLOPs (MACs), about 15 billion", 15e9, 1e9, MACS,
     .of = {"resnext101_2x64d"}},
    {"ResNeXt Table 4", "ResNeXt-101 64x4d: FLOPs (MACs), about 15 billion", 15e9, 1e9, MACS,
     .of = {"resnext101_64x4d"}},
    {"ResNeXt Table 4", "ResNet-200 against ResNet-101: twice the FLOPs", 2, 1, MACS, .of = {"resnet200"},
     .against = {"resnet101"}},
    {"ResNeXt Table 4", "ResNet-101 1x100d against 1x64d: twice the FLOPs", 2, 1, MACS, .of = {"resnet101_1x100d"},
     .against = {"resnet101"}},
    {"ResNeXt Table 4", "ResNeXt-101 2x64d against ResNet-101: twice the FLOPs", 2, 1, MACS, .of = {"resnext101_2x64d"},
     .against = {"resnet101"}},
    {"ResNeXt Table 4", "ResNeXt-101 64x4d against ResNet-101: twice the FLOPs", 2, 1, MACS, .of = {"resnext101_64x4d"},
     .against = {"resnet101"}},
    {"ResNeXt section 5.1", "ResNeXt-101 32x4d has 50 % of the complexity of ResNet-200", 50, 10, MACS, 100,
     .of = {"resnext101_32x4d"}, .against = {"resnet200"}},
    {"ResNeXt section 5.1", "ResNeXt-101 32x4d has 50 % of the complexity of ResNet-101 1x100d", 50, 10, MACS, 100,
     .of = {"resnext101_32x4d"}, .against = {"resnet101_1x100d"}},
    {"ResNeXt README", "ResNeXt-101 64x4d: FLOPs (MACs), about 15.6 billion", 15.6e9, 0.1e9, MACS,
     .of = {"resnext101_64x4d"}, .why = "about; 15.6 is twice the 7.8 of ResNet-101, counted it is 1.98 times"},

    {"ResNeXt Table 7", "ResNeXt-29 8x64d: parameters, 34.4 million", 34.4e6, 0.1e6, UNNORMED,
     .of = {"resnext29_8x64d"}},
    {"ResNeXt Table 7", "ResNeXt-29 8x64d: parameters, 34.4 million, with batch normalisation", 34.4e6, 0.1e6,
     PARAMETERS, .of = {"resnext29_8x64d"}},
    {"ResNeXt Table 7", "ResNeXt-29 16x64d: parameters, 68.1 million", 68.1e6, 0.1e6, UNNORMED,
     .of = {"resnext29_16x64d"}},
    {"ResNeXt Table 7", "ResNeXt-29 16x64d: parameters, 68.1 million, with batch normalisation", 68.1e6, 0.1e6,
     PARAMETERS, .of = {"resnext29_16x64d"}, .why = with_norm},
    /* Zagoruyko and Komodakis 2016: three groups of four basic blocks, ten times as wide; the FC as 1x1 at the end. */
    {"ResNeXt Table 7", "Wide ResNet 28-10: parameters, 36.5 million", 36.5e6, 0.1e6, WEIGHTS,
     .of = {"mb1_ic3oc16_ih32kh3ph1", "mb1_ic16oc160_ih32kh3ph1", "mb1_ic160oc160_ih32kh3ph1n\"x*7\"",
            "mb1_ic16oc160_ih32kh1", "mb1_ic160oc320_ih32kh3sh2ph1", "mb1_ic320oc320_ih16kh3ph1n\"x*7\"",
            "mb1_ic160oc320_ih32kh1sh2", "mb1_ic320oc640_ih16kh3sh2ph1", "mb1_ic640oc640_ih8kh3ph1n\"x*7\"",
            "mb1_ic320oc640_ih16kh1sh2", "mb1_ic640oc10_ih1kh1"}},
};

gconv_status claims_networks(table *t) {
  static const char training[] = "an error rate needs training on the data set",
                    timing[] = "a training time on GPUs; inference here is measured, not counted";
  const gconv_status status = claims_add(t, rows, sizeof rows / sizeof *rows);
  claim_add_uncounted(t, "ResNeXt Table 3", "top-1 errors of ten networks", "21.2 to 23.9 %", training);
  claim_add_uncounted(t, "ResNeXt Table 4", "top-1 and top-5 errors of six networks", "20.4 to 22.0 %, 5.3 to 6.0 %",
                      training);
  claim_add_uncounted(t, "ResNeXt Table 5", "errors of six networks at 224 to 320", "19.1 to 22.0 %, 4.4 to 6.0 %",
                      training);
  claim_add_uncounted(t, "ResNeXt Table 7", "errors of three networks, CIFAR-10 and CIFAR-100",
                      "3.58 to 4.17 %, 17.31 to 20.50 %", training);
  claim_add_uncounted(t, "ResNeXt section 5.1", "seconds a mini-batch, ResNeXt-101 32x4d against ResNet-101",
                      "0.95 / 0.70", timing);
  claim_add_uncounted(t, "ResNeXt section 5.1", "seconds a mini-batch, ResNeXt-101 64x4d", "1.7", timing);
  return status;
}
