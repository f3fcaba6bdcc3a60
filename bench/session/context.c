/* context.c - measured before anything else, while the machine is idle. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "context.h"

#include "ceilings.h"
#include "denormals.h"
#include "gbench.h"
#include "harness.h"
#include "isolated_job.h"
#include "pin.h"
#include "stages.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double probe_seconds = 0.03;   /* for each ISA and thread count */
static const double stream_seconds = 0.005; /* for each bandwidth: level, thread count and kind of access */

static unsigned probe_mask(const session *s) {
  const unsigned detected = gconv_isa_detect();
  return 1u << gconv_isa_best(detected) | 1u << gconv_isa_best(detected & s->options.isa_mask);
}

static void describe_peaks(session *s) {
  const unsigned detected = gconv_isa_detect();
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    for (int t = 0; t < s->options.thread_count; t++) {
      const int threads = s->options.threads[t];
      char key[64], value[64];
      snprintf(key, sizeof key, "peak_gflops_%s_t%d", gconv_isa_name((gconv_isa)isa), threads);
      spread *bursts = peak_spread(&s->peaks, (gconv_isa)isa, threads);
      snprintf(value, sizeof value, "%.1f, median %.1f, min %.1f", spread_max(bursts), spread_median(bursts),
               spread_min(bursts));
      if (detected & 1u << isa) gbench_context(key, value);
    }
  gbench_context("pct_peak_of", "the largest multiply-add probe of the run so far, with the best ISA allowed");
}

/* Cores that are there alone multiply the peak. What else runs on them, or a core that two threads share, does not. */
static void record_scaling(const session *s) {
  static const double expected = 0.75;
  const gconv_isa isa = gconv_isa_best(gconv_isa_detect());
  const double one = peak_gflops(&s->peaks, isa, 1);
  for (int t = 0; t < s->options.thread_count && one > 0; t++) {
    const int threads = s->options.threads[t];
    const double times = peak_gflops(&s->peaks, isa, threads) / one;
    char key[64], value[64];
    snprintf(key, sizeof key, "peak_scaling_t%d", threads);
    snprintf(value, sizeof value, "%.2f", times);
    gbench_context(key, value);
    if (times < expected * threads)
      fprintf(
          stderr,
          "gconv-bench: %d threads reach %.2f times the peak of one: something else runs here, or they share cores\n",
          threads, times);
  }
}

static void describe_bandwidths(const session *s) {
  for (int t = 0; t < s->bandwidths.count; t++)
    for (int level = 0; level < LEVELS; level++) {
      char key[64], value[64];
      const int threads = s->bandwidths.threads[t];
      snprintf(key, sizeof key, "bandwidth_gbps_%s_t%d", memory_level_name((memory_level)level), threads);
      snprintf(value, sizeof value, "%.1f", bandwidth_best(&s->bandwidths, threads, (memory_level)level));
      gbench_context(key, value);
    }
}

static void record_threads(session *s) {
  for (int t = 0; t < s->options.thread_count; t++) {
    const int threads = s->options.threads[t];
    const bool pinned = pin_cpus(threads, s->cpus[t], sizeof s->cpus[t]);
    char key[64], value[CPUS_TEXT_MAX + 64];
    snprintf(key, sizeof key, "pinned_t%d", threads);
    snprintf(value, sizeof value, "%s, cpus %s", pinned ? "yes" : "no", s->cpus[t]);
    gbench_context(key, value);
  }
  char runtimes[256];
  if (foreign_runtimes(runtimes, sizeof runtimes) > 1)
    fprintf(stderr,
            "gconv-bench: there are two OpenMP runtimes in this process (%s), whose teams compete for the CPUs\n",
            runtimes);
  gbench_context("openmp_runtimes", *runtimes ? runtimes : "not found in /proc/self/maps");
  static const char *const variables[] = {"OMP_PROC_BIND", "OMP_PLACES", "OMP_WAIT_POLICY"};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
    gbench_context(variables[i], getenv(variables[i]) ? getenv(variables[i]) : "unset");
}

