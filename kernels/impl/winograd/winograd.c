/* winograd.c - the tile size by a rule, its row, and the amplification of errors for every tile size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/winograd.h"

/* Cycles of a core with 16 lanes and two FMAs a cycle, per position xi: products of every tile, 32 a cycle; both
 * transforms, measured to take 4 cycles a vector of 16 channels whatever the tile size; and the weights, which pass
 * through the cache once at 16 bytes a cycle: what decides on small maps. */
static int64_t cost(const gconv_problem *p, int tile) {
  const int m = winograd_matrix[tile].m, alpha = m + COOK_TOOM_TAPS - 1;
  const int64_t tiles = p->batch * gconv_ceil_div(p->oh, m) * gconv_ceil_div(p->ow, m),
                weights = (int64_t)p->icg * p->oc;
  return alpha * alpha * (tiles * (weights / 32 + ((int64_t)p->ic + p->oc) / 4) + weights / 4);
}

/* The cheapest tile size; of equals the smaller, which is more accurate. A function of the problem alone, since the
 * error bound is one. */
static int choose(const gconv_problem *p) {
  int best = WINOGRAD_F2;
  for (int tile = WINOGRAD_F4; tile < WINOGRAD_TILES; tile++)
    if (cost(p, tile) < cost(p, best)) best = tile;
  return best;
}

double ISA_NAME(winograd_amplification)(int tile, const gconv_problem *p) {
  const gconv_cook_toom t = gconv_cook_toom_make(winograd_matrix[tile].m, winograd_matrix[tile].points);
  return gconv_cook_toom_amplification(&t, p, 1);
}

static gconv_status plan(gconv_plan *plan) { return ISA_NAME(winograd_plan)(plan, choose(&plan->problem)); }

static double amplification(const gconv_problem *p) { return ISA_NAME(winograd_amplification)(choose(p), p); }

WINOGRAD_KERNEL(winograd, "Winograd convolution with the tile size that its rule expects to be fastest");
