/* backward.h - gradients of a bottleneck in double precision, each with a bound on how far a binary32 computation may
 * be off. The bound is derived as the forward one is (bench/net/reference.h): what the operands may be off, carried
 * through, plus the rounding of the sums. A ReLU whose side the forward bound leaves open may hand on its gradient or
 * not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_BACKWARD_H
#define GCONV_TESTS_BACKWARD_H

#include "reference.h"

typedef struct {
  double *value, *off, *size; /* off: how far a binary32 value may be; size: sum of magnitudes while it is summed up */
} amounts;

typedef struct {
  const model *m;
  const net_weights *w;
  const reference *r; /* of the forward pass */
  amounts *of_node, *of_wei, *of_bias;
} backward;

/* For the gradient with regard to the result, NCHW. Nodes are convolutions, sums and concatenations, and all but the
 * input have one reader. */
backward backward_run(const model *m, const net_weights *w, const reference *r, const float *gradient);
void backward_free(backward *b);

#endif
