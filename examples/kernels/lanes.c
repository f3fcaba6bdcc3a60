/* lanes.c - VL output channels of a group at once: their weights are packed side by side, a vector for each tap. A
 * kernel with vectors, packed weights and a parameter (lanes@w2), compiled once for each instruction set: as a built-in
 * one by its line of kernels.inc, as a plug-in by CMakeLists.txt beside it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "simd/simd.h"

#include <stdio.h>

enum { MOST = 8 }; /* outputs of a row that share a vector of weights */

static int64_t taps(const gconv_problem *p) { return (int64_t)p->icg * p->kh * p->kw; }
static int blocks(const gconv_problem *p) { return (p->ocg + VL - 1) / VL; } /* of a group */

static gconv_status plan(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  int width = 4;
  char rest;
  if (*plan->param && (sscanf(plan->param, "w%d%c", &width, &rest) != 1 || width < 1 || width > MOST))
    return gconv_error(GCONV_INVALID, "lanes: the parameter is '%s', must be w1 to w%d", plan->param, MOST);
  plan->state = (void *)(intptr_t)width; /* what needs more than a number is allocated here, and freed by .release */
  plan->packed_bytes = (size_t)p->groups * blocks(p) * taps(p) * VL * sizeof(float);
  snprintf(plan->text, sizeof plan->text, "%d channels x %d outputs", VL, width);
  return GCONV_OK;
}

static void pack(const gconv_plan *plan, const float *wei, void *packed) { /* group, block, tap, lane */
  const gconv_problem *p = &plan->problem;
  float *to = packed;
  for (int g = 0; g < p->groups; g++)
    for (int b = 0; b < blocks(p); b++)
      for (int64_t t = 0; t < taps(p); t++)
        for (int o = b * VL; o < (b + 1) * VL; o++)
          *to++ = o < p->ocg ? wei[((int64_t)g * p->ocg + o) * taps(p) + t] : 0;
}

/* A block of channels of one image: src of its group, dst of its first channel, lanes that are no padding. */
typedef struct {
  const gconv_problem *p;
  const float *src, *wei;
  float *dst;
  int lanes;
} block;

/* Outputs (y, x) to (y, x + count). */
static void outputs(const block *b, int y, int x, int count) {
  const gconv_problem *p = b->p;
  const float *wei = b->wei;
  v_f32 sum[MOST];
  for (int j = 0; j < count; j++) sum[j] = v_zero();
  for (int i = 0; i < p->icg; i++)
    for (int r = 0; r < p->kh; r++)
      for (int s = 0; s < p->kw; s++, wei += VL) {
        const v_f32 w = v_load(wei);
        const int ih = y * p->stride_h - p->pad_top + r * (p->dilation_h + 1);
        const float *row = b->src + ((int64_t)i * p->ih + ih) * p->iw;
        for (int j = 0; j < count && ih >= 0 && ih < p->ih; j++) {
          const int iw = (x + j) * p->stride_w - p->pad_left + s * (p->dilation_w + 1);
          if (iw >= 0 && iw < p->iw) sum[j] = v_fma(v_bcast(row + iw), w, sum[j]);
        }
      }
  for (int j = 0; j < count; j++) {
    float lane[VL];
    v_store(lane, sum[j]);
    for (int l = 0; l < b->lanes; l++) b->dst[((int64_t)l * p->oh + y) * p->ow + x + j] = lane[l];
  }
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  const int width = (int)(intptr_t)plan->state;
#pragma omp parallel for collapse(3) num_threads(plan->env.threads)
  for (int n = 0; n < p->batch; n++)
    for (int g = 0; g < p->groups; g++)
      for (int b = 0; b < blocks(p); b++) {
        const int64_t first = (int64_t)g * p->ocg + b * VL;
        const block here = {
            .p = p,
            .src = (const float *)args->src.data + ((int64_t)n * p->ic + g * p->icg) * p->ih * p->iw,
            .wei = (const float *)args->packed.data + ((int64_t)g * blocks(p) + b) * taps(p) * VL,
            .dst = (float *)args->dst.data + ((int64_t)n * p->oc + first) * p->oh * p->ow,
            .lanes = p->ocg - b * VL < VL ? p->ocg - b * VL : VL,
        };
        for (int y = 0; y < p->oh; y++)
          for (int x = 0; x < p->ow; x += width) outputs(&here, y, x, p->ow - x < width ? p->ow - x : width);
      }
  return GCONV_OK;
}

SIMD_KERNEL(lanes, .summary = "VL output channels of a group at once, weights packed",
            .reference = "the definition of convolution",
            .params = "wN: N outputs of a row share a vector of weights, 1 to 8; without it 4",
            .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD, .plan = plan, .pack = pack, .execute = execute);
