/* layers.h - single layers as what a run consists of (--level=layer): everything that is timed on one problem in one
 * direction is one unit. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_LAYERS_H
#define GCONV_RUN_LAYERS_H

#include "layer.h"

typedef struct {
  layer_problem *items;
  size_t count;
} layer_list;

gconv_status layers_make(const options *o, layer_list *list);
void layers_free(layer_list *list);

/* Every benchmark of the problem that --benchmark_filter lets through and that is not finished; those that differ in
 * the cache alone come together. */
void layers_each(const session *s, const layer_problem *p, void (*visit)(const layer_key *, void *context),
                 void *context);
size_t layers_count(const session *s, const layer_problem *p);

/* The rows of all its layers are written, by this run or one that it continues. */
bool layers_finished(const session *s, const layer_problem *p, const char *name);

enum { LAYER_TITLE_MAX = GCONV_TEXT_MAX + 16 };
void layers_title(const layer_problem *p, char title[LAYER_TITLE_MAX]);
/* Checks, times and reports it. */
gconv_status layers_run(session *s, const layer_problem *p);

#endif