static void record_harness(void) {
  char value[64];
  const double harness_ns = harness_ns_per_iteration();
  if (isnan(harness_ns))
    snprintf(value, sizeof value, "unknown (no memory)");
  else
    snprintf(value, sizeof value, "%.2f", harness_ns);
  gbench_context("harness_ns_per_iteration", value);
}

static void record_clock(session *s) {
  char value[64];
  s->clock_ns = stages_clock_ns();
  snprintf(value, sizeof value, "%.1f", s->clock_ns);
  gbench_context("stage_clock_ns_per_stage", value);
}

/* Tries the arena, since the contents of CSV rows come too late for a report's head. */
static void record_memory(session *s) {
  char value[128];
  gbench_context("buffers", arena_placement);
  arena *a = &s->arenas[0];
  if (!arena_reserve(a, 1)) return; /* every benchmark will say so */
  snprintf(value, sizeof value, "%s; %lld of the first %zu bytes%s%s", a->ask_huge ? "asked for" : "not asked for",
           (long long)a->huge_bytes, a->bytes, a->refused ? ", refused: " : "", a->refused ? strerror(a->refused) : "");
  gbench_context("huge_pages", value);
  denormals_describe(s->options.threads, s->options.thread_count, value, sizeof value);
  gbench_context("denormals", value);
}

/* What is counted, and in one sentence on stderr what is not. */
static void record_counters(session *s) {
  char why_not[2048];
  counters_open(&s->counters, why_not, sizeof why_not);
  if (*why_not) fprintf(stderr, "gconv-bench: %s\n", why_not);
  for (int i = 0; i < s->counters.count; i++) {
    char key[64 + COUNTER_NAME_MAX];
    const char *event = s->counters.list[i].event;
    snprintf(key, sizeof key, "counter_%s", s->counters.list[i].name);
    gbench_context(key, *event ? event : "not counted");
  }
}

static void measure_bandwidths(session *s) {
  const options *o = &s->options;
  if (!bandwidth_measure(&s->bandwidths, o->threads, o->thread_count, stream_seconds))
    gbench_context("bandwidth", gconv_last_error());
  speed_probe_set_up(&s->probe, &s->bandwidths);
}

static void record_ceilings(session *s, const ceilings *known) {
  const phase outer = phase_enter(&s->phases, PHASE_CEILINGS);
  timekeeping_begin(&s->clock);
  if (known)
    ceilings_adopt(s, known);
  else
    peak_init(&s->peaks, s->options.threads, s->options.thread_count);
  peak_probe(&s->peaks, gconv_isa_detect(), probe_seconds); /* the clock is watched meanwhile */
  timekeeping_middle(&s->clock);
  if (!known) measure_bandwidths(s);
  describe_peaks(s);
  record_scaling(s);
  describe_bandwidths(s);
  record_harness();
  timekeeping_record(&s->clock);
  gbench_context("ceilings", known ? "bandwidths and best peaks of an earlier run (--ceilings)" : "of this run");
  phase_enter(&s->phases, outer);
}

/* The order of repetitions, which can be had again. */
static void record_order(const session *s) {
  char value[128] = "one benchmark after the other";
  if (gbench_interleaved())
    snprintf(value, sizeof value,
             "rounds of one repetition of each benchmark of a problem, in an order drawn from seed %llu",
             (unsigned long long)s->options.seed);
  gbench_context("interleaving", value);
}

gconv_status context_record(session *s) {
  ceilings known;
  bool found = false;
  if (s->ceilings_path && !s->job && ceilings_read(s, s->ceilings_path, &known, &found)) return GCONV_INVALID;
  s->probe_mask = probe_mask(s);
  gbench_context("gconv_version", gconv_version());
  record_order(s);
  record_threads(s);
  if (s->job)
    ceilings_adopt(s, &s->job->ceilings);
  else
    record_ceilings(s, found ? &known : NULL);
  record_memory(s);
  if (s->stages) record_clock(s);
  if (s->counters.count) record_counters(s);
  return GCONV_OK;
}
