/* assign.h - the cheapest choice of a state for each of many variables, where costs belong to single variables and to
 * pairs of them: which layout each result of a network should have is such a choice.
 *
 * Solved by elimination: a variable with at most two neighbours is replaced by what its best state costs for each of
 * theirs, until none is left. Exact wherever this never gets stuck, which are the series-parallel graphs: chains,
 * residual connections and branches that join again. Where it gets stuck the busiest variable is held at the state that
 * looks cheapest by itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_ASSIGN_H
#define GCONV_NET_ASSIGN_H

#include <stdbool.h>

typedef struct assignment assignment;

/* NULL without memory. All costs are zero; INFINITY forbids. */
assignment *assignment_create(int variables, int states);
void assignment_free(assignment *a);
/* The costs of a variable's states, to be added to. */
double *assignment_costs(assignment *a, int variable);
/* Adds costs of the pair's states, cost[state of u * states + state of v]. False without memory. */
bool assignment_add(assignment *a, int u, int v, const double *cost);
/* Fills in the state of each variable and returns the cost; INFINITY if nothing is allowed, NAN without memory. Uses
 * the costs up. */
double assignment_solve(assignment *a, int *state);

#endif
