/* winograd.c - the tile size by a rule, and its row. */
#include "impl/winograd/winograd.h"

static int choose(const gconv_problem *p) {
  (void)p;
  return WINOGRAD_F4;
}

double ISA_NAME(winograd_amplification)(int tile, const gconv_problem *p) {
  const gconv_cook_toom t = gconv_cook_toom_make(winograd_matrix[tile].m, winograd_matrix[tile].points);
  return gconv_cook_toom_amplification(&t, p, 1);
}

static gconv_status plan(gconv_plan *plan) { return ISA_NAME(winograd_plan)(plan, choose(&plan->problem)); }

static double amplification(const gconv_problem *p) { return ISA_NAME(winograd_amplification)(choose(p), p); }

const gconv_kernel ISA_NAME(gconv_kernel_winograd) =
    WINOGRAD_ROW("winograd", "Winograd convolution with the tile size that its rule expects to be fastest");
