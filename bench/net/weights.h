/* weights.h - weights and biases of a whole model, plain: GOIHW and a value for each output channel, which stands for
 * the convolution's bias and the batch normalisation folded into it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_WEIGHTS_H
#define GCONV_NET_WEIGHTS_H

#include "model.h"

/* By node; NULL where a node has none. A bias has zeros up to the next multiple of 16 channels, and is all zero for a
 * convolution without one. */
typedef struct {
  int count;
  float **wei, **bias;
} net_weights;

typedef enum {
  WEIGHTS_REAL, /* of both signs, scaled so that activations keep their size through ReLU (He et al. 2015) */
  WEIGHTS_UNIT, /* -1, 0 and 1: with small integer inputs all sums are exact */
} weights_mode;

bool net_has_bias(const model_node *node);
gconv_status net_weights_create(const model *m, weights_mode mode, uint64_t seed, net_weights **out);
/* All zero. */
gconv_status net_weights_zeros(const model *m, net_weights **out);
void net_weights_free(net_weights *w);
int64_t net_weight_count(const model *m, int node);

#endif
