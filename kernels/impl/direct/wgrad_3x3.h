/* wgrad_3x3.h - what the two 3x3 gradients share: up to two input indices at a place in src. */
#ifndef GCONV_DIRECT_WGRAD_3X3_H
#define GCONV_DIRECT_WGRAD_3X3_H

#include "impl/direct/wgrad.h"

/* Input indices a microkernel takes: with two, 18 accumulators and the pixels they need fit 32 registers. */
#if defined(GCONV_ISA_IS_avx512)
#define WGRAD_PAIR 2
#else
#define WGRAD_PAIR 1
#endif

typedef struct {
  const wgrad_strip *a;
  const float *src; /* the place, channel 0 */
  operand_at at[2]; /* ... where each index is */
  v_mask second;
} wgrad_input;

/* At `place` floats from the image's first pixel, so that what is read from there has constant offsets. */
INLINE wgrad_input wgrad_input_at(const wgrad_strip *a, const operand_mode mode, const int NI, ptrdiff_t place) {
  wgrad_input in = {.a = a, .src = a->src + place, .second = v_mask_of(a->source->lanes[1])};
  UNROLLED (n, NI) in.at[n] = operand_for(a->source, mode, in.src, a->src_block, a->i + n);
  return in;
}

INLINE v_f32 wgrad_operand(const wgrad_input *in, const operand_mode mode, const int n, ptrdiff_t pixel) {
  const wgrad_strip *a = in->a;
  return operand(a->source, mode, &in->at[n], in->src, a->src_block, a->i + n, pixel, false, v_mask_all(false),
                 in->second);
}

#endif
