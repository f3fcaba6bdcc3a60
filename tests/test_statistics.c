/* test_statistics.c - what repetitions say: ranks of the confidence interval as scipy 1.10 computes them
 * (compare/scipy_values.py), and which repetitions count and when there are enough. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "samples.h"

#include <math.h>
#include <sys/mman.h>
#include <threads.h>

static void ranks_are_those_of_scipy(void **state) {
  (void)state;
  static const struct {
    int count, low;
  } rows[] = {{1, -1},  {5, -1},  {6, 0},   {7, 0},    {8, 0},    {9, 1},    {10, 1},     {11, 1},      {12, 2},
              {13, 2},  {15, 3},  {17, 4},  {18, 4},   {20, 5},   {25, 7},   {27, 7},     {30, 9},      {36, 11},
              {45, 15}, {51, 18}, {81, 31}, {100, 39}, {101, 40}, {200, 85}, {1000, 468}, {10000, 4901}};
  for (size_t i = 0; i < ROWS(rows); i++) {
    int low;
    assert_int_equal(stats_median_rank(rows[i].count, &low), rows[i].low >= 0);
    assert_int_equal(low, rows[i].low);
  }
}

/* Log-normal values, from numpy's default_rng(1). */
static void statistics_are_those_of_numpy(void **state) {
  (void)state;
  static const double values[] = {1.035, 1.086, 1.034, 0.878, 1.095, 1.046, 0.948, 1.06,
                                  1.037, 1.03,  1.003, 1.056, 0.929, 0.984, 0.953};
  const stats s = stats_of(values, ROWS(values));
  assert_float_equal(s.min, 0.878, 1e-12);
  assert_float_equal(s.median, 1.034, 1e-12);
  assert_float_equal(s.cv, 0.06082697684154088, 1e-12);
  assert_float_equal(s.ci_lo, 0.953, 1e-12);
  assert_float_equal(s.ci_hi, 1.056, 1e-12);
}

static void few_values_have_no_interval(void **state) {
  (void)state;
  const double one = 3, two[] = {1, 2};
  assert_true(stats_of(&one, 1).median == 3 && stats_of(&one, 1).cv == 0 && isnan(stats_of(&one, 1).ci_lo));
  assert_true(stats_of(two, 2).median == 1.5 && isnan(stats_of(two, 2).ci_hi));
}

static const speed_reading healthy = {{1, 1, 1}};

/* `count` samples of 1 ms; those at multiples of `slow` and of `stolen` are disturbed. */
static sample_list make(int count, int slow, int stolen) {
  sample_list list = {0};
  for (int i = 1; i <= count; i++) {
    usage u = {.steal = stolen && i % stolen == 0 ? 0.01 : 0};
    const double seconds = 0.001 * i;
    const speed_reading reading = {{slow && i % slow == 0 ? 0.5 : 1, 1, 1}};
    samples_add(&list, &(sample_conditions){.elapsed = 0.01, .speed = reading, .usage = u});
    samples_time(&list, &seconds, 1);
  }
  return list;
}

static void disturbed_samples_are_left_out_if_others_remain(void **state) {
  (void)state;
  sample_list list = make(12, 4, 6); /* 4, 8, 12 slow; 6, 12 stolen */
  assert_int_equal(samples_clean(&list), 8);
  char marks[MARKS_MAX];
  figures f = samples_figures(&list, 8);
  assert_true(f.kept == 8 && f.discarded == 4 && f.slow == 0 && f.usage.steal == 0 && f.seconds[3] == 0.005);
  figures_mark(&f, marks);
  assert_string_equal(marks, "");
  figures_free(&f);
  f = samples_figures(&list, 9);
  assert_true(f.kept == 12 && f.discarded == 0 && f.slow == 3 && fabs(f.usage.steal - 0.02) < 1e-12);
  figures_mark(&f, marks);
  assert_string_equal(marks, "slow steal");
  figures_free(&f);
  samples_free(&list);
}

