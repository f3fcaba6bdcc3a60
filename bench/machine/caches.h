/* caches.h - the levels that data may come from, with their sizes and who said so. Asked in this order: hwloc (sysfs,
 * and CPUID where sysfs is empty), CPUID as the kernels read it, a stated assumption. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_CACHES_H
#define GCONV_MACHINE_CACHES_H

#include <stddef.h>

typedef enum { LEVEL_L1, LEVEL_L2, LEVEL_L3, LEVEL_MEMORY, LEVELS } memory_level;

typedef struct {
  size_t bytes;       /* of one instance */
  int cpus;           /* that share it */
  const char *source; /* of the size */
} cache_level;

typedef struct {
  cache_level level[LEVEL_MEMORY];
} cache_levels;

cache_levels cache_levels_detect(void);
const char *memory_level_name(memory_level level); /* "l1", "l2", "l3", "memory" */

/* Bytes that `threads` threads, on a core each, hold in this level together. */
size_t cache_capacity(const cache_levels *caches, memory_level level, int threads);

#endif
