/* measure.c - gconv-info machine --measure: the ceilings of this machine at this moment, on one thread and on all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"

#include "bandwidth.h"
#include "cpus.h"
#include "peak.h"
#include "team.h"

#include "gconv.h"

/* For each peak, and for each bandwidth: enough bursts for a median, little enough for the whole to take a second or
 * two. */
static const double peak_seconds = 0.1, bandwidth_seconds = 0.01;

static measurement measurement_of(spread *s, const char *unit) {
  return (measurement){spread_min(s), spread_median(s), spread_max(s), unit};
}

static void collect_peaks(facts *f, const int *threads, int count) {
  static peak_table table; /* large */
  peak_init(&table, threads, count);
  peak_probe(&table, gconv_isa_detect(), peak_seconds);
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    for (int t = 0; t < count; t++) {
      char key[FACT_KEY_MAX];
      spread *gflops = peak_spread(&table, (gconv_isa)isa, threads[t]);
      snprintf(key, sizeof key, "%s_t%d", gconv_isa_name((gconv_isa)isa), threads[t]);
      if (gflops->count)
        facts_spread(f, "peak", key, measurement_of(gflops, "GFLOP/s"));
      else
        facts_unknown(f, "peak", key, "this CPU does not have it");
    }
  if (peak_lost(&table)) facts_unknown(f, "peak", "lost", "no memory for some of the bursts");
  peak_free(&table);
}

static void collect_levels(facts *f, const cache_levels *caches) {
  for (int level = 0; level < LEVEL_MEMORY; level++) {
    char key[FACT_KEY_MAX];
    const char *name = memory_level_name((memory_level)level);
    snprintf(key, sizeof key, "%s_bytes", name);
    facts_number(f, "levels", key, (int64_t)caches->level[level].bytes);
    snprintf(key, sizeof key, "%s_cpus", name);
    facts_number(f, "levels", key, caches->level[level].cpus);
    snprintf(key, sizeof key, "%s_source", name);
    facts_text(f, "levels", key, "%s", caches->level[level].source);
  }
}

static void collect_level(facts *f, bandwidth_table *table, int t, memory_level level) {
  char key[FACT_KEY_MAX];
  for (int kind = 0; kind < STREAMS; kind++) {
    spread *gbps = &table->gbps[t][level][kind];
    snprintf(key, sizeof key, "%s_%s_t%d", memory_level_name(level), stream_name((stream_kind)kind), table->threads[t]);
    facts_spread(f, "bandwidth", key, measurement_of(gbps, "GB/s"));
  }
  snprintf(key, sizeof key, "%s_bytes_t%d", memory_level_name(level), table->threads[t]);
  facts_number(f, "bandwidth", key, (int64_t)table->working_set[t][level]);
}

static void collect_bandwidths(facts *f, const int *threads, int count) {
  static bandwidth_table table; /* large */
  if (!bandwidth_measure(&table, threads, count, bandwidth_seconds)) {
    facts_unknown(f, "bandwidth", "all", gconv_last_error());
    return;
  }
  collect_levels(f, &table.caches);
  facts_text(f, "bandwidth", "vectors", "%s", gconv_isa_name(table.isa));
  for (int t = 0; t < count; t++)
    for (int level = 0; level < LEVELS; level++) collect_level(f, &table, t, (memory_level)level);
  if (bandwidth_lost(&table)) facts_unknown(f, "bandwidth", "lost", "no memory for some of the bursts");
  bandwidth_free(&table);
}

gconv_status collect_ceilings(facts *f) {
  const int threads[] = {1, cpus_all()};
  const int count = threads[1] > 1 ? 2 : 1;
  const gconv_status status = team_check(threads, count);
  if (status) return status;
  collect_peaks(f, threads, count);
  collect_bandwidths(f, threads, count);
  return GCONV_OK;
}
