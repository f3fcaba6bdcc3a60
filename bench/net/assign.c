/* assign.c - elimination, and the way back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "assign.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  int u, v;
  double *cost; /* [state of u * states + state of v] */
} edge;

/* How the state of an eliminated variable follows from those of its neighbours. */
typedef struct {
  int variable, neighbour[2]; /* -1: none */
  int *best;                  /* [state of neighbour 0 * states + state of neighbour 1] */
} elimination;

struct assignment {
  int variables, states;
  double *costs; /* by variable and state */
  edge *edges;
  int edge_count, edge_room;
  elimination *order;
  int eliminated;
  bool *gone;
};

assignment *assignment_create(int variables, int states) {
  assignment *a = calloc(1, sizeof *a);
  if (!a) return NULL;
  *a = (assignment){.variables = variables, .states = states};
  a->costs = calloc((size_t)variables * (size_t)states, sizeof *a->costs);
  a->order = calloc((size_t)variables, sizeof *a->order);
  a->gone = calloc((size_t)variables, sizeof *a->gone);
  if (a->costs && a->order && a->gone) return a;
  assignment_free(a);
  return NULL;
}

void assignment_free(assignment *a) {
  if (!a) return;
  for (int e = 0; e < a->edge_count; e++) free(a->edges[e].cost);
  for (int i = 0; i < a->variables && a->order; i++) free(a->order[i].best);
  free(a->costs);
  free(a->edges);
  free(a->order);
  free(a->gone);
  free(a);
}

double *assignment_costs(assignment *a, int variable) { return a->costs + (size_t)variable * (size_t)a->states; }

/* The edge between two variables in either direction; a new one of u and v if there is none, NULL without memory. */
static edge *edge_between(assignment *a, int u, int v) {
  for (int e = 0; e < a->edge_count; e++) {
    edge *d = &a->edges[e];
    if ((d->u == u && d->v == v) || (d->u == v && d->v == u)) return d;
  }
  if (a->edge_count == a->edge_room) {
    const int room = 2 * a->edge_room + 16;
    edge *edges = realloc(a->edges, (size_t)room * sizeof *edges);
    if (!edges) return NULL;
    a->edges = edges, a->edge_room = room;
  }
  double *cost = calloc((size_t)a->states * (size_t)a->states, sizeof *cost);
  if (!cost) return NULL;
  a->edges[a->edge_count] = (edge){u, v, cost};
  return &a->edges[a->edge_count++];
}

bool assignment_add(assignment *a, int u, int v, const double *cost) {
  const edge *e = edge_between(a, u, v);
  const int states = a->states;
  for (int s = 0; s < states && e; s++)
    for (int t = 0; t < states; t++) e->cost[e->u == u ? s * states + t : t * states + s] += cost[s * states + t];
  return e;
}

static bool touches(const edge *e, int variable) { return e->u == variable || e->v == variable; }

static int degree(const assignment *a, int variable) {
  int count = 0;
  for (int e = 0; e < a->edge_count; e++) count += touches(&a->edges[e], variable);
  return count;
}

/* The table of an edge as seen from one of its ends. */
static double cost_of(const assignment *a, const edge *e, int variable, int state, int other) {
  return e->u == variable ? e->cost[state * a->states + other] : e->cost[other * a->states + state];
}

static void drop_edge(assignment *a, int e) {
  free(a->edges[e].cost);
  a->edges[e] = a->edges[--a->edge_count];
}

static int edges_of(const assignment *a, int variable, int found[2]) {
  int count = 0;
  for (int e = 0; e < a->edge_count && count < 2; e++)
    if (touches(&a->edges[e], variable)) found[count++] = e;
  return count;
}

/* For each pair of states of the (at most two) neighbours, found over these edges: the best own state, and what it
 * costs. */
