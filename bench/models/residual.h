/* residual.h - networks of residual bottlenecks: ResNet, ResNeXt and RegNet differ in a row of numbers only. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MODELS_RESIDUAL_H
#define GCONV_MODELS_RESIDUAL_H

#include "model.h"

enum { RESIDUAL_STAGES_MAX = 4 };

/* 1x1 to `inner` channels, 3x3 in `groups` groups, 1x1 to `outer`; added to the input, or to a 1x1 projection of it
 * where sizes differ; ReLU after each of the three and after the sum. Batch normalisation after every convolution. */
typedef struct {
  const char *stage;
  int blocks, inner, groups, outer;
  int stride;  /* of the first block */
  int squeeze; /* squeeze-and-excitation after the 3x3 with (channels of the block's input) / squeeze; 0: none */
  bool stride_in_first; /* the stride is in the first 1x1 (He et al. 2015), not in the 3x3 (ResNeXt, torchvision) */
} residual_stage;

/* Adds one block, labelled stage->stage and `number` (from 1; only the first one has the stride). Returns its result.
 */
int residual_block(model *m, int input, const residual_stage *stage, int number);

typedef struct {
  int stem_kernel, stem_oc, stem_stride;
  const char *stem; /* label */
  bool stem_pool;   /* 3x3 max pool with stride 2 */
  residual_stage stages[RESIDUAL_STAGES_MAX];
  int classes;
} residual_net;

/* The whole network. Stages with no blocks are left out. */
void residual_build(model *m, const residual_net *net, int image);

#endif
