/* count.c - what a network weighs and costs. Each convolution is counted by gconv_problem_count, the same function that
 * the benchmark's figures come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <fnmatch.h>

static void add_fc(model_counts *sum, const model_node *n, const gconv_problem *p) {
  const gconv_counts c = gconv_problem_count(p);
  sum->fc_params += c.params + (n->bias ? p->oc : 0);
  sum->fc_macs += c.macs_nominal;
}

static void add_conv(model_counts *sum, const model_node *n, const gconv_problem *p) {
  const gconv_counts c = gconv_problem_count(p);
  sum->convs++;
  sum->conv_params += c.params;
  sum->norm_params += n->norm ? 2 * p->oc : 0;
  sum->bias_params += n->bias ? p->oc : 0;
  sum->conv_macs += c.macs_nominal;
  sum->conv_activations += c.dst_elems;
  if (p->groups == 1) return;
  sum->grouped_params += c.params;
  sum->grouped_macs += c.macs_nominal;
}

model_counts model_count_part(const model *m, const char *glob) {
  model_counts sum = {0};
  for (int i = 0; i < m->count; i++) {
    const model_node *n = &m->nodes[i];
    gconv_problem p;
    if ((n->op != MODEL_CONV && n->op != MODEL_FC) || model_problem(m, i, 1, &p) || fnmatch(glob, p.name, 0)) continue;
    (n->op == MODEL_FC ? add_fc : add_conv)(&sum, n, &p);
  }
  return sum;
}

model_counts model_count(const model *m) { return model_count_part(m, "*"); }

int64_t model_params(const model_counts *c) { return c->conv_params + c->norm_params + c->bias_params + c->fc_params; }
