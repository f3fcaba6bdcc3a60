/* race.c - the network as a choice of states, one for each node's result: the layout in which it is made, and the set
 * of layouts in which it will be there. A conversion belongs to the result, however many readers it has, so all other
 * costs are of pairs, a node and one of its inputs; what may follow what is lower.c's way of doing it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "race.h"

#include "assign.h"
#include "core/error.h"
#include "plan.h"
#include "profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUTS = GCONV_NCHW16C + 1, STATES = LAYOUTS << (LAYOUTS - 1) };

typedef struct {
  gconv_layout made;
  unsigned there; /* a bit for each layout, that of `made` among them */
} state;

/* What tensors of one shape take from one layout to another; NaN until it was measured. */
typedef struct {
  model_shape shape;
  double seconds[LAYOUTS][LAYOUTS];
} conversion_times;

typedef struct {
  const net *first; /* any of the nets: graph, batch, threads and input are those of all */
  const model *graph;
  size_t kernel_count; /* or nets */
  profile_entry *entries;
  conversion_times *times; /* of shapes met so far; room for one of each node */
  int time_count;
  state states[STATES];
  int state_count;
} race;

static unsigned bit(gconv_layout layout) { return 1u << layout; }

static const profile_entry *entry_of(const race *r, size_t kernel, int node) {
  return &r->entries[kernel * (size_t)r->graph->count + (size_t)node];
}

/* Only of layouts that some kernel knows: five would be eighty states. */
static void list_states(race *r) {
  unsigned known = bit(GCONV_NCHW);
  for (size_t k = 0; k < r->kernel_count; k++)
    for (int i = 0; i < r->graph->count; i++)
      if (r->graph->nodes[i].op == MODEL_CONV) known |= bit(entry_of(r, k, i)->in) | bit(entry_of(r, k, i)->out);
  for (int made = 0; made < LAYOUTS; made++)
    for (unsigned there = 0; there < 1u << LAYOUTS; there++)
      if ((there & bit((gconv_layout)made)) && !(there & ~known))
        r->states[r->state_count++] = (state){(gconv_layout)made, there};
}

/* ---- Costs of one node ---- */

/* What a step that is no convolution takes in a layout; where no net had it there, what it took elsewhere. */
static double step_seconds(const race *r, int node, gconv_layout layout) {
  double same = 0, all = 0;
  int count = 0;
  for (size_t k = 0; k < r->kernel_count; k++) {
    const profile_entry *e = entry_of(r, k, node);
    all += e->seconds;
    if (e->in == layout) same += e->seconds, count++;
  }
  return count ? same / count : all / (double)r->kernel_count;
}

static conversion_times *times_of(race *r, model_shape shape) {
  for (int i = 0; i < r->time_count; i++) {
    const model_shape known = r->times[i].shape;
    if (known.c == shape.c && known.h == shape.h && known.w == shape.w) return &r->times[i];
  }
  conversion_times *fresh = &r->times[r->time_count++];
  fresh->shape = shape;
  for (int from = 0; from < LAYOUTS; from++)
    for (int to = 0; to < LAYOUTS; to++) fresh->seconds[from][to] = NAN;
  return fresh;
}

/* Layouts beside the one it is made in are conversions; the input of a network comes plain. */
static gconv_status node_costs(race *r, assignment *a, int node) {
  const model_node *d = &r->graph->nodes[node];
  const gconv_dims dims = {r->first->request.batch, d->shape.c, d->shape.h, d->shape.w};
  conversion_times *times = times_of(r, d->shape);
  for (int s = 0; s < r->state_count; s++) {
    const gconv_layout made = r->states[s].made;
    double *cost = &assignment_costs(a, node)[s];
    if (d->op != MODEL_CONV) *cost += step_seconds(r, node, made);
    if (d->op == MODEL_INPUT && !r->first->request.native_input && made != GCONV_NCHW) *cost = INFINITY;
    for (int to = 0; to < LAYOUTS; to++) {
      if (!(r->states[s].there & bit((gconv_layout)to)) || net_same_memory(dims, made, (gconv_layout)to)) continue;
      double *seconds = &times->seconds[made][to];
      if (isnan(*seconds)) *seconds = profile_conversion(r->first, dims, made, (gconv_layout)to);
      if (isnan(*seconds)) return gconv_error(GCONV_NO_MEMORY, "no memory to time conversions");
      *cost += *seconds;
    }
  }
  return GCONV_OK;
}

/* ---- Costs of a node and one of its inputs ---- */

/* The input of a block comes as its first convolution wants it. */
static bool sets_input_layout(const race *r, int node) {
  const int from = model_input_of(r->graph, node, 0);
  if (r->graph->nodes[from].op != MODEL_INPUT || !r->first->request.native_input) return false;
  for (int i = from + 1; i < node; i++)
    if (r->graph->nodes[i].op == MODEL_CONV && model_input_of(r->graph, i, 0) == from) return false;
  return true;
}

