/* test_order.c - the order of repetitions: the same for the same seed, another for another, every benchmark once a
 * round; and Google Benchmark, whatever its version, runs them in that order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "gbench.h"
#include "order.h"

#include <string.h>

enum { NAMES = 5, REPETITIONS = 40, TURNS = NAMES * REPETITIONS };

static const char *const names[NAMES] = {"direct", "onednn", "im2col_gemm", "naive_split", "winograd"};

static void draw_turns(uint64_t seed, int first, order_turn turns[TURNS]) {
  order_item items[NAMES];
  for (int i = 0; i < NAMES; i++) items[i] = (order_item){names[i], first, REPETITIONS};
  assert_int_equal(order_count(items, NAMES), TURNS);
  order_interleaved(items, NAMES, seed, turns);
}

static int different(const order_turn *a, const order_turn *b) {
  int count = 0;
  for (int i = 0; i < TURNS; i++) count += a[i].item != b[i].item;
  return count;
}

static void follows_from_the_seed(void **state) {
  (void)state;
  order_turn one[TURNS], again[TURNS], two[TURNS];
  draw_turns(1, 0, one), draw_turns(1, 0, again), draw_turns(2, 0, two);
  assert_int_equal(different(one, again), 0);
  assert_true(different(one, two) > TURNS / 2); /* 4 in 5 are expected */
}

static void each_has_one_turn_a_round(void **state) {
  (void)state;
  order_turn turns[TURNS];
  draw_turns(7, 0, turns);
  for (int round = 0; round < REPETITIONS; round++) {
    unsigned seen = 0;
    for (int i = 0; i < NAMES; i++) {
      const order_turn *t = &turns[round * NAMES + i];
      assert_int_equal(t->repetition, round);
      seen |= 1u << t->item;
    }
    assert_int_equal(seen, (1u << NAMES) - 1);
  }
}

/* Every benchmark is at every place about equally often: 1000 rounds, 200 expected, 6 standard deviations are 76. */
static void no_place_is_anybodys(void **state) {
  (void)state;
  int count[NAMES][NAMES] = {{0}};
  for (int seed = 0; seed < 1000 / REPETITIONS; seed++) {
    order_turn turns[TURNS];
    draw_turns((uint64_t)seed, 0, turns);
    for (int i = 0; i < TURNS; i++) count[turns[i].item][i % NAMES]++;
  }
  for (int item = 0; item < NAMES; item++)
    for (int place = 0; place < NAMES; place++) assert_between(count[item][place], 124, 276);
}

/* A round that comes later, or without some of the benchmarks, keeps the order of the others. */
static void does_not_depend_on_what_else_runs(void **state) {
  (void)state;
  order_turn all[TURNS], later[TURNS], few[2 * REPETITIONS];
  draw_turns(3, 0, all), draw_turns(3, 10, later);
  for (int i = 0; i < TURNS - 10 * NAMES; i++) assert_int_equal(all[10 * NAMES + i].item, later[i].item);
  const order_item two[2] = {{names[1], 0, REPETITIONS}, {names[3], 0, REPETITIONS}};
  order_interleaved(two, 2, 3, few);
  for (int i = 0, at = 0; i < TURNS; i++)
    if (all[i].item == 1 || all[i].item == 3) assert_int_equal(all[i].item, few[at++].item ? 3 : 1);
}

static void different_numbers_of_repetitions(void **state) {
  (void)state;
  const order_item items[3] = {{"a", 0, 3}, {"b", 5, 1}, {"c", 0, 0}};
  order_turn turns[4];
  order_interleaved(items, 3, 1, turns);
  assert_int_equal(turns[0].item + turns[1].item, 1);
  assert_int_equal(turns[2].item, 0);
  assert_int_equal(turns[3].item, 0);
  order_consecutive(items, 3, turns);
  for (int i = 0; i < 4; i++) assert_int_equal(turns[i].item, i == 3);
}

/* ---- through Google Benchmark ---- */

static char history[2 * TURNS + 1];

typedef struct {
  char letter;
  bool fails;
  int done, repetitions;
} toy;

static void run_toy(gbench_state *state, void *context) {
  const toy *t = context;
  strncat(history, &t->letter, 1);
  if (t->fails) {
    gbench_fail(state, "on purpose");
    return;
  }
  while (gbench_keep_running(state)) continue;
}

static void toy_done(void *context, const char *error, const double *seconds, int repetitions) {
  toy *t = context;
  t->done++, t->repetitions = repetitions;
  assert_int_equal(error != NULL, t->fails);
  for (int i = 0; i < repetitions && !error; i++) assert_true(seconds[i] >= 0);
}

static void run_toys(toy *toys, int count, uint64_t seed) {
  history[0] = 0;
  for (int i = 0; i < count; i++)
    gbench_add(&(gbench_case){.name = names[i],
                              .run = run_toy,
                              .done = toy_done,
                              .context = &toys[i],
                              .repetitions = REPETITIONS,
                              .iteration_seconds = 1});
  gbench_run(seed, true);
}

static void the_library_keeps_the_order(void **state) {
  (void)state;
  toy toys[NAMES];
  for (uint64_t seed = 1; seed <= 2; seed++) {
    for (int i = 0; i < NAMES; i++) toys[i] = (toy){.letter = (char)('a' + i)};
    order_turn turns[TURNS];
    draw_turns(seed, 0, turns);
    run_toys(toys, NAMES, seed);
    assert_int_equal(strlen(history), TURNS);
    for (int i = 0; i < TURNS; i++) assert_int_equal(history[i], 'a' + (int)turns[i].item);
    for (int i = 0; i < NAMES; i++) {
      assert_int_equal(toys[i].done, 1);
      assert_int_equal(toys[i].repetitions, REPETITIONS);
    }
  }
}

static void what_fails_runs_once(void **state) {
  (void)state;
  toy toys[2] = {{.letter = 'a'}, {.letter = 'b', .fails = true}};
  run_toys(toys, 2, 1);
  int failed = 0;
  for (const char *c = history; *c; c++) failed += *c == 'b';
  assert_int_equal(failed, 1);
  assert_int_equal(strlen(history), REPETITIONS + 1);
  assert_int_equal(toys[1].done, 1);
  assert_int_equal(toys[0].repetitions, REPETITIONS);
}

static int init(void **state) {
  (void)state;
  char program[] = "test_order", *argv[] = {program, NULL};
  int argc = 1;
  char error[128];
  return gbench_init(&argc, argv, error, sizeof error) ? 0 : -1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(follows_from_the_seed),
      cmocka_unit_test(each_has_one_turn_a_round),
      cmocka_unit_test(no_place_is_anybodys),
      cmocka_unit_test(does_not_depend_on_what_else_runs),
      cmocka_unit_test(different_numbers_of_repetitions),
      cmocka_unit_test(the_library_keeps_the_order),
      cmocka_unit_test(what_fails_runs_once),
  };
  return cmocka_run_group_tests_name("order", tests, init, NULL);
}
