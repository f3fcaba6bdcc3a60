/* profile.h - how long each step of several nets of one graph takes where it stands, measured in turns. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_PROFILE_H
#define GCONV_NET_PROFILE_H

#include "net.h"

/* A node of one of the nets. */
typedef struct {
  double seconds; /* median; of a convolution the mean of all that solve the same problem */
  gconv_layout in, out;
  net_choice choice; /* of a convolution */
} profile_entry;

/* entries[net * nodes of the graph + node]; the input has no step and takes 0 seconds. The caller frees *entries. */
gconv_status profile_nets(net *const *nets, size_t count, profile_entry **entries);
/* Converting a result on the threads of `n`; NAN without memory. */
double profile_conversion(const net *n, gconv_dims dims, gconv_layout from, gconv_layout to);

#endif
