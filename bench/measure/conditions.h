/* conditions.h - under which a benchmark runs: what is timed as one, what a call may find in the caches, what numbers
 * are convolved. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MEASURE_CONDITIONS_H
#define GCONV_MEASURE_CONDITIONS_H

#include "check.h"
#include "gconv.h"

typedef enum { LEVEL_LAYER, LEVEL_BLOCK, LEVEL_NETWORK, RUN_LEVELS } run_level;

typedef enum {
  CACHE_WARM,         /* all that the call before left there */
  CACHE_COLD,         /* no tensor and no weights */
  CACHE_COLD_WEIGHTS, /* tensors, but no weights: a layer right after the one that wrote its input */
  CACHES
} cache_mode;

/* Ordinary numbers, or denormal ones, on which some processors take a hundred times as long and which an application
 * may therefore have its threads flush to zero. */
typedef enum {
  INPUTS_REAL,
  INPUTS_DENORMAL, /* activations and results are denormal, weights are not */
  INPUTS_FLUSHED,  /* the same, timed on threads that take denormals for zero */
  INPUTS
} inputs;

const char *level_name(run_level level);  /* "layer", "block", "network" */
const char *cache_name(cache_mode cache); /* "warm", "cold", "cold-weights" */
const char *inputs_name(inputs kind);     /* "real", "denormal", "flushed" */
check_mode inputs_mode(inputs kind);
/* Bytes of the last level; where nothing tells, more than processors of today have. */
size_t cache_last_level(const gconv_caches *caches);

#endif
