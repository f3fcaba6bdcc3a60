/* caches.c - hwloc's answer where it is one, and what stands in for it. Builds without hwloc go on with CPUID. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "caches.h"

#include "gconv.h"

#if GCONV_WITH_HWLOC
#include <hwloc.h>
#endif

/* Assumed where nothing tells the last level: more than most processors give to one core, so that what is meant to
 * come from memory does. */
static const size_t hidden_l3_bytes = (size_t)64 << 20;

const char *memory_level_name(memory_level level) {
  static const char *const names[LEVELS] = {"l1", "l2", "l3", "memory"};
  return names[level];
}

static cache_levels from_cpuid(void) {
  const gconv_caches known = gconv_caches_detect();
  const char *const cpuid = "CPUID", *const assumed = "assumed, nothing tells";
  cache_levels caches = {.level = {{known.l1d, 1, known.l1d_known ? cpuid : assumed},
                                   {known.l2, 1, known.l2_known ? cpuid : assumed},
                                   {known.l3, 1, known.l3_known ? cpuid : assumed}}};
  if (!known.l3_known) caches.level[LEVEL_L3].bytes = hidden_l3_bytes;
  return caches;
}

#if GCONV_WITH_HWLOC
/* Where CPUID lists no L3 to the kernels, hwloc's x86 part takes it from AMD's leaf 0x80000006, which counts those of
 * the whole package: no core has all of it. */
static bool counts_whole_package(hwloc_topology_t topology, int level) {
#if defined(__x86_64__)
  const char *backend = hwloc_obj_get_info_by_name(hwloc_get_root_obj(topology), "Backend");
  return backend && level == LEVEL_L3 && !gconv_caches_detect().l3_known;
#else
  (void)topology, (void)level;
  return false;
#endif
}

static void take_hwloc(hwloc_topology_t topology, cache_levels *caches) {
  static const hwloc_obj_type_t types[LEVEL_MEMORY] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE};
  for (int level = 0; level < LEVEL_MEMORY; level++) {
    const hwloc_obj_t cache = hwloc_get_obj_by_type(topology, types[level], 0);
    if (!cache || !cache->attr->cache.size) continue;
    if (counts_whole_package(topology, level)) {
      caches->level[level].source = "assumed; CPUID tells only the whole package's";
      continue;
    }
    caches->level[level] = (cache_level){cache->attr->cache.size, hwloc_bitmap_weight(cache->cpuset), "hwloc"};
  }
}
#endif

cache_levels cache_levels_detect(void) {
  cache_levels caches = from_cpuid();
#if GCONV_WITH_HWLOC
  hwloc_topology_t topology;
  if (hwloc_topology_init(&topology)) return caches;
  if (!hwloc_topology_load(topology)) take_hwloc(topology, &caches);
  hwloc_topology_destroy(topology);
#endif
  return caches;
}

size_t cache_capacity(const cache_levels *caches, memory_level level, int threads) {
  if (level == LEVEL_MEMORY) return SIZE_MAX;
  const cache_level *cache = &caches->level[level];
  const int sharing = cache->cpus > 1 ? cache->cpus : 1;
  return cache->bytes * (size_t)((threads + sharing - 1) / sharing);
}
