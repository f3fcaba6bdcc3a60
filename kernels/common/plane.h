/* plane.h - one plane convolved into another by loops a compiler vectorises: what a depthwise layer is made of, and a
 * dense layer as a sum over source channels. In a header, so that each kernel compiles it for its own instruction set.
 */
#ifndef GCONV_COMMON_PLANE_H
#define GCONV_COMMON_PLANE_H

#include "gconv.h"

/* dst plane += src plane convolved with the kh x kw weights at `wei`. Rows of outputs are the innermost loop. */
static inline void gconv_add_plane(const gconv_problem *p, const float *src, const float *wei, float *dst) {
  for (int r = 0; r < p->kh; r++)
    for (int s = 0; s < p->kw; s++) {
      const float w = wei[(int64_t)r * p->kw + s];
      const int64_t left = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
      int first = 0, end = p->ow; /* outputs whose input column is inside the image */
      while (first < end && first * (int64_t)p->stride_w + left < 0) first++;
      while (end > first && (end - 1) * (int64_t)p->stride_w + left >= p->iw) end--;
      for (int oh = 0; oh < p->oh; oh++) {
        const int64_t ih = (int64_t)oh * p->stride_h - p->pad_top + (int64_t)r * (p->dilation_h + 1);
        if (ih < 0 || ih >= p->ih) continue;
        const float *in = src + ih * p->iw;
        float *out = dst + (int64_t)oh * p->ow;
        if (p->stride_w == 1)
          for (int ow = first; ow < end; ow++) out[ow] += w * in[ow + left];
        else
          for (int ow = first; ow < end; ow++) out[ow] += w * in[ow * (int64_t)p->stride_w + left];
      }
    }
}

#endif
