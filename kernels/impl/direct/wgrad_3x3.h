/* wgrad_3x3.h - what the two 3x3 gradients share: up to two input indices at a place in src. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_3X3_H
#define GCONV_DIRECT_WGRAD_3X3_H

#include "impl/direct/wgrad.h"

/* Input indices a microkernel takes: with two, 18 accumulators and the pixels they need fit 32 registers. With 16
 * registers it is wgrad_rows.c. */
enum { WGRAD_PAIR = 2 };

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
  return operand((operand_image){a->source, in->src, a->src_block}, mode, &in->at[n], a->i + n, pixel,
                 (operand_lanes){.second = in->second});
}

/* A file's microkernels: WGRAD_3X3(S, NI) writes every constant into its `gradients` and defines the table of them, by
 * mode; no function where the ISA has none. */
// clang-format off
#define WGRAD_3X3_KERNEL(mode, NI) static void mode##_i##NI(const wgrad_strip *a) { gradients(a, mode, NI); }
#define WGRAD_3X3_ROW(mode, NI) [mode] = {mode##_i##NI, NI, 1, ALL_TAPS},
#if VL > 1
#define WGRAD_3X3_MODES(M, NI) M(SHUFFLE, NI) M(PERMUTE, NI) M(PERMUTE2, NI) M(BCAST, NI) M(MIX2, NI) M(MIX, NI)
#else
#define WGRAD_3X3_MODES(M, NI) M(BCAST, NI) /* one lane belongs to one group */
#endif
#define WGRAD_3X3(S, NI) \
  WGRAD_3X3_MODES(WGRAD_3X3_KERNEL, NI) \
  const wgrad_kernel ISA_NAME(wgrad_3x3_stride##S##_i##NI)[OPERANDS] = {WGRAD_3X3_MODES(WGRAD_3X3_ROW, NI)};
// clang-format on

extern const wgrad_kernel ISA_NAME(wgrad_3x3_stride1_i1)[OPERANDS], ISA_NAME(wgrad_3x3_stride1_i2)[OPERANDS],
    ISA_NAME(wgrad_3x3_stride2_i1)[OPERANDS], ISA_NAME(wgrad_3x3_stride2_i2)[OPERANDS];

#endif
