/* ops.h - what networks do between convolutions, on activations in any layout of the library. All of them allocate
 * nothing, give the same result for any number of threads, and keep the zero lanes of blocked layouts zero. Where not
 * said otherwise, inputs and result have the same layout. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_OPS_H
#define GCONV_NET_OPS_H

#include "tensor.h"

/* out = in[0] + in[1] + ... + bias, in this order, then ReLU. `bias`: a value for each channel, zero or not, followed
 * by zeros up to the next multiple of 16. `out` may be in[0], or in[1] where there are two. */
void op_sum(const tensor *in, int count, const float *bias, bool relu, const tensor *out, int threads);

/* out = in * factor of the channel; factor: 1x1, NCHW. `out` may be `in`. */
void op_scale(const tensor *in, const tensor *factor, const tensor *out, int threads);
void op_sigmoid(const tensor *in, const tensor *out, int threads);

typedef enum { POOL_MAX, POOL_AVG } pool_kind;

typedef struct {
  pool_kind kind;
  int kernel, stride, pad; /* square windows; padding never wins, and counts as zeros in an average */
} pool_window;

size_t op_pool_scratch(const tensor *in, int threads); /* bytes */
void op_pool(const tensor *in, pool_window window, const tensor *out, float *scratch, int threads);
void op_global_avg_pool(const tensor *in, const tensor *out, int threads); /* out: 1x1, NCHW */

/* out = wei * in + bias, then ReLU. in: NCHW or, 1x1, any layout without blocks; wei: oc x (c h w); out: 1x1, NCHW. */
void op_fc(const tensor *in, const float *wei, const float *bias, bool relu, const tensor *out, int threads);

/* Channels [from, from + count) of an input become channels [to, to + count) of the result. */
typedef struct {
  int input, from, to, count;
} channel_run;

/* Concatenation, slices, shuffles: the runs together fill the result. Layouts may all differ. */
void op_channels(const tensor *in, const channel_run *runs, int run_count, const tensor *out, int threads);

#endif
