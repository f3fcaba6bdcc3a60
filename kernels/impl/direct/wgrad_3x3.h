/* wgrad_3x3.h - what the two 3x3 gradients share: up to two input indices at a place in src. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_3X3_H
#define GCONV_DIRECT_WGRAD_3X3_H

#include "impl/direct/wgrad.h"

/* Input indices a microkernel takes: with two, 18 accumulators and the pixels they need fit 32 registers. */
#if V_REGISTERS >= 32
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

/* A file's microkernels, its `gradients` with every constant written in: table[number of inputs - 1][mode]. */
// clang-format off
#define WGRAD_3X3_KERNEL(mode, NI) static void mode##_i##NI(const wgrad_strip *a) { gradients(a, mode, NI); }
#define WGRAD_3X3_ROW(mode, NI) [mode] = {mode##_i##NI, NI, 1, ALL_TAPS},
#if VL > 1
#define WGRAD_3X3_MODES(M, NI) M(SHUFFLE, NI) M(PERMUTE, NI) M(PERMUTE2, NI) M(BCAST, NI) M(MIX2, NI) M(MIX, NI)
#else
#define WGRAD_3X3_MODES(M, NI) M(BCAST, NI) /* one lane belongs to one group */
#endif
#if WGRAD_PAIR == 2
#define WGRAD_3X3_KERNELS WGRAD_3X3_MODES(WGRAD_3X3_KERNEL, 1) WGRAD_3X3_MODES(WGRAD_3X3_KERNEL, 2)
#define WGRAD_3X3_ROWS {{WGRAD_3X3_MODES(WGRAD_3X3_ROW, 1)}, {WGRAD_3X3_MODES(WGRAD_3X3_ROW, 2)}}
#else
#define WGRAD_3X3_KERNELS WGRAD_3X3_MODES(WGRAD_3X3_KERNEL, 1)
#define WGRAD_3X3_ROWS {{WGRAD_3X3_MODES(WGRAD_3X3_ROW, 1)}}
#endif
// clang-format on

/* NULL where the ISA has no kernel of this mode. */
static inline const wgrad_kernel *wgrad_3x3_choice(const wgrad_kernel table[][OPERANDS], operand_mode mode,
                                                   int inputs) {
  const wgrad_kernel *kernel = &table[inputs >= WGRAD_PAIR ? WGRAD_PAIR - 1 : 0][mode];
  return kernel->run ? kernel : NULL;
}

#endif
