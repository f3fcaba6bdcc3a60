/* networks.h - problem sets that are layers of networks. They come from the definitions in models/, so that no network
 * is written down twice; a set is one network by its name, or a row of the table in networks.c. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_NETWORKS_H
#define GCONV_BENCH_NETWORKS_H

#include "gconv.h"

/* True if it is a row of the table or a network, with or without @VARIANT. */
bool networks_find(const char *name);

/* Hands every layer of the set to `take` until it fails. Names are LABEL:STAGE_BLOCK.PLACE. */
gconv_status networks_layers(const char *name, gconv_status (*take)(const gconv_problem *layer, void *context),
                             void *context);

/* Calls `visit` for the sets of the table and then for every network. */
void networks_each(void (*visit)(const char *name, const char *summary, void *context), void *context);

#endif
