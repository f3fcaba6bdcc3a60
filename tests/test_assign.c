/* test_assign.c - the cheapest assignment against trying all of them. Costs are small integers, so equal is equal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "assign.h"
#include "common.h"

#include <math.h>

enum { MOST = 8, STATES = 3, PAIRS = 16, GRAPHS = 300 };

typedef struct {
  int variables, pairs;
  int ends[PAIRS][2];
  double own[MOST][STATES], cost[PAIRS][STATES * STATES];
} problem;

static uint64_t random_state;

static int below(int count) { return draw(&random_state, 0, count - 1); }

static double draw_cost(void) { return below(8) ? below(20) : INFINITY; }

static void add_pair(problem *p, int u, int v) {
  p->ends[p->pairs][0] = u, p->ends[p->pairs][1] = v;
  for (int i = 0; i < STATES * STATES; i++) p->cost[p->pairs][i] = draw_cost();
  p->pairs++;
}

/* Grown as networks are: a node after another, beside a connection, or as a branch that joins again; some pairs twice,
 * and in both directions. */
static problem series_parallel(void) {
  problem p = {.variables = 2};
  add_pair(&p, 0, 1);
  while (p.variables < MOST && p.pairs + 2 <= PAIRS) {
    const int e = below(p.pairs), u = p.ends[e][below(2)], v = p.ends[e][0] == u ? p.ends[e][1] : p.ends[e][0];
    add_pair(&p, u, p.variables);
    if (below(3)) add_pair(&p, below(2) ? v : u, p.variables);
    p.variables++;
  }
  for (int v = 0; v < p.variables; v++)
    for (int s = 0; s < STATES; s++) p.own[v][s] = draw_cost();
  return p;
}

static double cost_of(const problem *p, const int *state) {
  double sum = 0;
  for (int v = 0; v < p->variables; v++) sum += p->own[v][state[v]];
  for (int i = 0; i < p->pairs; i++) sum += p->cost[i][state[p->ends[i][0]] * STATES + state[p->ends[i][1]]];
  return sum;
}

static double least_of_all(const problem *p) {
  double least = INFINITY;
  int count = 1;
  for (int v = 0; v < p->variables; v++) count *= STATES;
  for (int i = 0; i < count; i++) {
    int state[MOST];
    for (int v = 0, rest = i; v < p->variables; v++, rest /= STATES) state[v] = rest % STATES;
    least = fmin(least, cost_of(p, state));
  }
  return least;
}

static double solve(const problem *p, int *state) {
  assignment *a = assignment_create(p->variables, STATES);
  assert_non_null(a);
  for (int v = 0; v < p->variables; v++)
    for (int s = 0; s < STATES; s++) assignment_costs(a, v)[s] += p->own[v][s];
  for (int i = 0; i < p->pairs; i++) assert_true(assignment_add(a, p->ends[i][0], p->ends[i][1], p->cost[i]));
  const double cost = assignment_solve(a, state);
  assignment_free(a);
  return cost;
}

static void test_series_parallel_graphs_are_solved_exactly(void **state) {
  (void)state;
  int possible = 0;
  for (int i = 0; i < GRAPHS; i++) {
    random_state = (uint64_t)i + 1;
    const problem p = series_parallel();
    int chosen[MOST];
    const double cost = solve(&p, chosen), least = least_of_all(&p);
    if (cost != least) fail_msg("graph %d costs %g, must be %g", i, cost, least);
    if (isfinite(least)) assert_true(cost_of(&p, chosen) == least), possible++;
  }
  assert_true(possible > GRAPHS / 2);
}

/* Every pair of variables has a cost: not series-parallel. What is said to be the cost is one that exists. */
static void test_any_graph_gets_an_answer(void **state) {
  (void)state;
  enum { COMPLETE = 5 };
  for (int i = 0; i < GRAPHS; i++) {
    problem p = {.variables = COMPLETE};
    random_state = (uint64_t)i + 1;
    for (int u = 0; u < COMPLETE; u++)
      for (int v = 0; v < u; v++) add_pair(&p, u, v);
    for (int k = 0; k < p.pairs; k++)
      for (int s = 0; s < STATES * STATES; s++) p.cost[k][s] = below(20);
    int chosen[MOST];
    const double cost = solve(&p, chosen);
    assert_true(cost == cost_of(&p, chosen));
    assert_true(cost >= least_of_all(&p));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_series_parallel_graphs_are_solved_exactly),
      cmocka_unit_test(test_any_graph_gets_an_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
