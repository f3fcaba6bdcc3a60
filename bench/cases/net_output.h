/* net_output.h - what timed runs of a net leave behind is what its verified runs left, as output.h says of layers:
 * the result and, in training, the gradients with regard to all weights. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_NET_OUTPUT_H
#define GCONV_RUN_NET_OUTPUT_H

#include "net.h"

typedef struct {
  float *values; /* as the verified run left them, then as a timed one did; NULL: none */
  int64_t count;
  bool exact; /* all its kernels promise the same bits */
} net_output;

gconv_status net_output_take(net_output *o, const net *n, bool train);
/* Before runs are timed: the result becomes NaN. */
void net_output_spoil(const net *n);
gconv_status net_output_verify(const net_output *o, const net *n, bool train);
void net_output_free(net_output *o);

#endif
