/* place.c - one arena for all activations. A value needs memory from the step that makes it to the last one that reads
 * it; two values whose times do not overlap may have the same. Placed largest first, each at the lowest offset that is
 * free for its time (greedy by size: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference,
 * 2020). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/error.h"
#include "core/workspace.h"

#include <limits.h>
#include <stdlib.h>

/* Values a multiple of the page apart would look alike to loads and stores that are under way together. */
enum { STAGGER = 5 * GCONV_ALIGN };

static void find_lifetimes(net *n) {
  for (int v = 0; v < n->value_count; v++) n->values[v].first = INT_MAX;
  for (int i = 0; i < n->step_count; i++) {
    const net_step *s = &n->steps[i];
    if (s->output >= 0) n->values[s->output].first = n->values[s->output].last = i;
    for (int k = 0; k < s->input_count; k++) n->values[s->inputs[k]].last = i;
  }
  for (int v = 0; v < n->value_count; v++) /* the input: nobody makes it, and it is there for the next run too */
    if (n->values[v].first == INT_MAX) n->values[v].first = -1, n->values[v].last = INT_MAX;
  n->values[n->made[n->request.graph->count - 1]].last = INT_MAX;
}

/* A step may overwrite an input that nobody reads later: the first, or the second of two of one layout. */
static void share_storage(net *n) {
  for (int i = 0; i < n->step_count; i++) {
    const net_step *s = &n->steps[i];
    if (s->output < 0) continue;
    net_value *out = &n->values[s->output];
    for (int k = 0; k < s->input_count && s->kind->in_place && out->storage == s->output; k++) {
      const net_value *in = &n->values[s->inputs[k]];
      if (in->last != i || in->layout != out->layout || in->bytes != out->bytes || (k && s->input_count > 2)) continue;
      out->storage = in->storage;
      n->values[in->storage].last = out->last; /* the owner's life is that of all who live in it */
    }
  }
}

static bool meet(const net_value *a, const net_value *b) { return a->first <= b->last && b->first <= a->last; }

static size_t span_of(const net_value *v) { return (v->bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN + STAGGER; }

/* The lowest offset where `v` fits between the placed values it meets. `order`: those placed, by offset. */
static size_t free_offset(const net *n, const int *order, int placed, const net_value *v) {
  size_t offset = 0;
  for (int i = 0; i < placed; i++) {
    const net_value *other = &n->values[order[i]];
    if (!meet(v, other)) continue;
    if (offset + span_of(v) <= other->offset) break;
    if (other->offset + span_of(other) > offset) offset = other->offset + span_of(other);
  }
  return offset;
}

static void insert_by_offset(const net *n, int *order, int placed, int value) {
  int at = placed;
  for (; at && n->values[order[at - 1]].offset > n->values[value].offset; at--) order[at] = order[at - 1];
  order[at] = value;
}

static int largest_left(const net *n, const bool *placed) {
  int largest = -1;
  for (int v = 0; v < n->value_count; v++)
    if (!placed[v] && n->values[v].storage == v && (largest < 0 || n->values[v].bytes > n->values[largest].bytes))
      largest = v;
  return largest;
}

static gconv_status place_values(net *n) {
  int *order = calloc((size_t)n->value_count, sizeof *order);
  bool *done = calloc((size_t)n->value_count, sizeof *done);
  if (order && done) {
    int placed = 0;
    for (int v; (v = largest_left(n, done)) >= 0; done[v] = true) {
      n->values[v].offset = free_offset(n, order, placed, &n->values[v]);
      insert_by_offset(n, order, placed++, v);
      const size_t end = n->values[v].offset + span_of(&n->values[v]);
      if (end > n->arena_bytes) n->arena_bytes = end;
    }
  }
  const bool enough = order && done;
  free(order);
  free(done);
  return enough ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory to place %d values", n->value_count);
}

static tensor tensor_of(const net *n, int value) {
  const net_value *v = &n->values[value];
  return (tensor){(float *)(n->arena + n->values[v->storage].offset), v->layout, v->dims};
}

static void *allocate(size_t bytes) {
  return aligned_alloc(GCONV_ALIGN, (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN);
}

/* The most that any step needs besides its tensors. */
static size_t scratch_bytes(const net *n) {
  size_t most = GCONV_ALIGN;
  for (int i = 0; i < n->step_count; i++) {
    const net_step *s = &n->steps[i];
    const net_value *first = s->input_count ? &n->values[s->inputs[0]] : NULL;
    const tensor in = first ? (tensor){NULL, first->layout, first->dims} : (tensor){0};
    const size_t need = s->plan                 ? s->plan->workspace_bytes
                        : s->kind == &step_pool ? op_pool_scratch(&in, n->request.threads)
                                                : 0;
    if (need > most) most = need;
  }
  return most;
}

gconv_status net_place(net *n) {
  find_lifetimes(n);
  share_storage(n);
  n->workspace.bytes = scratch_bytes(n);
  return place_values(n);
}

gconv_status net_allocate(net *n) {
  if (!(n->arena = allocate(n->arena_bytes)))
    return gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of activations", n->arena_bytes);
  for (int i = 0; i < n->step_count; i++) {
    net_step *s = &n->steps[i];
    if (s->output >= 0) s->out = tensor_of(n, s->output);
    for (int k = 0; k < s->input_count; k++) s->in[k] = tensor_of(n, s->inputs[k]);
  }
  n->workspace.data = allocate(n->workspace.bytes);
  if (n->workspace.data) return GCONV_OK;
  return gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of workspace", n->workspace.bytes);
}