/* A neighbour that shares a cache leaves multiply-adds alone. */
static void slow_loads_disturb_as_slow_multiply_adds_do(void **state) {
  (void)state;
  static const struct {
    speed_reading speed;
    const char *marks;
  } rows[] = {
      {{{1, 1, 1}}, ""},         {{{0.9, 0.85, 0.7}}, ""}, {{{0.8, 1, 1}}, "slow"},
      {{{1, 0.75, 1}}, "loads"}, {{{1, 1, 0.5}}, "loads"}, {{{0.5, 0.5, 1}}, "slow loads"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const double seconds = 0.001;
    char marks[MARKS_MAX];
    sample_list list = {0};
    samples_add(&list, &(sample_conditions){.elapsed = 0.01, .speed = rows[i].speed});
    samples_time(&list, &seconds, 1);
    assert_int_equal(sample_disturbed(&list.items[0]), *rows[i].marks != 0);
    figures f = samples_figures(&list, 1);
    figures_mark(&f, marks);
    assert_string_equal(marks, rows[i].marks);
    for (int kind = 0; kind < SPEED_KINDS; kind++) assert_true(f.speed[kind] == rows[i].speed.share[kind]);
    figures_free(&f);
    samples_free(&list);
  }
}

/* Groups are apart if they do not overlap, are more than 5 % apart, and have three repetitions each. */
static void groups_that_are_apart_are_seen(void **state) {
  (void)state;
  static const struct {
    double seconds[6];
    int group[6], count, groups;
    bool differ;
    double spread;
  } rows[] = {
      {{1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0}, 6, 1, false, 1},
      {{1, 1.01, 1.02, 1.3, 1.31, 1.32}, {0, 0, 0, 1, 1, 1}, 6, 2, true, 1.31 / 1.01},
      {{1.3, 1, 1.31, 1.01, 1.32, 1.02}, {2, 0, 2, 0, 2, 0}, 6, 2, true, 1.31 / 1.01},
      {{1, 1.01, 1.02, 1.03, 1.04, 1.05}, {0, 0, 0, 1, 1, 1}, 6, 2, false, 1.04 / 1.01}, /* not by 5 % */
      {{1, 1.01, 1.31, 1.3, 1.31, 1.32}, {0, 0, 0, 1, 1, 1}, 6, 2, false, 1.31 / 1.01},  /* they overlap */
      {{1, 1.01, 1.3, 1.31}, {0, 0, 1, 1}, 4, 2, false, 1.305 / 1.005},                  /* two are too few */
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    sample_groups g;
    assert_true(groups_of(rows[i].seconds, rows[i].group, rows[i].count, &g));
    if (g.count != rows[i].groups || g.differ != rows[i].differ || fabs(g.spread - rows[i].spread) > 1e-12)
      fail_msg("row %zu: %d groups, differ %d, spread %g", i, g.count, g.differ, g.spread);
  }
}

static void waiting_and_moving_disturb_faults_only_mark(void **state) {
  (void)state;
  static const struct {
    usage usage;
    bool moved, disturbed;
    const char *marks;
  } rows[] = {
      {{.switches = 3, .waited = 0.00005}, false, false, ""},
      {{.switches = 1, .waited = 0.002}, false, true, "interrupted"},
      {{.switches = 1, .waited = NAN}, false, true, "interrupted"},
      {{.switches = 0, .waited = NAN}, false, false, ""},
      {{.faults = 1}, false, false, "faults"},
      {{.faults = 0}, true, true, "moved"},
      {{.foreign = 0.005}, false, true, "foreign"},
      {{.foreign = 0.00005}, false, false, ""},
      {{.steal = 0.01, .faults = 1}, true, true, "moved steal faults"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const double seconds = 0.001;
    char marks[MARKS_MAX];
    sample_list list = {0};
    samples_add(
        &list, &(sample_conditions){.elapsed = 0.01, .speed = healthy, .moved = rows[i].moved, .usage = rows[i].usage});
    samples_time(&list, &seconds, 1);
    assert_int_equal(sample_disturbed(&list.items[0]), rows[i].disturbed);
    figures f = samples_figures(&list, 1);
    figures_mark(&f, marks);
    assert_string_equal(marks, rows[i].marks);
    figures_free(&f);
    samples_free(&list);
  }
}

/* A run that is stopped leaves samples whose times were never told. */
static void samples_without_a_time_do_not_count(void **state) {
  (void)state;
  sample_list list = make(3, 0, 0);
  samples_add(&list, &(sample_conditions){.elapsed = 0.01, .speed = healthy});
  figures f = samples_figures(&list, 1);
  assert_int_equal(f.kept, 3);
  figures_free(&f);
  samples_free(&list);
}

static void repeats_until_precise_clean_or_out_of_budget(void **state) {
  (void)state;
  const repeat_rule rule = {.planned = 9, .budget = 1, .precision = 0.5};
  static const struct {
    int count, slow;
    double precision, spent;
    int wanted;
  } rows[] = {
      {0, 0, 0.5, 0, 0},                          /* nothing was timed */
      {9, 0, 10, 0.1, 0},                         /* interval from 2 to 8 ms, median 5 ms: 1.2 */
      {9, 0, 1.21, 0.1, 0}, {9, 0, 1.19, 0.1, 9}, /* not precise */
      {9, 3, 10, 0.1, 9},                         /* precise, but three were slow */
      {12, 4, 10, 0.1, 0},                        /* nine clean ones */
      {9, 3, 10, 0.7, 3},                         /* 0.08 s each, 0.3 s left */
      {9, 3, 10, 0.95, 0},  {9, 0, 0.01, 2, 0},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    repeat_rule r = rule;
    r.precision = rows[i].precision;
    sample_list list = make(rows[i].count, rows[i].slow, 0);
    if (repeat_wanted(&r, &list, rows[i].spent) != rows[i].wanted)
      fail_msg("row %zu: %d repetitions wanted, must be %d", i, repeat_wanted(&r, &list, rows[i].spent),
               rows[i].wanted);
    samples_free(&list);
  }
}

static void touching_memory_is_seen_as_faults(void **state) {
  (void)state;
  enum { PAGES = 64, PAGE = 4096 };
  volatile char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(memory != MAP_FAILED);
  (void)madvise((void *)memory, PAGES * PAGE, MADV_NOHUGEPAGE);
  usage begin = usage_begin(NULL);
  for (int i = 0; i < PAGES; i++) memory[i * PAGE] = 1;
  assert_true(usage_end(&begin, NULL).faults >= PAGES);
  begin = usage_begin(NULL);
  for (int i = 0; i < PAGES; i++) memory[i * PAGE] = 2;
  const usage second = usage_end(&begin, NULL);
  assert_int_equal(second.faults, 0);
  assert_true(second.switches >= 0 && second.steal >= 0);
  munmap((void *)memory, PAGES * PAGE);
}

static int stay(void *unused) {
  (void)unused;
  return thrd_sleep(&(struct timespec){.tv_sec = 600}, NULL);
}

static void a_second_pool_is_counted(void **state) {
  (void)state;
  const int before = usage_threads();
  thrd_t foreign;
  assert_true(before >= 1);
  assert_int_equal(thrd_create(&foreign, stay, NULL), thrd_success);
  assert_int_equal(usage_threads(), before + 1);
  thrd_detach(foreign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_are_those_of_scipy),
      cmocka_unit_test(statistics_are_those_of_numpy),
      cmocka_unit_test(few_values_have_no_interval),
      cmocka_unit_test(disturbed_samples_are_left_out_if_others_remain),
      cmocka_unit_test(slow_loads_disturb_as_slow_multiply_adds_do),
      cmocka_unit_test(groups_that_are_apart_are_seen),
      cmocka_unit_test(waiting_and_moving_disturb_faults_only_mark),
      cmocka_unit_test(samples_without_a_time_do_not_count),
      cmocka_unit_test(repeats_until_precise_clean_or_out_of_budget),
      cmocka_unit_test(touching_memory_is_seen_as_faults),
      cmocka_unit_test(a_second_pool_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
