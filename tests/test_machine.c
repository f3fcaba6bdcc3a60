/* test_machine.c - the ceilings: statistics and roof on made-up measurements whose answers are known, real ones only
 * for what must hold on any machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include "clocks.h"
#include "peak.h"
#include "roof.h"

#include <math.h>

static void spread_of_few_and_many(void **state) {
  (void)state;
  spread s = {0};
  assert_true(spread_min(&s) == 0 && spread_median(&s) == 0 && spread_max(&s) == 0);
  for (int i = 200; i >= 1; i--) spread_add(&s, i); /* grows twice */
  assert_int_equal(s.count, 200);
  assert_true(spread_min(&s) == 1 && spread_median(&s) == 100.5 && spread_max(&s) == 200);
  spread_add(&s, 0.5);
  assert_true(spread_min(&s) == 0.5 && spread_median(&s) == 100);
  spread_free(&s);
}

static const cache_levels caches = {.level = {{32 << 10, 2, "test"}, {1 << 20, 2, "test"}, {16 << 20, 8, "test"}}};

static void capacity_counts_instances(void **state) {
  (void)state;
  static const struct {
    memory_level level;
    int threads;
    size_t bytes;
  } rows[] = {
      {LEVEL_L1, 1, 32 << 10}, {LEVEL_L1, 2, 32 << 10}, {LEVEL_L1, 3, 64 << 10},
      {LEVEL_L3, 8, 16 << 20}, {LEVEL_L3, 9, 32 << 20}, {LEVEL_MEMORY, 1, SIZE_MAX},
  };
  for (size_t i = 0; i < ROWS(rows); i++)
    assert_int_equal(cache_capacity(&caches, rows[i].level, rows[i].threads), rows[i].bytes);
}

/* 1000, 100, 50 and 10 GB/s by reading; half of that by the other kinds. */
static void fill(bandwidth_table *table) {
  static const double gbps[LEVELS] = {1000, 100, 50, 10};
  *table = (bandwidth_table){.caches = caches, .count = 1, .threads = {1}};
  for (int level = 0; level < LEVELS; level++)
    for (int kind = 0; kind < STREAMS; kind++)
      spread_add(&table->gbps[0][level][kind], gbps[level] / (kind == STREAM_READ ? 1 : 2));
}

static void roof_is_the_lower_of_peak_and_bandwidth(void **state) {
  (void)state;
  static const struct {
    int64_t macs, bytes;
    int64_t from_memory;
    double attainable;
    const char *bound;
  } rows[] = {
      {1000, 1000, 0, 80, "peak"}, /* in L1: 2000 GFLOP/s of bandwidth */
      {1000, 32 << 10, 0, 2000 / ((32 << 10) / 1000.0), "l1"},
      {1000, 1 << 20, 0, 2000 / ((32 << 10) / 1000.0 + ((1 << 20) - (32 << 10)) / 100.0), "l2"},
      {1000, 2 << 20, 0, 2000 / ((32 << 10) / 1000.0 + ((1 << 20) - (32 << 10)) / 100.0 + (1 << 20) / 50.0), "l3"},
      {1 << 30, 2 << 20, 0, 80, "peak"},
      {1000, 17 << 20, 0,
       2000 / ((32 << 10) / 1000.0 + ((1 << 20) - (32 << 10)) / 100.0 + (15 << 20) / 50.0 + (1 << 20) / 10.0),
       "memory"},
      {1000, 1000, 1000, 20, "memory"},
      {1000, 1000, 500, 2000 / (500 / 1000.0 + 500 / 10.0), "memory"},
      {4000, 1000, 1000, 80, "peak"},
  };
  bandwidth_table table;
  fill(&table);
  for (size_t i = 0; i < ROWS(rows); i++) {
    const gconv_counts counts = {.macs = rows[i].macs, .min_bytes = rows[i].bytes};
    const roof r = roof_of(&table, &counts, 1, rows[i].from_memory, 80);
    assert_true(r.intensity == 2 * (double)rows[i].macs / (double)rows[i].bytes);
    assert_float_equal(r.attainable, rows[i].attainable, 1e-6 * rows[i].attainable);
    assert_string_equal(r.bound, rows[i].bound);
  }
  bandwidth_free(&table);
}

static void no_roof_without_measurements(void **state) {
  (void)state;
  const gconv_counts counts = {.macs = 1000, .min_bytes = 1000};
  bandwidth_table table = {.caches = caches};
  roof r = roof_of(&table, &counts, 1, 0, 80);
  assert_true(r.intensity == 2 && r.attainable == 0 && !r.bound);
  fill(&table);
  assert_null(roof_of(&table, &counts, 3, 0, 80).bound); /* 3 threads were not measured */
  assert_null(roof_of(&table, &counts, 1, 0, 0).bound);
  bandwidth_free(&table);
}

static void real_caches_have_sizes_and_sources(void **state) {
  (void)state;
  const cache_levels real = cache_levels_detect();
  for (int level = 0; level < LEVEL_MEMORY; level++) {
    assert_true(real.level[level].bytes > 0 && real.level[level].cpus >= 1);
    assert_true(strlen(real.level[level].source) > 0);
  }
}

static void real_peak_is_measured_for_what_the_cpu_has(void **state) {
  (void)state;
  const int threads[] = {1, 2};
  peak_table table;
  peak_init(&table, threads, 2);
  peak_probe(&table, ~0u, 0.001);
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    for (int t = 0; t < 2; t++) {
      const bool has = gconv_isa_detect() & 1u << isa;
      assert_true((peak_gflops(&table, (gconv_isa)isa, threads[t]) > 0) == has);
    }
  assert_true(peak_gflops(&table, GCONV_ISA_SCALAR, 3) == 0);
  assert_null(peak_spread(&table, GCONV_ISA_SCALAR, 3));
  peak_free(&table);
}

