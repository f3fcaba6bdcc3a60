/* roof.c - the larger of the times that arithmetic and memory need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "roof.h"

typedef struct {
  double ns;
  memory_level farthest;
} transfer;

/* What the caches may hold, level by level. 0 ns where a bandwidth is missing. */
static transfer transfer_of(const bandwidth_table *table, size_t bytes, int threads) {
  transfer t = {0, LEVEL_L1};
  size_t nearer = 0; /* bytes that the levels before hold */
  for (int level = LEVEL_L1; level < LEVELS && nearer < bytes; level++) {
    const size_t room = cache_capacity(&table->caches, (memory_level)level, threads);
    const size_t held = room < bytes ? room : bytes;
    if (held <= nearer) continue;
    t.ns += (double)(held - nearer) / bandwidth_best(table, threads, (memory_level)level);
    t.farthest = (memory_level)level;
    nearer = held;
  }
  return t;
}

roof roof_of(const bandwidth_table *table, const gconv_counts *counts, int threads, int64_t from_memory, double peak) {
  const double flops = 2 * (double)counts->macs;
  roof r = {.intensity = flops / (double)counts->min_bytes};
  const double memory_gbps = bandwidth_best(table, threads, LEVEL_MEMORY);
  if (!(memory_gbps > 0 && peak > 0)) return r;
  transfer t = transfer_of(table, (size_t)(counts->min_bytes - from_memory), threads);
  if (from_memory) t.ns += (double)from_memory / memory_gbps, t.farthest = LEVEL_MEMORY;
  const bool memory_bound = flops / t.ns < peak;
  r.attainable = memory_bound ? flops / t.ns : peak;
  r.bound = memory_bound ? memory_level_name(t.farthest) : "peak";
  return r;
}
