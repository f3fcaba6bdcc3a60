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

/* All input indices of one tap. `full`: every column is inside, so that no test is needed. */
INLINE void tap(const strip *a, const operand_mode mode, const int NV, const int W, const bool full, uint32_t inside,
                ptrdiff_t origin, const float *wei, v_f32 acc[2][WIDE]) {
  const ptrdiff_t block = a->g->src_block, step = (ptrdiff_t)a->g->stride_w * BLOCK;
  const v_mask second = v_mask_of(a->source->lanes[1]), none = v_mask_all(false);
  for (int i = a->i_first; i < a->i_last; i++) {
    const operand_at at = operand_for(a->source, mode, a->src, block, i);
    v_f32 w[2];
    UNROLLED (v, NV) w[v] = v_load(wei + v * a->wei_vector + (ptrdiff_t)i * VL);
    UNROLLED (x, W) {
      if (!full && !(inside >> x & 1)) continue;
      const v_f32 p = operand(a->source, mode, &at, a->src, block, i, origin + x * step, false, none, second);
      UNROLLED (v, NV) acc[v][x] = v_fma(p, w[v], acc[v][x]);
    }
  }
}

INLINE void tile(const strip *a, const operand_mode mode, const int NV, const int W, int x0, int width) {
  const geometry *g = a->g;
  const int icg = a->source->icg;
  float *const dst[2] = {a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK,
                         a->dst_second + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK};
  v_f32 acc[2][WIDE]; /* [NV][W] of it live in registers */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = a->accumulate && x < width ? v_load(dst[v] + x * BLOCK) : v_zero();

  for (int r = 0; r < g->kh; r++) {
    const int64_t row = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
    if (row < 0 || row >= g->ih) continue;
    for (int s = 0; s < g->kw; s++) {
      const uint32_t inside = columns_inside(g, x0, width, s);
      if (!inside) continue;
      const int64_t column = (int64_t)x0 * g->stride_w - g->pad_left + (int64_t)s * g->step_w;
      const ptrdiff_t origin = (ptrdiff_t)(row * g->src_row + column * BLOCK);
      const float *wei = a->wei + ((ptrdiff_t)r * g->kw + s) * icg * VL;
      if (inside == (1u << W) - 1)
        tap(a, mode, NV, W, true, inside, origin, wei, acc);
      else
        tap(a, mode, NV, W, false, inside, origin, wei, acc);
    }
  }
  UNROLLED (v, NV)
    UNROLLED (x, W)
      if (x < width) v_store(dst[v] + x * BLOCK, acc[v][x]);
}

INLINE void tiles(const strip *a, const operand_mode mode, const int NV, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) tile(a, mode, NV, W, x, a->x_last - x < W ? a->x_last - x : W);
}

#define STRIP(mode, NV, W)                                                                                             \
  static void mode##_v##NV##_w##W(const strip *a) { tiles(a, mode, NV, W); }
#define ROW(mode, NV, W)                                                                                               \
  { mode##_v##NV##_w##W, 1, NV, W, false }

#define EACH(M, W)             M(LOAD, 1, W) M(SHUFFLE, 1, W) M(PERMUTE, 1, W) M(BCAST, 1, W) M(MIX2, 1, W) M(MIX, 1, W)
#define EXPAND(M, W)           EACH(M, W)
#define ROW_COMMA(mode, NV, W) [mode] = ROW(mode, NV, W),
#define DEFINE(mode, NV, W)    DEFINE_(mode, NV, W)
#define DEFINE_(mode, NV, W)   STRIP(mode, NV, W)
EXPAND(STRIP, WIDE)
EXPAND(STRIP, NARROW)
DEFINE(BCAST, 2, WIDE)
DEFINE(BCAST, 2, NARROW)

static const microkernel wide[OPERANDS] = {EXPAND(ROW_COMMA, WIDE)}, narrow[OPERANDS] = {EXPAND(ROW_COMMA, NARROW)};
#define PAIR(W)  PAIR_(W)
#define PAIR_(W) ROW(BCAST, 2, W)
static const microkernel pair_wide = PAIR(WIDE), pair_narrow = PAIR(NARROW);

const microkernel *ISA_NAME(direct_any)(operand_mode mode, int vectors, int width) {
  if (vectors == 2) return width <= NARROW ? &pair_narrow : &pair_wide;
  return width <= NARROW ? &narrow[mode] : &wide[mode];
}
