/* tile_any.c - any kernel size, stride, dilation and padding: a tile of NV oc vectors x W columns in registers, tap by
 * tap.
 *
 * For every tap the sum over the input indices is a small matrix product: NV weight vectors and W operands make NV * W
 * FMAs. With NV = 2, W = 14 (AVX-512) that is 0.57 loads per FMA. Columns whose input lies outside are left out,
 * exactly. */
#include "impl/direct/direct.h"

/* One vector: enough columns to hide the FMA latency. Pairs only for BCAST, whose vectors share their operands. */
#if defined(GCONV_ISA_IS_avx512)
#define WIDE   14
#define NARROW 7
#else
#define WIDE   6
#define NARROW 3
#endif

/* Columns [low, high) of a tile of `width` at x0 whose input for tap s is inside the row, as bits. */
static uint32_t columns_inside(const geometry *g, int x0, int width, int s) {
  const int64_t first = (int64_t)x0 * g->stride_w + (int64_t)s * g->step_w - g->pad_left;
  const int64_t low = first >= 0 ? 0 : (-first + g->stride_w - 1) / g->stride_w;
  const int64_t room = (int64_t)g->iw - 1 - first;
  const int64_t end = room < 0 ? 0 : room / g->stride_w + 1;
  const int64_t high = end < width ? end : width;
  return low >= high ? 0 : ((1u << high) - 1) & ~((1u << low) - 1);
}

/* All columns of a whole tile are inside for every tap. */
static bool all_inside(const geometry *g, int x0, int width) {
  const int64_t first = (int64_t)x0 * g->stride_w - g->pad_left;
  return first >= 0 && first + (int64_t)(width - 1) * g->stride_w + (int64_t)(g->kw - 1) * g->step_w < g->iw;
}

/* All input indices of one tap. S: the stride, 0 if only known at run time. `whole`: no column needs a test. */
INLINE void tap(const strip *a, const operand_mode mode, const int S, const int NV, const int W, const bool whole,
                uint32_t inside, ptrdiff_t origin, const float *wei, v_f32 acc[2][WIDE]) {
  const ptrdiff_t block = a->g->src_block, step = (ptrdiff_t)(S ? S : a->g->stride_w) * BLOCK;
  const v_mask second = v_mask_of(a->source->lanes[1]), none = v_mask_all(false);
  for (int i = a->i_first; i < a->i_last; i++) {
    const operand_at at = operand_for(a->source, mode, a->src + origin, block, i);
    v_f32 w[2];
    UNROLLED (v, NV) w[v] = v_load(wei + v * a->wei_vector + (ptrdiff_t)i * VL);
    UNROLLED (x, W) {
      if (!whole && !(inside >> x & 1)) continue;
      const v_f32 p = operand(a->source, mode, &at, a->src + origin, block, i, x * step, false, none, second);
      UNROLLED (v, NV) acc[v][x] = v_fma(p, w[v], acc[v][x]);
    }
  }
}

INLINE void tile(const strip *a, const operand_mode mode, const int S, const int NV, const int W, const bool whole,
                 int x0, int width) {
  const geometry *g = a->g;
  float *const dst[2] = {a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK,
                         a->dst_second + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK};
  v_f32 acc[2][WIDE]; /* [NV][W] of it live in registers */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = v_zero();

  for (int r = 0; r < g->kh; r++) {
    const int64_t row = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
    if (row < 0 || row >= g->ih) continue;
    for (int s = 0; s < g->kw; s++) {
      const uint32_t inside = whole ? 0 : columns_inside(g, x0, width, s);
      const int64_t column = (int64_t)x0 * g->stride_w - g->pad_left + (int64_t)s * g->step_w;
      const float *wei = a->wei + ((ptrdiff_t)r * g->kw + s) * a->source->icg * VL;
      if (whole || inside)
        tap(a, mode, S, NV, W, whole, inside, (ptrdiff_t)(row * g->src_row + column * BLOCK), wei, acc);
    }
  }
  UNROLLED (v, NV)
    UNROLLED (x, W)
      if (whole || x < width) v_store(dst[v] + x * BLOCK, acc[v][x]);
}

INLINE void tiles(const strip *a, const operand_mode mode, const int S, const int NV, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) {
    const int width = a->x_last - x < W ? a->x_last - x : W;
    if (width == W && all_inside(a->g, x, W))
      tile(a, mode, S, NV, W, true, x, W);
    else
      tile(a, mode, S, NV, W, false, x, width);
  }
}

#define STRIP(mode, S, NV, W)                                                                                          \
  static void mode##_s##S##_v##NV##_w##W(const strip *a) { tiles(a, mode, S, NV, W); }
#define ROW(mode, S, NV, W)                                                                                            \
  { mode##_s##S##_v##NV##_w##W, 1, NV, W, false }

/* One vector has enough columns to hide the FMA latency; pairs only for BCAST, whose vectors share their operands. The
 * stride is a constant where it is 1 or 2 and matters: for BCAST, the mode of dense layers. */
// clang-format off
#define SINGLES(M, W) M(LOAD, 0, 1, W) M(SHUFFLE, 0, 1, W) M(PERMUTE, 0, 1, W) M(MIX2, 0, 1, W) M(MIX, 0, 1, W)
#define BCASTS(M, W) M(BCAST, 1, 1, W) M(BCAST, 2, 1, W) M(BCAST, 0, 1, W) M(BCAST, 1, 2, W) M(BCAST, 2, 2, W) M(BCAST, 0, 2, W)
#define ALL(M, W) SINGLES(M, W) BCASTS(M, W)
#define EXPAND(M, A, W) A(M, W)
EXPAND(STRIP, ALL, WIDE)
EXPAND(STRIP, ALL, NARROW)

#define INDEXED(mode, S, NV, W) [mode] = ROW(mode, S, NV, W),
#define LISTED(mode, S, NV, W) ROW(mode, S, NV, W),
static const microkernel single[2][OPERANDS] = {{EXPAND(INDEXED, SINGLES, WIDE)}, {EXPAND(INDEXED, SINGLES, NARROW)}};
static const microkernel bcast[2][6] = {{EXPAND(LISTED, BCASTS, WIDE)}, {EXPAND(LISTED, BCASTS, NARROW)}};
// clang-format on

const microkernel *ISA_NAME(direct_any)(operand_mode mode, int stride, int vectors, int width) {
  const bool is_narrow = width <= NARROW;
  if (mode != BCAST) return &single[is_narrow][mode];
  return &bcast[is_narrow][(vectors - 1) * 3 + (stride <= 2 ? stride - 1 : 2)];
}
