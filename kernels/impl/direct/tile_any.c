/* tile_any.c - any kernel size, stride, dilation and padding: a tile of NV oc vectors x W columns in registers, tap by
 * tap.
 *
 * For every tap the sum over the input indices is a small matrix product: NV weight vectors and W operands make NV * W
 * FMAs. The vectors of a job lie in one group, or in two with one vector across the border between them, so that they
 * share one or two broadcast loads a column. Columns whose input lies outside are left out, exactly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

/* One tap of a tile: where its first column's pixel is, from the image's first; floats from there to the pixels to
 * prefetch, 0 for none; its weights. */
typedef struct {
  ptrdiff_t pixel, below;
  const float *wei;
} tap;

/* All input indices of one tap for some columns. */
INLINE void sum(const strip *a, const tile_shape t, const tile_columns columns, const tap *at,
                v_f32 acc[VECTORS_MAX][WIDE]) {
  const operand_mode mode = t.mode;
  const ptrdiff_t block = a->g->src_block, step = (ptrdiff_t)(t.stride ? t.stride : a->g->stride_w) * BLOCK;
  const v_mask lanes[2] = {v_mask_of(a->source->lanes[0]), v_mask_of(a->source->lanes[1])};
  for (int i = a->i_first; i < a->i_last; i++) {
    const operand_at from = operand_for(a->source, mode, a->src + at->pixel, block, i);
    if (at->below && i % BLOCK == 0) prefetch_pixels(from.first + at->below, t.stride, columns.end);
    v_f32 w[VECTORS_MAX], p[VECTORS_MAX];
    UNROLLED (v, t.vectors) w[v] = v_load(at->wei + v * a->wei_vector + (ptrdiff_t)i * VL);
    UNROLLED (x, columns.end) {
      if (x < columns.first || (columns.tested && !(columns.inside >> x & 1))) continue;
      if (mode == BCAST || mode == MIX2)
        run_operands(t, &from, x * step, lanes, p);
      else
        p[0] = operand((operand_image){a->source, a->src + at->pixel, block}, mode, &from, i, x * step,
                       (operand_lanes){.second = lanes[1]});
      UNROLLED (v, t.vectors) acc[v][x] = v_fma(p[v], w[v], acc[v][x]);
    }
  }
}

/* All of W columns, as bits. */
INLINE uint32_t every(const int W) { return (1u << W) - 1; }

/* The sum of one tap: `whole`, or of the columns `inside`. A column left out at either end, as the border of 3x3
 * kernels has it, is no test of every column for every index. */
INLINE void sum_tap(const strip *a, const tile_shape t, const bool whole, uint32_t inside, const tap *at,
                    v_f32 acc[VECTORS_MAX][WIDE]) {
  const int W = t.width;
  const bool edge_loops = t.mode == BCAST && t.stride && t.vectors > 1;
  if (whole || (edge_loops && inside == every(W)))
    sum(a, t, (tile_columns){0, W, false, 0}, at, acc);
  else if (edge_loops && inside == (every(W) & ~1u))
    sum(a, t, (tile_columns){1, W, false, 0}, at, acc);
  else if (edge_loops && inside == every(W) >> 1)
    sum(a, t, (tile_columns){0, W - 1, false, 0}, at, acc);
  else
    sum(a, t, (tile_columns){0, W, true, inside}, at, acc);
}

