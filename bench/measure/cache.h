/* cache.h - what a call may find in the caches. */
#ifndef GCONV_RUN_CACHE_H
#define GCONV_RUN_CACHE_H

#include "gconv.h"

typedef enum {
  CACHE_WARM,         /* all that the call before left there */
  CACHE_COLD,         /* no tensor and no weights */
  CACHE_COLD_WEIGHTS, /* tensors, but no weights: a layer right after the one that wrote its input */
  CACHES
} cache_mode;

const char *cache_name(cache_mode cache); /* "warm", "cold", "cold-weights" */
/* Bytes of the last level; where nothing tells, more than processors of today have. */
size_t cache_last_level(const gconv_caches *caches);

#endif
