/* net_data.h - what the nets of one model run on. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_NET_DATA_H
#define GCONV_RUN_NET_DATA_H

#include "net.h"

/* Made for the first net that wants it: one too large for the machine must not be filled before a net has said so. */
typedef struct {
  net_weights *weights;
  float *images; /* NULL: not made yet */
} net_data;

size_t net_data_bytes(const model *m, int batch); /* once it is made */
gconv_status net_data_make(net_data *d, const model *m, int batch, uint64_t seed);
void net_data_free(net_data *d);

/* What a training step is given besides: labels, or for a block the gradient that the network behind it would hand
 * back. The rate stays 0: each repetition computes the same, in the time that any other rate takes. */
gconv_status net_data_give_loss(net *n, int batch, uint64_t seed);

#endif
