/* bandwidth.c - every thread goes over memory of its own, which it has touched first itself, so that it lies in its own
 * node. Working sets are half of what the caches of a level hold, but for L3 little more than what is too large for L2,
 * as its size may not be known; and far more than the last level for memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bandwidth.h"

#include "core/error.h"
#include "now.h"

#include <omp.h>
#include <sys/mman.h>

enum {
  PAGE = 4096,
  STAGGER = PAGE + 5 * 64,     /* arrays at one page offset would alias: a load then waits for an unrelated store */
  BURST_BYTES = 16 << 20,      /* of one burst and thread: 0.1 to 1 ms */
  MIN_BURSTS = 3,              /* of those that take long */
  L2_FACTOR = 4,               /* the working set for L3, in L2 caches */
  MEMORY_FACTOR = 4,           /* the working set for memory, in last-level caches */
  MEMORY_SHARE = 4,            /* but no more than this share of the memory there is */
  SLACK = 3 * (PAGE + STAGGER) /* what staggering the arrays of a thread takes */
};

typedef struct {
  char *base;
  size_t bytes, slice; /* of all, and of each thread */
} arena;

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }

static size_t round_down(size_t bytes, size_t unit) { return bytes / unit * unit; }

static size_t working_set(const cache_levels *caches, memory_level level, int threads) {
  const size_t half = level == LEVEL_MEMORY ? 0 : cache_capacity(caches, level, threads) / 2;
  if (level == LEVEL_L3) return min_size(half, L2_FACTOR * cache_capacity(caches, LEVEL_L2, threads));
  if (level != LEVEL_MEMORY) return half;
  const size_t wanted = MEMORY_FACTOR * cache_capacity(caches, LEVEL_L3, threads);
  return min_size(wanted, (size_t)(gconv_memory_bytes() / MEMORY_SHARE));
}

/* Huge pages where they can be had: a ceiling is not to be one of address translation. */
static bool arena_map(arena *a, size_t working, int threads) {
  a->slice = round_down(working / (size_t)threads + SLACK + PAGE, PAGE);
  a->bytes = a->slice * (size_t)threads;
  a->base = mmap(NULL, a->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (a->base == MAP_FAILED) {
    gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes to measure bandwidth with", a->bytes);
    return false;
  }
  (void)madvise(a->base, a->bytes, MADV_HUGEPAGE);
#pragma omp parallel num_threads(threads)
  for (size_t at = 0; at < a->slice; at += PAGE) a->base[(size_t)omp_get_thread_num() * a->slice + at] = 0;
  return true;
}

/* Bytes of one array such that `arrays` of them are a thread's share of the working set. */
static size_t array_bytes(size_t working, int threads, int arrays) {
  const size_t share = round_down(working / (size_t)threads / (size_t)arrays, STREAM_UNIT);
  return share ? share : STREAM_UNIT;
}

/* GB/s of all threads together; a burst ends when its last thread does. */
static double burst(const arena *a, gconv_isa isa, stream_kind kind, size_t bytes, int threads) {
  const int arrays = stream_arrays(kind);
  const size_t once = bytes * (size_t)arrays;
  const int64_t passes = once < BURST_BYTES ? (int64_t)(BURST_BYTES / once) : 1;
  double start = 0;
  int team = 1; /* what is there, which may be fewer than were asked for */
#pragma omp parallel num_threads(threads)
  {
    char *mine = a->base + (size_t)omp_get_thread_num() * a->slice;
    float *array[3];
    for (int i = 0; i < 3; i++) array[i] = (float *)(void *)(mine + (size_t)(i % arrays) * (bytes + STAGGER));
#pragma omp barrier
    if (omp_get_thread_num() == 0) start = seconds_now(), team = omp_get_num_threads();
    stream_run(isa, kind, array, bytes, passes);
  }
  return 1e-9 * (double)once * (double)passes * team / (seconds_now() - start);
}

static void measure_kind(bandwidth_table *table, const arena *a, int t, memory_level level, stream_kind kind,
                         double seconds) {
  const int threads = table->threads[t];
  const size_t bytes = array_bytes(table->working_set[t][level], threads, stream_arrays(kind));
  const double end = seconds_now() + seconds;
  burst(a, table->isa, kind, bytes, threads); /* brings the data to the level */
  for (int i = 0; i < MIN_BURSTS || seconds_now() < end; i++)
    spread_add(&table->gbps[t][level][kind], burst(a, table->isa, kind, bytes, threads));
}

static bool measure_threads(bandwidth_table *table, int t, double seconds) {
  arena a;
  const int threads = table->threads[t];
  if (!arena_map(&a, table->working_set[t][LEVEL_MEMORY], threads)) return false;
  for (int level = 0; level < LEVELS; level++)
    for (int kind = 0; kind < STREAMS; kind++)
      measure_kind(table, &a, t, (memory_level)level, (stream_kind)kind, seconds);
  munmap(a.base, a.bytes);
  return true;
}

void bandwidth_prepare(bandwidth_table *table, const int *threads, int count) {
  *table =
      (bandwidth_table){.isa = gconv_isa_best(gconv_isa_detect()), .caches = cache_levels_detect(), .count = count};
  for (int t = 0; t < count; t++) {
    table->threads[t] = threads[t];
    for (int level = 0; level < LEVELS; level++)
      table->working_set[t][level] = working_set(&table->caches, (memory_level)level, threads[t]);
  }
}

bool bandwidth_measure(bandwidth_table *table, const int *threads, int count, double seconds) {
  bandwidth_prepare(table, threads, count);
  for (int t = 0; t < count; t++) {
    if (measure_threads(table, t, seconds)) continue;
    bandwidth_free(table);
    return false;
  }
  return true;
}

double bandwidth_best(const bandwidth_table *table, int threads, memory_level level) {
  double best = 0;
  for (int t = 0; t < table->count; t++)
    for (int kind = 0; kind < STREAMS && table->threads[t] == threads; kind++) {
      const double gbps = spread_max(&table->gbps[t][level][kind]);
      if (gbps > best) best = gbps;
    }
  return best;
}

int bandwidth_lost(const bandwidth_table *table) {
  int lost = 0;
  for (int t = 0; t < table->count; t++)
    for (int level = 0; level < LEVELS; level++)
      for (int kind = 0; kind < STREAMS; kind++) lost += table->gbps[t][level][kind].lost;
  return lost;
}

void bandwidth_free(bandwidth_table *table) {
  for (int t = 0; t < table->count; t++)
    for (int level = 0; level < LEVELS; level++)
      for (int kind = 0; kind < STREAMS; kind++) spread_free(&table->gbps[t][level][kind]);
  table->count = 0;
}
