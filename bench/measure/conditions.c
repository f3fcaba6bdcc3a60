/* conditions.c - names of the conditions, and the size that cold caches have to pass. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "conditions.h"

/* Virtual machines may hide the last-level cache; this is more than most give to one core. */
static const size_t hidden_cache_bytes = (size_t)64 << 20;

const char *level_name(run_level level) {
  static const char *const names[RUN_LEVELS] = {"layer", "block", "network"};
  return names[level];
}

const char *cache_name(cache_mode cache) {
  static const char *const names[CACHES] = {"warm", "cold", "cold-weights"};
  return names[cache];
}

const char *inputs_name(inputs kind) {
  static const char *const names[INPUTS] = {"real", "denormal", "flushed"};
  return names[kind];
}

check_mode inputs_mode(inputs kind) { return kind == INPUTS_REAL ? CHECK_REAL : CHECK_DENORMAL; }

size_t cache_last_level(const gconv_caches *caches) {
  if (!caches->l3_known) return hidden_cache_bytes;
  return caches->l3 > caches->l2 ? caches->l3 : caches->l2;
}
