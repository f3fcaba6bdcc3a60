/* race.h - the fastest kernel for each convolution of a network, conversions between layouts included: what "best"
 * means there. Nets of one graph, each by one kernel, are run and every step is timed where it stands, so that weights
 * and activations are as warm or cold as they will be. Then each convolution gets one of the kernels, and each result
 * its layouts, such that the times of all steps and of the conversions that this takes are the least together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_RACE_H
#define GCONV_NET_RACE_H

#include "net.h"

/* The nets are loaded and have an input. The result, for net_request.choices, holds plans of theirs: the very ones that
 * were timed, as another plan of the same kernel may be another choice of layouts. The caller frees it. */
gconv_status race_nets(net *const *nets, size_t count, net_choice **choices);

#endif
