/* template.c - claims: the building plan of ResNeXt. Source: Xie et al., Aggregated Residual Transformations for Deep
 * Neural Networks (CVPR 2017), whose FLOPs are multiply-adds. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include <stdio.h>

enum { FIRST_STAGE = 2, LAST_STAGE = 5 };

/* Table 1. */
static gconv_status stages(table *t) {
  static const struct {
    const char *network, *title;
    int width; /* of the 3x3 in conv2 */
  } columns[] = {{"resnet50", "ResNet-50", 64}, {"resnext50_32x4d", "ResNeXt-50 32x4d", 128}};
  static const int blocks[] = {3, 4, 6, 3};
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    for (int s = FIRST_STAGE; s <= LAST_STAGE && !status; s++) {
      char block[64], all[64], out[64], texts[4][96];
      snprintf(block, sizeof block, "%s:conv%d_1.b", columns[i].network, s);
      snprintf(out, sizeof out, "%s:conv%d_1.c", columns[i].network, s);
      snprintf(all, sizeof all, "%s:conv%d_*.b", columns[i].network, s);
      static const char *const what[] = {"width of the 3x3", "output channels", "side of the output", "blocks"};
      for (int k = 0; k < 4; k++) snprintf(texts[k], sizeof texts[k], "%s, conv%d: %s", columns[i].title, s, what[k]);
      const int halvings = s - FIRST_STAGE;
      const claim claims[] = {
          {"ResNeXt Table 1", texts[0], columns[i].width << halvings, .what = CHANNELS, .of = {block}},
          {"ResNeXt Table 1", texts[1], 256 << halvings, .what = CHANNELS, .of = {out}},
          {"ResNeXt Table 1", texts[2], 56 >> halvings, .what = MAP, .of = {out}},
          {"ResNeXt Table 1", texts[3], blocks[halvings], .what = LAYERS, .of = {all}},
      };
      status = claims_add(t, claims, sizeof claims / sizeof *claims);
    }
  return status;
}

static const struct {
  const char *network;
  int cardinality, d, width;
} table_2[] = {{"resnet50", 1, 64, 64},
               {"resnext50_2x40d", 2, 40, 80},
               {"resnext50_4x24d", 4, 24, 96},
               {"resnext50_8x14d", 8, 14, 112},
               {"resnext50_32x4d", 32, 4, 128}};
enum { COLUMNS = sizeof table_2 / sizeof *table_2 };

/* Table 2 and equation (4): the second block of conv2, which has no projection. */
static gconv_status bottlenecks(table *t) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < COLUMNS && !status; i++) {
    const int c = table_2[i].cardinality, d = table_2[i].d;
    char block[64], grouped[64], texts[4][96];
    snprintf(block, sizeof block, "%s:conv2_2.*", table_2[i].network);
    snprintf(grouped, sizeof grouped, "%s:conv2_2.b", table_2[i].network);
    static const char *const what[] = {"parameters of the bottleneck", "parameters, about 70k",
                                       "FLOPs (MACs) at 56x56, about 0.22 billion", "width of the group convolution"};
    for (int k = 0; k < 4; k++) snprintf(texts[k], sizeof texts[k], "%s, C = %d, d = %d", what[k], c, d);
    const claim claims[] = {
        {"ResNeXt eq. (4)", texts[0], c * (256 * d + 3 * 3 * d * d + d * 256), .what = WEIGHTS, .of = {block}},
        {"ResNeXt Table 2", texts[1], 70e3, 1e3, WEIGHTS, .of = {block},
         .why = "the caption says about; with d = 13 it would be 65k"},
        {"ResNeXt Table 2", texts[2], 0.22e9, 0.01e9, MACS, .of = {block}},
        {"ResNeXt Table 2", texts[3], table_2[i].width, .what = CHANNELS, .of = {grouped}},
    };
    status = claims_add(t, claims, sizeof claims / sizeof *claims);
  }
  return status;
}

/* Section 3.1, (i): blocks on maps of one size share their hyper-parameters. The first block of a stage is another
 * size: it begins on the larger map. */