/* Every loop writes what it says: the bandwidth of something else would be reported otherwise. */
static void streams_compute_what_they_are_named_after(void **state) {
  (void)state;
  enum { FLOATS = STREAM_UNIT / sizeof(float) };
  static _Alignas(64) float a[FLOATS], b[FLOATS], c[FLOATS];
  float *const array[3] = {a, b, c};
  for (int isa = 0; isa < GCONV_ISAS; isa++) {
    if (!(gconv_isa_detect() & 1u << isa)) continue;
    for (int i = 0; i < FLOATS; i++) a[i] = (float)i, b[i] = c[i] = 0;
    stream_run((gconv_isa)isa, STREAM_READ, array, sizeof a, 2);
    stream_run((gconv_isa)isa, STREAM_COPY, array, sizeof a, 1);
    stream_run((gconv_isa)isa, STREAM_TRIAD, array, sizeof a, 1);
    for (int i = 0; i < FLOATS; i++) assert_true(b[i] == (float)i && c[i] == 1.5f * (float)i);
    stream_run((gconv_isa)isa, STREAM_WRITE, array, sizeof a, 1);
    for (int i = 0; i < FLOATS; i++) assert_true(a[i] == 1);
  }
}

/* 10 s by the raw clock, of a counter of 2.6 GHz. */
static clock_rates rates(double monotonic, uint64_t tsc) {
  const clock_reading a = {.monotonic = 5, .raw = 1000, .tsc = 7}, b = {5 + monotonic, 1010, 7 + tsc};
  return clocks_between(&a, &b);
}

static void clocks_run_at_their_rates(void **state) {
  (void)state;
  const clock_rates even = rates(10, 26000000000u), slewed = rates(10.005, 26000000000u), off = rates(10, 26026000000u);
  assert_true(fabs(even.seconds - 10) < 1e-9 && fabs(even.slew_ppm) < 1e-3 && fabs(even.tsc_ghz - 2.6) < 1e-9);
  assert_true(fabs(slewed.slew_ppm - 500) < 1e-3);
  assert_true(fabs(clocks_tsc_drift_ppm(&even, &off) - 1000) < 1e-3);
  const clock_rates none = rates(10, 0);
  assert_true(clocks_tsc_drift_ppm(&none, &none) == 0);
}

static void bad_clocks_are_told(void **state) {
  (void)state;
  static const struct {
    clock_quality quality;
    double monotonic;
    uint64_t tsc;
    const char *why_not; /* NULL: trusted */
  } rows[] = {
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true, .tsc_invariant = true}, 10, 26000000000u, NULL},
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true, .tsc_invariant = true}, 10.005, 26000000000u, NULL},
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true, .tsc_invariant = true}, 10.02, 26000000000u, "2000 ppm faster"},
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true, .tsc_invariant = true}, 9.98, 26000000000u, "-2000 ppm"},
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true, .tsc_invariant = true}, 10, 26052000000u, "counter"},
      {{.cost_ns = 20, .step_ns = 1, .has_tsc = true}, 10, 40000000000u, NULL}, /* it may follow the core's frequency */
      {{.cost_ns = 20, .step_ns = 1}, 10, 0, NULL},
      {{.cost_ns = 1300, .step_ns = 1}, 10, 0, "a reading takes 1300 ns"},
      {{.cost_ns = 20, .step_ns = 4e6}, 10, 0, "steps of 4000000 ns"},
      {{.cost_ns = 20, .step_ns = INFINITY}, 10, 0, "steps of"},
      {{.cost_ns = 20, .step_ns = 1, .backwards = 3}, 10, 0, "backwards 3 times"},
      {{.cost_ns = 20, .step_ns = 1}, NAN, 0, "ppm faster"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const clock_rates before = rates(10, rows[i].tsc ? 26000000000u : 0), now = rates(rows[i].monotonic, rows[i].tsc);
    char why_not[192];
    const bool trusted = clocks_trusted(&rows[i].quality, &before, &now, why_not, sizeof why_not);
    if (trusted != !rows[i].why_not) fail_msg("row %zu: trusted is %d: %s", i, trusted, why_not);
    if (rows[i].why_not && !strstr(why_not, rows[i].why_not)) fail_msg("row %zu: '%s'", i, why_not);
  }
}

static void the_real_clock_moves(void **state) {
  (void)state;
  const clock_quality q = clocks_try();
  const clock_reading a = clocks_read();
  for (volatile int i = 0; i < 1000000; i++) continue;
  const clock_reading b = clocks_read();
  assert_int_equal(q.backwards, 0);
  assert_true(q.cost_ns > 0 && q.step_ns > 0 && b.raw > a.raw && b.monotonic > a.monotonic);
  assert_true(!q.has_tsc || b.tsc > a.tsc);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spread_of_few_and_many),
      cmocka_unit_test(capacity_counts_instances),
      cmocka_unit_test(roof_is_the_lower_of_peak_and_bandwidth),
      cmocka_unit_test(no_roof_without_measurements),
      cmocka_unit_test(real_caches_have_sizes_and_sources),
      cmocka_unit_test(real_peak_is_measured_for_what_the_cpu_has),
      cmocka_unit_test(streams_compute_what_they_are_named_after),
      cmocka_unit_test(clocks_run_at_their_rates),
      cmocka_unit_test(bad_clocks_are_told),
      cmocka_unit_test(the_real_clock_moves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
