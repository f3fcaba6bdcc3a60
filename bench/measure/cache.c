/* cache.c - names of the modes, and the size that cold ones have to pass. */
#include "cache.h"

/* Virtual machines may hide the last-level cache; this is more than most give to one core. */
static const size_t hidden_cache_bytes = (size_t)64 << 20;

const char *cache_name(cache_mode cache) {
  static const char *const names[CACHES] = {"warm", "cold", "cold-weights"};
  return names[cache];
}

size_t cache_last_level(const gconv_caches *caches) {
  if (!caches->l3_known) return hidden_cache_bytes;
  return caches->l3 > caches->l2 ? caches->l3 : caches->l2;
}
