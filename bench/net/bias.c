/* bias.c - biases of convolutions that a sum follows are added by the sum. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <string.h>

/* What the step adds to its result: its own bias, or those that convolutions before it left to it. */
void net_fill_bias(const net *n, net_step *s, const net_weights *w) {
  const int channels = s->out.dims.c;
  const model *m = n->request.graph;
  memset(s->bias, 0, (size_t)channels * sizeof *s->bias);
  if ((s->kind == &step_conv || s->kind == &step_fc) && !n->moved[s->node])
    memcpy(s->bias, w->bias[s->node], (size_t)channels * sizeof *s->bias);
  for (int i = 0; s->kind == &step_sum && i < m->nodes[s->node].inputs; i++) {
    const int from = model_input_of(m, s->node, i);
    for (int c = 0; c < channels && n->moved[from]; c++) s->bias[c] += w->bias[from][c];
  }
}
