/* wgrad_any.c - gradients of any kernel size, stride, dilation and padding, tap by tap: NI input indices of NV vectors
 * in registers.
 *
 * For one tap the gradients are a matrix product over the pixels: every pixel of dst (NV loads) meets NI operands. With
 * NV = 2 and NI = 12 that is 0.58 loads per FMA. Pixels whose input lies outside are left out, exactly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad.h"

enum { MOST = WGRAD_PAIRED > WGRAD_SINGLE ? WGRAD_PAIRED : WGRAD_SINGLE };

/* With 16 registers sums must keep theirs; with 32, of vectors across two groups, that costs up to a sixth. */
#if V_REGISTERS >= 32
INLINE v_f32 sum_product(v_f32 a, v_f32 b, v_f32 c) { return v_fma(a, b, c); }
INLINE v_f32 load_dst(const float *p) { return v_load(p); }
#else
INLINE v_f32 sum_product(v_f32 a, v_f32 b, v_f32 c) { return v_fma_kept(a, b, c); }
INLINE v_f32 load_dst(const float *p) { return v_load_once(p); }
#endif

/* One tap over the rows of the strip. */
INLINE void tap(const wgrad_strip *a, const operand_mode mode, const int NV, const int NI, int r, int s) {
  const gconv_problem *p = a->p;
  const int64_t left = gconv_tap_origin(s, p->dilation_w, p->pad_left);
  const gconv_range inside = gconv_outputs_inside(left, p->stride_w, p->iw, p->ow);
  const ptrdiff_t step = (ptrdiff_t)p->stride_w * BLOCK;
  const v_mask second = v_mask_of(a->source->lanes[1]);
  const operand_image image = {a->source, a->src, a->src_block};
  const int taps = p->kh * p->kw;
  float *wei = a->wei + ((ptrdiff_t)a->i * taps + r * p->kw + s) * VL;
  operand_at at[MOST];
  v_f32 acc[2][MOST]; /* [NV][NI] of it live in registers */
  for (int n = 0; n < NI; n++) at[n] = operand_for(a->source, mode, a->src, a->src_block, a->i + n);
  UNROLLED (v, NV)
    UNROLLED (n, NI) acc[v][n] = wgrad_load(a, wei + v * a->wei_vector + (ptrdiff_t)n * taps * VL);
  for (int y = a->y_first; y < a->y_last; y++) {
    const int64_t q = (int64_t)y * p->stride_h + gconv_tap_origin(r, p->dilation_h, p->pad_top);
    if (q < 0 || q >= p->ih) continue;
    const int64_t c = (int64_t)inside.first * p->stride_w + left;
    ptrdiff_t pixel = (ptrdiff_t)(q * p->iw + c) * BLOCK;
    const float *dst = a->dst + ((ptrdiff_t)y * p->ow + inside.first) * BLOCK;
    for (int x = inside.first; x < inside.end; x++, pixel += step, dst += BLOCK) {
      v_f32 d[2];
      UNROLLED (v, NV) d[v] = load_dst(dst + v * a->dst_vector);
      UNROLLED (n, NI) {
        const v_f32 in = operand(image, mode, &at[n], a->i + n, pixel, (operand_lanes){.second = second});
        UNROLLED (v, NV) acc[v][n] = sum_product(in, d[v], acc[v][n]);
      }
    }
  }
  UNROLLED (v, NV)
    UNROLLED (n, NI) v_store(wei + v * a->wei_vector + (ptrdiff_t)n * taps * VL, acc[v][n]);
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int NV, const int NI) {
  for (int r = 0; r < a->p->kh; r++)
    for (int s = 0; s < a->p->kw; s++) tap(a, mode, NV, NI, r, s);
}

#define KERNEL(mode, NV, NI)                                                                                           \
  static void mode##_v##NV##_i##NI(const wgrad_strip *a) { gradients(a, mode, NV, NI); }

// clang-format off
#define MODES(M, NI) M(LOAD, 1, NI) M(SHUFFLE, 1, NI) M(PERMUTE, 1, NI) M(PERMUTE2, 1, NI) M(BCAST, 1, NI) M(MIX2, 1, NI) M(MIX, 1, NI)
#define SINGLE(M) MODES(M, 1) MODES(M, 2) MODES(M, 3) MODES(M, 4) MODES(M, 5) MODES(M, 6) MODES(M, 7) MODES(M, 8)
#define PAIRS_6(M) M(BCAST, 2, 1) M(BCAST, 2, 2) M(BCAST, 2, 3) M(BCAST, 2, 4) M(BCAST, 2, 5) M(BCAST, 2, 6)
#if V_REGISTERS >= 32
#define PAIRS(M) PAIRS_6(M) M(BCAST, 2, 7) M(BCAST, 2, 8) M(BCAST, 2, 9) M(BCAST, 2, 10) M(BCAST, 2, 11) M(BCAST, 2, 12)
#else
#define PAIRS(M) PAIRS_6(M)
#endif
SINGLE(KERNEL) PAIRS(KERNEL)
#define ROW(mode, NV, NI) [NI][mode] = {mode##_v##NV##_i##NI, NI, NV, ALL_TAPS},
static const wgrad_kernel single[WGRAD_SINGLE + 1][OPERANDS] = {SINGLE(ROW)};
static const wgrad_kernel pairs[WGRAD_PAIRED + 1][OPERANDS] = {PAIRS(ROW)};
// clang-format on

/* Indices are divided evenly: a rest of one or two would leave FMA units idle. */
const wgrad_kernel *ISA_NAME(wgrad_any)(operand_mode mode, int vectors, int inputs) {
  const int passes = (int)gconv_ceil_div(inputs, vectors == 2 ? WGRAD_PAIRED : WGRAD_SINGLE);
  const int size = (int)gconv_ceil_div(inputs, passes);
  return vectors == 2 ? &pairs[size][mode] : &single[size][mode];
}
