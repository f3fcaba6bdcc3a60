/* speed_probe.c - the better of two bursts, so that an interrupt in one of them is not taken for a slow machine; the
 * second only where the first was slow. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "speed_probe.h"

#include "fma.h"
#include "now.h"

#include <math.h>
#include <omp.h>
#include <sys/mman.h>

enum { BURSTS = 2, PAGE = 4096, BURST_BYTES = 4 << 20 /* of each thread: 30 to 100 us */ };

/* Of an undisturbed machine's readings the least are above these: multiply-adds and L2 belong to a core alone, the
 * speed of L3 scatters by a quarter (reports/noise-*). */
static const double slow_share[SPEED_KINDS] = {[SPEED_FMA] = 0.85, [SPEED_L2] = 0.8, [SPEED_L3] = 0.6};

static const memory_level levels[SPEED_KINDS] = {[SPEED_L2] = LEVEL_L2, [SPEED_L3] = LEVEL_L3};

const char *speed_name(speed_kind kind) {
  static const char *const names[SPEED_KINDS] = {"fma", "l2", "l3"};
  return names[kind];
}

static int index_of(const bandwidth_table *table, int threads) {
  for (int t = 0; t < table->count; t++)
    if (table->threads[t] == threads) return t;
  return -1;
}

static size_t share_of_thread(const bandwidth_table *table, int t, memory_level level) {
  return table->working_set[t][level] / (size_t)table->threads[t] / STREAM_UNIT * STREAM_UNIT;
}

void speed_probe_set_up(speed_probe *p, const bandwidth_table *table) {
  *p = (speed_probe){0};
  for (int t = 0; t < table->count; t++) {
    const size_t bytes = share_of_thread(table, t, LEVEL_L3);
    if (bytes > p->slice) p->slice = (bytes + PAGE - 1) / PAGE * PAGE;
    if (table->threads[t] > p->slices) p->slices = table->threads[t];
  }
  if (!p->slice) return;
  void *mapping = mmap(NULL, p->slice * (size_t)p->slices, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return;
  p->base = mapping;
  (void)madvise(mapping, p->slice * (size_t)p->slices, MADV_HUGEPAGE);
#pragma omp parallel num_threads(p->slices)
  for (size_t at = 0; at < p->slice; at += PAGE) p->base[(size_t)omp_get_thread_num() * p->slice + at] = 0;
}

void speed_probe_free(speed_probe *p) {
  if (p->base) munmap(p->base, p->slice * (size_t)p->slices);
  *p = (speed_probe){0};
}

/* GB/s of all threads together. The first pass, which is not timed, brings back what kernels have driven out. */
static double read_burst(const speed_probe *p, const bandwidth_table *table, int t, memory_level level) {
  const size_t bytes = share_of_thread(table, t, level);
  const int64_t passes = bytes < BURST_BYTES ? (int64_t)(BURST_BYTES / bytes) : 1;
  const int threads = table->threads[t];
  int team = threads;
  double start = 0;
#pragma omp parallel num_threads(threads)
  {
    float *const mine[3] = {(float *)(void *)(p->base + (size_t)omp_get_thread_num() * p->slice)};
    stream_run(table->isa, STREAM_READ, mine, bytes, 1);
#pragma omp barrier
    if (omp_get_thread_num() == 0) start = seconds_now(), team = omp_get_num_threads();
    stream_run(table->isa, STREAM_READ, mine, bytes, passes);
  }
  return 1e-9 * (double)bytes * (double)passes * team / (seconds_now() - start);
}

/* The better of two bursts as a share of the best. */
static double read_level(speed_probe *p, const bandwidth_table *table, int t, speed_kind kind) {
  double *best = &p->best[t][kind], share = 0;
  for (int i = 0; i < BURSTS && share < slow_share[kind]; i++) {
    const double gbps = read_burst(p, table, t, levels[kind]);
    if (gbps > *best) *best = gbps;
    share = fmax(share, gbps / *best);
  }
  return share;
}

static double read_fma(const peak_table *peaks, gconv_isa isa, int threads) {
  const double best = peak_gflops(peaks, isa, threads);
  double share = 0;
  for (int i = 0; i < BURSTS && share < slow_share[SPEED_FMA]; i++) share = fmax(share, fma_burst(isa, threads) / best);
  return share;
}

speed_reading speed_probe_read(speed_probe *p, const peak_table *peaks, const bandwidth_table *bandwidths,
                               gconv_isa isa, int threads) {
  speed_reading r = {{1, 1, 1}};
  const int t = index_of(bandwidths, threads);
  for (int kind = SPEED_L2; kind < SPEED_KINDS && p->base && t >= 0; kind++)
    if (share_of_thread(bandwidths, t, levels[kind])) r.share[kind] = read_level(p, bandwidths, t, (speed_kind)kind);
  r.share[SPEED_FMA] = read_fma(peaks, isa, threads);
  return r;
}

speed_reading speed_slower(speed_reading a, speed_reading b) {
  for (int kind = 0; kind < SPEED_KINDS; kind++) a.share[kind] = fmin(a.share[kind], b.share[kind]);
  return a;
}

bool speed_slow(const speed_reading *r) { return r->share[SPEED_FMA] < slow_share[SPEED_FMA]; }

bool speed_slow_loads(const speed_reading *r) {
  return r->share[SPEED_L2] < slow_share[SPEED_L2] || r->share[SPEED_L3] < slow_share[SPEED_L3];
}
