/* pack.c - weights transformed once, U = G g G^T: in double, rounded once to float, in the order the products read
 * them: [cluster][xi][vector][step][lane]. Lanes beyond oc are zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/operand_source.h"
#include "impl/winograd/winograd.h"

#include <string.h>

typedef double weights_matrix[COOK_TOOM_ALPHA_MAX][COOK_TOOM_TAPS];

static void transform(const weights_matrix g, int alpha, const float *wei, double *u) {
  double half[COOK_TOOM_ALPHA_MAX][COOK_TOOM_TAPS] = {{0}};
  for (int k = 0; k < alpha; k++)
    for (int r = 0; r < COOK_TOOM_TAPS; r++)
      for (int s = 0; s < COOK_TOOM_TAPS; s++) half[k][s] += g[k][r] * (double)wei[r * COOK_TOOM_TAPS + s];
  for (int k = 0; k < alpha; k++)
    for (int j = 0; j < alpha; j++) {
      u[k * alpha + j] = 0;
      for (int s = 0; s < COOK_TOOM_TAPS; s++) u[k * alpha + j] += half[k][s] * g[j][s];
    }
}

typedef struct {
  const gconv_problem *p;
  const winograd_state *s;
  const double (*g)[COOK_TOOM_TAPS];
  const float *wei;
} packing;

/* One vector of a cluster, `first` its first output channel; `out` is its place for xi = 0. */
static void pack_vector(const packing *k, const winograd_cluster *c, const operand_source *source, int first,
                        float *out) {
  const gconv_problem *p = k->p;
  const int alpha = k->s->g.alpha;
  const ptrdiff_t xi = (ptrdiff_t)c->dst_blocks * BLOCK * p->icg;
  double u[COOK_TOOM_ALPHA_MAX * COOK_TOOM_ALPHA_MAX];
  for (int lane = 0; lane < VL && first + lane < p->oc; lane++)
    for (int i = 0; i < p->icg; i++) {
      const int oc = first + lane, group_channel = oc / p->ocg * p->icg - c->src_block * BLOCK;
      const int input = operand_input(source, group_channel, i, lane);
      transform(k->g, alpha, k->wei + ((int64_t)oc * p->icg + input) * COOK_TOOM_TAPS * COOK_TOOM_TAPS, u);
      for (int j = 0; j < alpha * alpha; j++) out[j * xi + (ptrdiff_t)i * VL + lane] = (float)u[j];
    }
}

void ISA_NAME(winograd_pack)(const gconv_plan *plan, const float *wei, void *packed) {
  const gconv_problem *p = &plan->problem;
  const winograd_state *s = plan->state;
  const gconv_cook_toom t = gconv_cook_toom_make(s->g.m, winograd_matrix[s->tile].points);
  weights_matrix g;
  for (int k = 0; k < t.alpha; k++)
    for (int r = 0; r < COOK_TOOM_TAPS; r++) g[k][r] = gconv_ratio_value(t.g[k][r]);
  memset(packed, 0, plan->packed_bytes);
  for (int n = 0; n < s->clusters; n++) {
    const winograd_cluster *c = &s->cluster[n];
    const ptrdiff_t vector = (ptrdiff_t)p->icg * VL;
    for (int j = c->job_first; j < c->job_first + c->jobs; j++)
      for (int v = s->job[j].vector; v < s->job[j].vector + s->job[j].vectors; v++)
        pack_vector(&(packing){p, s, g, wei}, c, &s->job[j].source, c->dst_block * BLOCK + v * VL,
                    (float *)packed + c->wei + v * vector);
  }
}
