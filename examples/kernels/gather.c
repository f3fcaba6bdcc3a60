/* gather.c - each output on its own: walks its window and sums. The smallest complete kernel. As a built-in one it is
 * kernels/impl/gather.c and a line of kernels.inc; as a plug-in it is compiled as it is:
 *   cc -O3 -fopenmp -fPIC -shared -iquote "$(pkg-config --variable=headers gconv)" gather.c -o gather.so */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

#include <string.h>

static float window(const gconv_problem *p, const float *src, const float *wei, int y, int x) {
  float sum = 0;
  for (int i = 0; i < p->icg; i++)
    for (int r = 0; r < p->kh; r++)
      for (int s = 0; s < p->kw; s++, wei++) {
        const int ih = y * p->stride_h - p->pad_top + r * (p->dilation_h + 1);
        const int iw = x * p->stride_w - p->pad_left + s * (p->dilation_w + 1);
        if (ih >= 0 && ih < p->ih && iw >= 0 && iw < p->iw) sum += src[((int64_t)i * p->ih + ih) * p->iw + iw] * *wei;
      }
  return sum;
}

static gconv_status plan(gconv_plan *plan) { /* NCHW, no workspace, no packed weights unless it says so */
  strcpy(plan->text, "one window an output");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) { /* arguments are checked already */
  const gconv_problem *p = &plan->problem;
#pragma omp parallel for collapse(2) num_threads(plan->env.threads)
  for (int n = 0; n < p->batch; n++)
    for (int o = 0; o < p->oc; o++) {
      const float *src = (const float *)args->src.data + ((int64_t)n * p->ic + o / p->ocg * p->icg) * p->ih * p->iw;
      const float *wei = (const float *)args->wei.data + (int64_t)o * p->icg * p->kh * p->kw;
      float *dst = (float *)args->dst.data + ((int64_t)n * p->oc + o) * p->oh * p->ow;
      for (int y = 0; y < p->oh; y++)
        for (int x = 0; x < p->ow; x++) *dst++ = window(p, src, wei, y, x);
    }
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_gather_scalar = {
    .name = "gather",
    .summary = "each output on its own",
    .reference = "the definition of convolution",
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD,
    .plan = plan,
    .execute = execute,
};

GCONV_PLUGIN(&gconv_kernel_gather_scalar);
