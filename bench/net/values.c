/* values.c - what lowering adds to a net: values, steps that make them, and conversions where nobody has made a value
 * in the layout that is wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include "core/error.h"

#include <stdlib.h>

static gconv_dims dims_of(const net *n, int node) {
  const model_shape s = n->request.graph->nodes[node].shape;
  return (gconv_dims){n->request.batch, s.c, s.h, s.w};
}

int net_add_value(net *n, int node, gconv_layout layout) {
  const gconv_dims dims = dims_of(n, node);
  n->values[n->value_count] = (net_value){.node = node,
                                          .source = n->value_count,
                                          .dims = dims,
                                          .layout = layout,
                                          .storage = n->value_count,
                                          .bytes = (size_t)gconv_layout_elems(layout, dims) * sizeof(float)};
  return n->value_count++;
}

net_step *net_add_step(net *n, const step_kind *kind, int node, int input_count, int output) {
  net_step *s = &n->steps[n->step_count];
  *s = (net_step){.kind = kind, .node = node, .input_count = input_count, .output = output};
  s->inputs = calloc((size_t)input_count + 1, sizeof *s->inputs); /* some have none */
  s->in = calloc((size_t)input_count + 1, sizeof *s->in);
  n->step_count++; /* counted before it is complete, so that it is freed */
  if (s->inputs && s->in) return s;
  gconv_error(GCONV_NO_MEMORY, "no memory for a step with %d inputs", input_count);
  return NULL;
}

/* One pixel and no blocks: channels are neighbours in either layout. */
bool net_same_memory(gconv_dims d, gconv_layout a, gconv_layout b) {
  if (a == b) return true;
  return d.h == 1 && d.w == 1 && (a == GCONV_NCHW || a == GCONV_NHWC) && (b == GCONV_NCHW || b == GCONV_NHWC);
}

int net_value_in(net *n, int value, gconv_layout layout) {
  if (value < 0) return -1;
  const int source = n->values[value].source, node = n->values[value].node;
  for (int v = source; v < n->value_count; v++)
    if (n->values[v].source == source && net_same_memory(n->values[v].dims, n->values[v].layout, layout)) return v;
  const int converted = net_add_value(n, node, layout);
  net_step *s = net_add_step(n, &step_convert, node, 1, converted);
  if (!s) return -1;
  s->inputs[0] = source;
  n->values[converted].source = source;
  return converted;
}
