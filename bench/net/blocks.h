/* blocks.h - the building blocks of networks as models of their own: the residual bottleneck in the three forms that
 * ResNeXt calls equivalent (Xie et al. 2017, figure 3), and what else is built from grouped convolutions.
 *
 *   form a   C paths of three convolutions each, whose results are summed
 *   form b   C paths of two convolutions, concatenated before one last 1x1
 *   form c   a grouped convolution between two 1x1
 *
 * All three have the same weights and multiply-adds; they differ in how many calls and how narrow ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_BLOCKS_H
#define GCONV_NET_BLOCKS_H

#include "weights.h"

typedef struct {
  int cardinality, width; /* C paths of d channels */
  int outer, map;         /* channels and side of what comes in and goes out */
} bottleneck;

typedef struct block_entry block_entry;
struct block_entry {
  const char *name, *summary;
  const char *forms; /* "abc", or "-" for what has one form */
  void (*build)(model *m, const block_entry *entry, char form);
  bottleneck shape; /* of residual bottlenecks */
};

const block_entry *block_entries(size_t *count);
gconv_status block_build(const block_entry *entry, char form, model **out);
/* A bottleneck of any shape, not only those with an entry. */
gconv_status bottleneck_build(const bottleneck *shape, char form, model **out);
/* Weights of form a or b that make it compute what form c does with `grouped`. */
gconv_status bottleneck_split_weights(const model *form_c, const net_weights *grouped, const model *form,
                                      net_weights **out);

#endif