static gconv_status rule_1(table *t) {
  static const int last[] = {3, 4, 6, 3};
  gconv_status status = GCONV_OK;
  for (int i = 0; i < COLUMNS; i++)
    for (int s = FIRST_STAGE; s <= LAST_STAGE && !status; s++) {
      char one[64], other[64], text[128];
      snprintf(one, sizeof one, "%s:conv%d_%d.*", table_2[i].network, s, last[s - FIRST_STAGE]);
      snprintf(other, sizeof other, "%s:conv%d_2.*", table_2[i].network, s);
      snprintf(text, sizeof text, "weights of the last block of conv%d against its second, %s", s, table_2[i].network);
      status = claim_add(t, &(claim){"ResNeXt rule (i)", text, 1, .what = WEIGHTS, .of = {one}, .against = {other}});
    }
  return status;
}

/* (ii): where the map halves the width doubles, so that every block costs the same. */
static gconv_status equal_blocks(table *t, const char *network, const char *part, const char *title) {
  gconv_status status = GCONV_OK;
  char conv2[64];
  snprintf(conv2, sizeof conv2, "%s:conv2_2.%s", network, part + 2);
  for (int s = FIRST_STAGE + 1; s <= LAST_STAGE && !status; s++) {
    char block[64], text[128];
    snprintf(block, sizeof block, "%s:conv%d_%s", network, s, part);
    snprintf(text, sizeof text, "MACs of the %s of conv%d against conv2's second block, %s", title, s, network);
    status = claim_add(t, &(claim){"ResNeXt rule (ii)", text, 1, .what = MACS, .of = {block}, .against = {conv2}});
  }
  return status;
}

/* The paper says "roughly the same for all blocks". */
static gconv_status first_blocks(table *t, const char *network) {
  char blocks[64], conv2[64], text[128];
  snprintf(blocks, sizeof blocks, "%s:conv[345]_1.*", network);
  snprintf(conv2, sizeof conv2, "%s:conv2_2.*", network);
  snprintf(text, sizeof text, "MACs of the first blocks of conv3 to conv5 against conv2's second block, %s", network);
  return claim_add(
      t, &(claim){"ResNeXt rule (ii)", text, 1, 1, MACS, .of = {blocks}, .against = {conv2, conv2, conv2},
                  .why = "they have a projection, and their first 1x1 is still on the larger map (footnote 5)"});
}

static gconv_status rule_2(table *t) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < COLUMNS && !status; i++) {
    const char *network = table_2[i].network;
    status = equal_blocks(t, network, "2.*", "second block");
    if (!status) status = equal_blocks(t, network, "1.b", "first 3x3, with stride 2,");
    if (!status) status = first_blocks(t, network);
  }
  return status;
}

/* Figure 3: 32 separate paths that are summed (a), or concatenated before one last 1x1 (b), cost what the grouped
 * convolution (c) costs. */
static gconv_status figure_3(table *t) {
#define PATH "mb1_ic256oc4_ih56oh56kh1ph0n\"a*32\"", "mb1_ic4oc4_ih56oh56kh3ph1n\"b*32\""
  static const char grouped[] = "resnext50_32x4d:conv2_2.*";
  static const claim claims[] = {
      {"ResNeXt Figure 3", "weights: form (a), 32 paths summed, against (c)", 1, .what = WEIGHTS,
       .of = {PATH, "mb1_ic4oc256_ih56oh56kh1ph0n\"c*32\""}, .against = {grouped}},
      {"ResNeXt Figure 3", "weights: form (b), 32 paths concatenated, against (c)", 1, .what = WEIGHTS,
       .of = {PATH, "mb1_ic128oc256_ih56oh56kh1ph0"}, .against = {grouped}},
      {"ResNeXt Figure 3", "MACs: form (a), 32 paths summed, against (c)", 1, .what = MACS,
       .of = {PATH, "mb1_ic4oc256_ih56oh56kh1ph0n\"c*32\""}, .against = {grouped}},
      {"ResNeXt Figure 3", "MACs: form (b), 32 paths concatenated, against (c)", 1, .what = MACS,
       .of = {PATH, "mb1_ic128oc256_ih56oh56kh1ph0"}, .against = {grouped}},
  };
  return claims_add(t, claims, sizeof claims / sizeof *claims);
}

gconv_status claims_template(table *t) {
  // cppcheck-suppress uninitvar // it does not see the initializer of an array of functions
  gconv_status (*const parts[])(table *) = {stages, bottlenecks, rule_1, rule_2, figure_3};
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof parts / sizeof *parts && !status; i++) status = parts[i](t);
  return status;
}