static void find_best(assignment *a, elimination *x, const int *found, double *least) {
  const int states = a->states, firsts = found[0] >= 0 ? states : 1, seconds = found[1] >= 0 ? states : 1;
  const double *own = assignment_costs(a, x->variable);
  for (int first = 0; first < firsts; first++)
    for (int second = 0; second < seconds; second++) {
      const int at = first * states + second;
      least[at] = INFINITY;
      for (int s = 0; s < states; s++) {
        double cost = own[s];
        if (found[0] >= 0) cost += cost_of(a, &a->edges[found[0]], x->variable, s, first);
        if (found[1] >= 0) cost += cost_of(a, &a->edges[found[1]], x->variable, s, second);
        if (cost < least[at]) least[at] = cost, x->best[at] = s;
      }
    }
}

static bool eliminate(assignment *a, int variable, double *least, double *total) {
  int found[2] = {-1, -1};
  const int count = edges_of(a, variable, found);
  elimination *x = &a->order[a->eliminated++];
  *x = (elimination){.variable = variable, .neighbour = {-1, -1}};
  for (int i = 0; i < count; i++) {
    const edge *e = &a->edges[found[i]];
    x->neighbour[i] = e->u == variable ? e->v : e->u;
  }
  x->best = calloc((size_t)a->states * (size_t)a->states, sizeof *x->best);
  if (!x->best) return false;
  find_best(a, x, found, least);
  a->gone[variable] = true;
  if (count == 2 && !assignment_add(a, x->neighbour[0], x->neighbour[1], least)) return false;
  for (int i = count - 1; i >= 0; i--) drop_edge(a, found[i]); /* the later one first: the last edge takes its place */
  if (!count) *total += least[0];
  for (int s = 0; s < a->states && count == 1; s++) assignment_costs(a, x->neighbour[0])[s] += least[s * a->states];
  return true;
}

/* Forbids all states but the one that is cheapest if every neighbour does what suits it, and lets go of the edges. */
static void hold(assignment *a, int variable) {
  double *own = assignment_costs(a, variable), least = INFINITY;
  int best = 0;
  for (int s = 0; s < a->states; s++) {
    double cost = own[s];
    for (int e = 0; e < a->edge_count; e++) {
      if (!touches(&a->edges[e], variable)) continue;
      double suits = INFINITY;
      for (int other = 0; other < a->states; other++) suits = fmin(suits, cost_of(a, &a->edges[e], variable, s, other));
      cost += suits;
    }
    if (cost < least) least = cost, best = s;
  }
  for (int s = 0; s < a->states; s++)
    if (s != best) own[s] = INFINITY;
  for (int e = a->edge_count - 1; e >= 0; e--) {
    const edge *d = &a->edges[e];
    if (!touches(d, variable)) continue;
    double *costs = assignment_costs(a, d->u == variable ? d->v : d->u);
    for (int other = 0; other < a->states; other++) costs[other] += cost_of(a, d, variable, best, other);
    drop_edge(a, e);
  }
}

/* The variable of least degree; if that is more than two, of most. */
static int next_variable(const assignment *a, bool *simple) {
  int least = -1, least_degree = 0, most = -1, most_degree = -1;
  for (int v = 0; v < a->variables; v++) {
    if (a->gone[v]) continue;
    const int d = degree(a, v);
    if (least < 0 || d < least_degree) least = v, least_degree = d;
    if (d > most_degree) most = v, most_degree = d;
  }
  *simple = least_degree <= 2;
  return *simple ? least : most;
}

double assignment_solve(assignment *a, int *state) {
  double *least = malloc((size_t)a->states * (size_t)a->states * sizeof *least);
  if (!least) return NAN;
  double total = 0;
  while (a->eliminated < a->variables && !isnan(total)) {
    bool simple;
    const int v = next_variable(a, &simple);
    if (!simple)
      hold(a, v);
    else if (!eliminate(a, v, least, &total))
      total = NAN;
  }
  for (int i = a->eliminated - 1; i >= 0 && !isnan(total); i--) { /* whoever went later was a neighbour */
    const elimination *x = &a->order[i];
    const int first = x->neighbour[0] >= 0 ? state[x->neighbour[0]] : 0;
    const int second = x->neighbour[1] >= 0 ? state[x->neighbour[1]] : 0;
    state[x->variable] = x->best[first * a->states + second];
  }
  free(least);
  return total;
}
