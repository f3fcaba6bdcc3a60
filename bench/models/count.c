/* count.c - what a network weighs and costs. Each convolution is counted by gconv_problem_count, the same function that
 * the benchmark's figures come from. */
#include "model.h"

model_counts model_count(const model *m) {
  model_counts sum = {0};
  for (int i = 0; i < m->count; i++) {
    const model_node *n = &m->nodes[i];
    gconv_problem p;
    if ((n->op != MODEL_CONV && n->op != MODEL_FC) || model_problem(m, i, 1, &p)) continue;
    const gconv_counts c = gconv_problem_count(&p);
    if (n->op == MODEL_FC) {
      sum.fc_params += c.params + (n->bias ? p.oc : 0);
      sum.fc_macs += c.macs_nominal;
      continue;
    }
    sum.convs++;
    sum.conv_params += c.params;
    sum.norm_params += n->norm ? 2 * p.oc : 0;
    sum.bias_params += n->bias ? p.oc : 0;
    sum.conv_macs += c.macs_nominal;
    sum.conv_activations += c.dst_elems;
    if (p.groups == 1) continue;
    sum.grouped_params += c.params;
    sum.grouped_macs += c.macs_nominal;
  }
  return sum;
}

int64_t model_params(const model_counts *c) { return c->conv_params + c->norm_params + c->bias_params + c->fc_params; }
