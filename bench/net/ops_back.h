/* ops_back.h - the transposes of what networks do between convolutions, the loss and the update; rules as in ops.h.
 * Names: x what the forward operation was given, y what it made, g the gradient with regard to y. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_OPS_BACK_H
#define GCONV_NET_OPS_BACK_H

#include "ops.h"

/* out = g where y > 0. `out` may be either. */
void op_relu_back(const tensor *g, const tensor *y, const tensor *out, int threads);
void op_sigmoid_back(const tensor *g, const tensor *y, const tensor *out, int threads); /* `out` may be either */
/* With regard to the factors: the sum over each channel's pixels of g * x. out: 1x1, NCHW. */
void op_scale_factor_back(const tensor *g, const tensor *x, const tensor *out, int threads);
/* The first of several equal maxima of a window gets all. */
void op_pool_back(const tensor *g, const tensor *x, pool_window window, const tensor *out, int threads);
void op_global_avg_pool_back(const tensor *g, const tensor *out, int threads); /* g: 1x1, NCHW */
/* Of one input: its runs turned round; channels that no run names get zero. */
void op_channels_back(const tensor *g, const channel_run *runs, int run_count, const tensor *out, int threads);

/* g: NCHW, x: plain as in op_fc. */
void op_fc_back(const tensor *g, const float *wei, const tensor *out, int threads);
void op_fc_weights_back(const tensor *g, const tensor *x, float *wei_gradient, int threads);
/* The gradient of a bias: the sum of g over images and pixels. */
void op_bias_back(const tensor *g, float *bias_gradient, int threads);

/* Mean cross entropy of the softmax of y (1x1, NCHW), and its gradient. */
double op_softmax_loss(const tensor *y, const int *labels, const tensor *gradient);
/* values -= rate * gradient. */
void op_update(float *values, const float *gradient, float rate, int64_t count, int threads);

#endif
