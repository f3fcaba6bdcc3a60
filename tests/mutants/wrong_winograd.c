/* wrong_winograd.c - Winograd F(2x2, 3x3) as the textbook has it, wrong in one way, which its parameter names. Its
 * error bound is the one of the real kernels: what would pass under it here would pass there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cook_toom.h"
#include "fault.h"

#include <string.h>

enum { M = 2, ALPHA = M + COOK_TOOM_TAPS - 1 };

typedef enum { NONE, NUDGED_INPUT, WRONG_SIGN, DROPS_PRODUCT, SHORT_WEIGHTS, FAULTS } fault;

static const char *const names[FAULTS] = {
    [NONE] = "none",
    [NUDGED_INPUT] = "nudged_input",   /* an entry of B^T is off by a thousandth */
    [WRONG_SIGN] = "wrong_sign",       /* an entry of A^T */
    [DROPS_PRODUCT] = "drops_product", /* the last of the 16 positions */
    [SHORT_WEIGHTS] = "short_weights", /* transformed weights with the 8 bits of bfloat16 */
};

typedef struct {
  float at[M][ALPHA], bt[ALPHA][ALPHA];
  double g[ALPHA][COOK_TOOM_TAPS];
} matrices;

static gconv_cook_toom rational(void) {
  static const gconv_ratio points[ALPHA - 1] = {{0, 1}, {1, 1}, {-1, 1}};
  return gconv_cook_toom_make(M, points);
}

static matrices make(fault f) {
  const gconv_cook_toom t = rational();
  matrices x;
  for (int k = 0; k < ALPHA; k++) {
    for (int i = 0; i < M; i++) x.at[i][k] = (float)gconv_ratio_value(t.at[i][k]);
    for (int j = 0; j < ALPHA; j++) x.bt[k][j] = (float)gconv_ratio_value(t.bt[k][j]);
    for (int j = 0; j < COOK_TOOM_TAPS; j++) x.g[k][j] = gconv_ratio_value(t.g[k][j]);
  }
  if (f == NUDGED_INPUT) x.bt[1][1] *= 1.001f;
  if (f == WRONG_SIGN) x.at[1][2] = -x.at[1][2];
  return x;
}

static float transformed_weight(const matrices *x, fault f, const float *wei, int k, int l) {
  double sum = 0;
  for (int r = 0; r < COOK_TOOM_TAPS; r++)
    for (int s = 0; s < COOK_TOOM_TAPS; s++) sum += x->g[k][r] * wei[r * COOK_TOOM_TAPS + s] * x->g[l][s];
  float value = (float)sum;
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if (f == SHORT_WEIGHTS) bits &= 0xffff0000u;
  memcpy(&value, &bits, sizeof bits);
  return value;
}

static float pixel(const gconv_problem *p, const float *plane, int y, int x) {
  return y >= 0 && y < p->ih && x >= 0 && x < p->iw ? plane[(int64_t)y * p->iw + x] : 0;
}

/* The inputs of the tile of outputs that begins at (y, col). */
static void read_tile(const gconv_problem *p, const float *plane, int y, int col, float tile[ALPHA][ALPHA]) {
  for (int j = 0; j < ALPHA; j++)
    for (int c = 0; c < ALPHA; c++) tile[j][c] = pixel(p, plane, y - p->pad_top + j, col - p->pad_left + c);
}

static void add_products(const matrices *x, fault f, float tile[ALPHA][ALPHA], const float *wei,
                         float sums[ALPHA][ALPHA]) {
  float rows[ALPHA][ALPHA] = {{0}};
  for (int k = 0; k < ALPHA; k++)
    for (int c = 0; c < ALPHA; c++)
      for (int j = 0; j < ALPHA; j++) rows[k][c] += x->bt[k][j] * tile[j][c];
  for (int k = 0; k < ALPHA; k++)
    for (int l = 0; l < ALPHA; l++) {
      float v = 0;
      for (int c = 0; c < ALPHA; c++) v += rows[k][c] * x->bt[l][c];
      sums[k][l] += v * transformed_weight(x, f, wei, k, l);
    }
  if (f == DROPS_PRODUCT) sums[ALPHA - 1][ALPHA - 1] = 0;
}

static void write_tile(const gconv_problem *p, const matrices *x, float sums[ALPHA][ALPHA], int y, int col,
                       float *dst) {
  for (int i = 0; i < M && y + i < p->oh; i++)
    for (int j = 0; j < M && col + j < p->ow; j++) {
      float sum = 0;
      for (int k = 0; k < ALPHA; k++) {
        float row = 0;
        for (int l = 0; l < ALPHA; l++) row += sums[k][l] * x->at[j][l];
        sum += x->at[i][k] * row;
      }
      dst[(int64_t)(y + i) * p->ow + col + j] = sum;
    }
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  const fault f = (fault)(intptr_t)plan->state;
  const matrices x = make(f);
  const int64_t src_plane = (int64_t)p->ih * p->iw, dst_plane = (int64_t)p->oh * p->ow;
  for (int n = 0; n < p->batch; n++)
    for (int oc = 0; oc < p->oc; oc++)
      for (int y = 0; y < p->oh; y += M)
        for (int col = 0; col < p->ow; col += M) {
          float sums[ALPHA][ALPHA] = {{0}};
          for (int i = 0; i < p->icg; i++) {
            const float *src =
                (const float *)args->src.data + ((int64_t)n * p->ic + oc / p->ocg * p->icg + i) * src_plane;
            const float *wei = (const float *)args->wei.data + ((int64_t)oc * p->icg + i) * p->kh * p->kw;
            float tile[ALPHA][ALPHA];
            read_tile(p, src, y, col, tile);
            add_products(&x, f, tile, wei, sums);
          }
          write_tile(p, &x, sums, y, col, (float *)args->dst.data + ((int64_t)n * p->oc + oc) * dst_plane);
        }
  return GCONV_OK;
}

static gconv_status plan(gconv_plan *plan) { return plan_fault(plan, names, FAULTS); }

static const char *supports(const gconv_problem *p) {
  const bool takes =
      p->kh == 3 && p->kw == 3 && p->stride_h == 1 && p->stride_w == 1 && !p->dilation_h && !p->dilation_w;
  return takes ? NULL : "only dense 3x3 kernels with stride 1";
}

static double amplification(const gconv_problem *p) {
  const gconv_cook_toom t = rational();
  return gconv_cook_toom_amplification(&t, p, 1);
}

const gconv_kernel gconv_kernel_wrong_winograd_scalar = {
    .name = "wrong_winograd",
    .summary = "Winograd that is wrong in one way",
    .reference = "Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016",
    .params = "the fault, or none",
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD,
    .numeric = GCONV_TRANSFORM,
    .amplification = amplification,
    .supports = supports,
    .plan = plan,
    .execute = execute,
};
