/* layer.h - layers as benchmarks: one problem in one direction, called by one kernel under one set of conditions. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CASES_LAYER_H
#define GCONV_CASES_LAYER_H

#include "bench_case.h"
#include "layer_plan.h"
#include "placement.h"

/* One benchmark's key: a kernel and how it is called. */
typedef struct {
  const char *kernel;
  gconv_layout layout;
  int threads;
  cache_mode cache;
  inputs inputs;
  char name[CASE_NAME_MAX]; /* DIR/LAYOUT/PROBLEM/KERNEL/tN/CACHE, with "-denormal" or "-flushed" behind it */
} layer_key;

/* `base` comes first. */
typedef struct {
  bench_case base;
  layer_plan *plan; /* shared by those that differ in the cache alone */
  cache_mode cache;
  rotation_size size;          /* of what it is timed on, where its status is ok */
  rotation calls;              /* the arguments of the current repetition's calls */
  placement_spread placements; /* with --placements, where caches are warm */
} layer_case;

/* An unprepared case of the plan, with the plan's kernel and threads. */
void layer_case_init(layer_case *l, layer_plan *plan, const layer_key *key);

/* layer_row.c: one row for each layer that the problem stands for. */
void layer_write(const bench_case *c, const char *reason, const figures *f);
/* GFLOP/s of the machine that pct_peak is a share of. */
double layer_peak(const layer_plan *plan);

#endif