INLINE void tile(const strip *a, const tile_shape t, const bool whole, int x0, int width) {
  const geometry *g = a->g;
  const int S = t.stride;
  float *const dst = a->dst + (ptrdiff_t)a->y * g->dst_row + x0 * g->dst_pixel;
  v_f32 acc[VECTORS_MAX][WIDE]; /* [vectors][width] of it live in registers */
  UNROLLED (v, t.vectors)
    UNROLLED (x, t.width) acc[v][x] = v_zero();

  for (int s = 0; s < g->kw; s++) { /* outside, because finding the columns inside costs more than the rows */
    const uint32_t inside = whole ? 0 : columns_inside(g, S ? S : g->stride_w, x0, width, s);
    const int64_t column = (int64_t)x0 * g->stride_w - g->pad_left + (int64_t)s * g->step_w;
    if (!whole && !inside) continue;
    for (int r = 0; r < g->kh; r++) {
      const int64_t row = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (row < 0 || row >= g->ih) continue;
      const tap at = {
          .pixel = (ptrdiff_t)(row * g->src_row + column * BLOCK),
          /* each tap that is the first to meet its pixels prefetches those of the tile below */
          .below = MANY_REGISTERS && S && a->prefetch && s < S && r >= g->kh - S ? g->stride_h * g->src_row : 0,
          .wei = a->wei + ((ptrdiff_t)r * g->kw + s) * a->source->icg * VL,
      };
      sum_tap(a, t, whole, inside, &at, acc);
    }
  }
  UNROLLED (v, t.vectors)
    UNROLLED (x, t.width)
      if (whole || x < width) v_store(dst + a->dst_vector[v] + x * g->dst_pixel, acc[v][x]);
}

INLINE void tiles(const strip *a, const operand_mode mode, const int X, const int S, const int NV, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) {
    const int width = a->x_last - x < W ? a->x_last - x : W;
    if (width == W && all_inside(a->g, x, W))
      tile(a, (tile_shape){mode, X, S, NV, W, false}, true, x, W);
    else
      tile(a, (tile_shape){mode, X, S, NV, W, false}, false, x, width);
  }
}

/* One row a microkernel: mode, the mixed vector (MIX2), stride (0: any), vectors, columns. Strides 1 and 2 are
 * constants where they matter, in the modes of wide groups; the constant comes before 0, the narrow tile before the
 * wide one. With 16 registers one group is tile_group.c's. */
// clang-format off
#if V_REGISTERS >= 32
#define BCASTS(M, NV, W) M(BCAST, 0, 1, NV, W) M(BCAST, 0, 2, NV, W) M(BCAST, 0, 0, NV, W)
#else
#define BCASTS(M, NV, W)
#endif
#define SINGLES(M, W) M(SHUFFLE, 0, 0, 1, W) M(PERMUTE, 0, 0, 1, W) M(PERMUTE2, 0, 0, 1, W) M(MIX, 0, 0, 1, W)
#define MIXED(M, X, NV, W) M(MIX2, X, 1, NV, W) M(MIX2, X, 0, NV, W)
#define TO_TWO(M, W) SINGLES(M, W) BCASTS(M, 1, W) BCASTS(M, 2, W) MIXED(M, 0, 1, W) MIXED(M, 0, 2, W) MIXED(M, 1, 2, W)
#define THREE(M) BCASTS(M, 3, THREES) MIXED(M, 0, 3, THREES) MIXED(M, 1, 3, THREES) MIXED(M, 2, 3, THREES)
#define ALL(M) TO_TWO(M, NARROW) TO_TWO(M, WIDE) THREE(M)

#define STRIP(mode, X, S, NV, W)   STRIP_(mode, X, S, NV, W)
#define STRIP_(mode, X, S, NV, W)  static void mode##X##_s##S##_v##NV##_w##W(const strip *a) { tiles(a, mode, X, S, NV, W); }
#define LISTED(mode, X, S, NV, W)  LISTED_(mode, X, S, NV, W)
#define LISTED_(mode, X, S, NV, W) {mode, X, S, {mode##X##_s##S##_v##NV##_w##W, 1, NV, W, .taps_inner = false}},
ALL(STRIP)
static const struct {
  operand_mode mode;
  int mixed, stride;
  microkernel tile;
} table[] = {ALL(LISTED)};
// clang-format on

const microkernel *ISA_NAME(direct_any)(operand_mode mode, int mixed, int stride, int vectors, int width) {
  const microkernel *best = NULL;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const bool fits = table[i].mode == mode && table[i].mixed == mixed && table[i].tile.vectors == vectors &&
                      (table[i].stride == stride || !table[i].stride);
    if (fits && (!best || (best->width < width && table[i].tile.width > best->width))) best = &table[i].tile;
  }
  return best;
}
