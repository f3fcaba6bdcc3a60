/* grouping.c - claims: what grouping saves. Sources: the usual textbook example; Dive into Deep Learning (D2L): g
 * groups need g times fewer weights and cost g times less; Krizhevsky et al. 2012 (AlexNet), whose layers are those of
 * BVLC Caffe models/bvlc_alexnet. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include <stdio.h>

static const char dense_128[] = "mb1_ic128oc128_ih56oh56kh3ph1", two_groups_128[] = "g2mb1_ic128oc128_ih56oh56kh3ph1",
                  four_groups_256[] = "g4mb1_ic256oc256_ih56oh56kh3ph1";

static const claim single[] = {
    {"textbook example", "weights of a dense 3x3, 128 -> 128 channels", 147456, .what = WEIGHTS, .of = {dense_128}},
    {"textbook example", "weights of two groups of 64 -> 64", 73728, .what = WEIGHTS, .of = {two_groups_128}},
    {"textbook example", "weights: two groups have exactly half", 0.5, .what = WEIGHTS, .of = {two_groups_128},
     .against = {dense_128}},
    {"textbook example", "MACs: two groups have exactly half", 0.5, .what = MACS, .of = {two_groups_128},
     .against = {dense_128}},
    {"equal-cost pair", "weights: 256 -> 256 in four groups against dense 128 -> 128", 1, .what = WEIGHTS,
     .of = {four_groups_256}, .against = {dense_128}},
    {"equal-cost pair", "MACs: 256 -> 256 in four groups against dense 128 -> 128", 1, .what = MACS,
     .of = {four_groups_256}, .against = {dense_128}},
    {"AlexNet", "parameters, 60 million", 60e6, 1e6, PARAMETERS, .of = {"alexnet"},
     .why = "60.97 million, printed without the fraction"},
    {"AlexNet (ShuffleNet Table 8)", "FLOPs (MACs), 720 million", 720e6, 10e6, MACS, .of = {"alexnet"}},
    {"AlexNet (Caffe)", "convolution weights with two towers", 2332704, .what = WEIGHTS, .of = {"alexnet:conv*"}},
    {"AlexNet (Caffe)", "convolution weights with the towers written out", 2332704, .what = WEIGHTS,
     .of = {"alexnet_two_towers:conv*"}},
    {"AlexNet (Caffe)", "convolution weights with one tower", 3745824, .what = WEIGHTS,
     .of = {"alexnet_one_tower:conv*"}},
    {"AlexNet (Caffe)", "convolution MACs with two towers", 665784864, .what = CONV_MACS, .of = {"alexnet"}},
    {"AlexNet (Caffe)", "convolution MACs with one tower", 1076634144, .what = CONV_MACS, .of = {"alexnet_one_tower"}},
};

gconv_status claims_grouping(table *t) {
  static const struct {
    quantity what;
    const char *name;
  } laws[] = {{WEIGHTS, "weights"}, {MACS, "MACs"}};
  gconv_status status = claims_add(t, single, sizeof single / sizeof *single);
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++)
    for (int g = 1; g <= 128 && !status; g *= 2) {
      char grouped[64], text[128];
      snprintf(grouped, sizeof grouped, "g%dmb1_ic128oc128_ih56oh56kh3ph1", g);
      snprintf(text, sizeof text, "%s of 3x3, 128 -> 128 at 56x56: share of the dense ones for g = %d", laws[i].name,
               g);
      status = claim_add(
          t, &(claim){"1/g law (D2L)", text, 1.0 / g, .what = laws[i].what, .of = {grouped}, .against = {dense_128}});
    }
  return status;
}
