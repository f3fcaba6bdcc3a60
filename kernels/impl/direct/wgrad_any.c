/* wgrad_any.c - gradients of any kernel size, stride, dilation and padding, tap by tap: NI input indices of NV vectors
 * in registers.
 *
 * For one tap the gradients are a matrix product over the pixels: every pixel of dst (NV loads) meets NI operands. With
 * NV = 2 and NI = 12 that is 0.58 loads per FMA. Pixels whose input lies outside are left out, exactly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad.h"

#if V_REGISTERS >= 32
#define LARGE       8
#define LARGE_PAIRS 12
#else
#define LARGE       8
#define LARGE_PAIRS 6
#endif
enum { MOST = LARGE_PAIRS > LARGE ? LARGE_PAIRS : LARGE };

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
#define ROW(mode, NV, NI)                                                                                              \
  { mode##_v##NV##_i##NI, NI, NV, ALL_TAPS }

// clang-format off
#define MODES(M, NI) M(LOAD, 1, NI) M(SHUFFLE, 1, NI) M(PERMUTE, 1, NI) M(PERMUTE2, 1, NI) M(BCAST, 1, NI) M(MIX2, 1, NI) M(MIX, 1, NI)
#define EXPAND(M, NI) MODES(M, NI)
EXPAND(KERNEL, LARGE) EXPAND(KERNEL, 4) EXPAND(KERNEL, 1)
#define PAIRED(NI) KERNEL(BCAST, 2, NI)
PAIRED(LARGE_PAIRS) PAIRED(4) PAIRED(1)

enum { SIZES = 3 };
#define INDEXED(mode, NV, NI) [mode] = ROW(mode, NV, NI),
static const wgrad_kernel single[SIZES][OPERANDS] = {{EXPAND(INDEXED, LARGE)}, {EXPAND(INDEXED, 4)}, {EXPAND(INDEXED, 1)}};
#define LISTED(NI) ROW(BCAST, 2, NI)
static const wgrad_kernel pairs[SIZES] = {LISTED(LARGE_PAIRS), LISTED(4), LISTED(1)};
// clang-format on

const wgrad_kernel *ISA_NAME(wgrad_any)(operand_mode mode, int vectors, int inputs) {
  for (int size = 0; size < SIZES - 1; size++) {
    const wgrad_kernel *k = vectors == 2 ? &pairs[size] : &single[size][mode];
    if (k->inputs <= inputs) return k;
  }
  return vectors == 2 ? &pairs[SIZES - 1] : &single[SIZES - 1][mode];
}