/* The fastest kernel from one state to another; kernel_count if there is none. A kernel's replacement only counts where
 * no kernel takes the problem itself. */
static size_t fastest(const race *r, int node, const state *in, const state *out) {
  const bool sets = sets_input_layout(r, node);
  bool all_fall_back = true;
  size_t best = r->kernel_count;
  for (size_t k = 0; k < r->kernel_count; k++) all_fall_back &= entry_of(r, k, node)->choice.fallback;
  for (size_t k = 0; k < r->kernel_count; k++) {
    const profile_entry *e = entry_of(r, k, node);
    if (e->out != out->made || !(in->there & bit(e->in)) || (sets && e->in != in->made)) continue;
    if (e->choice.fallback && !all_fall_back) continue;
    if (best == r->kernel_count || e->seconds < entry_of(r, best, node)->seconds) best = k;
  }
  return best;
}

static bool fits(const model_node *d, int input, const state *in, const state *out) {
  switch (d->op) {
  case MODEL_FC:
    return (in->there & bit(GCONV_NCHW)) && out->made == GCONV_NCHW;
  case MODEL_GLOBAL_AVG_POOL:
    return out->made == GCONV_NCHW;
  case MODEL_SCALE:
    return input ? in->there & bit(GCONV_NCHW) : in->made == out->made;
  default:
    return input ? in->there & bit(out->made) : in->made == out->made;
  }
}

static gconv_status pair_costs(const race *r, assignment *a, int node, int input, double *cost) {
  const model_node *d = &r->graph->nodes[node];
  for (int in = 0; in < r->state_count; in++)
    for (int out = 0; out < r->state_count; out++) {
      double *c = &cost[in * r->state_count + out];
      if (d->op != MODEL_CONV) {
        *c = fits(d, input, &r->states[in], &r->states[out]) ? 0 : INFINITY;
        continue;
      }
      const size_t k = fastest(r, node, &r->states[in], &r->states[out]);
      *c = k < r->kernel_count ? entry_of(r, k, node)->seconds : INFINITY;
    }
  if (assignment_add(a, model_input_of(r->graph, node, input), node, cost)) return GCONV_OK;
  return gconv_error(GCONV_NO_MEMORY, "no memory for the costs of node %d", node);
}

static gconv_status all_costs(race *r, assignment *a) {
  double *cost = malloc((size_t)r->state_count * (size_t)r->state_count * sizeof *cost);
  gconv_status status = cost ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for costs");
  for (int i = 0; i < r->graph->count && !status; i++) {
    status = net_go_on();
    if (!status) status = node_costs(r, a, i);
    for (int k = 0; k < r->graph->nodes[i].inputs && !status; k++) status = pair_costs(r, a, i, k, cost);
  }
  free(cost);
  return status;
}

static gconv_status decide(race *r, assignment *a, net_choice *choices) {
  int *chosen = calloc((size_t)r->graph->count, sizeof *chosen);
  if (!a || !chosen) {
    free(chosen);
    return gconv_error(GCONV_NO_MEMORY, "no memory for a race of %d nodes", r->graph->count);
  }
  const gconv_status status = all_costs(r, a);
  const double seconds = status ? NAN : assignment_solve(a, chosen);
  for (int i = 0; i < r->graph->count && !status && isfinite(seconds); i++) {
    if (r->graph->nodes[i].op != MODEL_CONV) continue;
    const state *in = &r->states[chosen[model_input_of(r->graph, i, 0)]];
    choices[i] = entry_of(r, fastest(r, i, in, &r->states[chosen[i]]), i)->choice;
  }
  free(chosen);
  if (status || isfinite(seconds)) return status;
  return gconv_error(GCONV_FAILED, "the layouts of %s do not fit together", r->graph->name);
}

gconv_status race_nets(net *const *nets, size_t count, net_choice **choices) {
  race r = {.first = nets[0], .graph = net_graph(nets[0]), .kernel_count = count};
  *choices = calloc((size_t)r.graph->count, sizeof **choices);
  r.times = calloc((size_t)r.graph->count, sizeof *r.times);
  gconv_status status = *choices && r.times ? profile_nets(nets, count, &r.entries)
                                            : gconv_error(GCONV_NO_MEMORY, "no memory for a race");
  if (!status) {
    list_states(&r);
    assignment *a = assignment_create(r.graph->count, r.state_count);
    status = decide(&r, a, *choices);
    assignment_free(a);
  }
  free(r.entries);
  free(r.times);
  if (!status) return status;
  free(*choices);
  *choices = NULL;
  return status;
}
