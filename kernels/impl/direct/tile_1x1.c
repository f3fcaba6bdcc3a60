/* tile_1x1.c - 1x1 with no border, a matrix product: at stride 1 the plane is one long row, at stride 2 whole tiles
 * fill each row.
 *
 * The same tile as tile_any.c with nothing left to decide between two tiles: narrow groups have so few input channels
 * that finding out about taps and borders would take a tenth of the time. Whole tiles only; what is left of the long
 * row is for the tap tile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

/* The sum over the input channels for one tile, from every S-th pixel. The pixels that are read next may be prefetched
 * meanwhile: those of the next tile, at stride 2 those below. */
INLINE void tile(const strip *a, const tile_shape t, const float *src, float *dst) {
  const int S = t.stride, NV = t.vectors, W = t.width;
  const ptrdiff_t block = a->g->src_block, step = S * BLOCK;
  const ptrdiff_t next = !a->prefetch ? 0 : S == 1 ? W * BLOCK : S * a->g->src_row;
  const v_mask lanes[2] = {v_mask_of(a->source->lanes[0]), v_mask_of(a->source->lanes[1])};
  const float *wei = a->wei;
  v_f32 acc[VECTORS_MAX][WIDE]; /* [NV][W] of it live in registers */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = v_zero();
  for (int i = 0; i < a->i_last; i++, wei += VL) {
    const operand_at at = operand_for(a->source, t.mode, src, block, i);
    if (next && i % BLOCK == 0) prefetch_pixels(at.first + next, S, W);
    v_f32 w[VECTORS_MAX], p[VECTORS_MAX];
    UNROLLED (v, NV) w[v] = v_load(wei + v * a->wei_vector);
    UNROLLED (x, W) {
      run_operands(t, &at, x * step, lanes, p);
      UNROLLED (v, NV) acc[v][x] = v_fma(p[v], w[v], acc[v][x]);
    }
  }
  UNROLLED (v, NV)
    UNROLLED (x, W) v_store(dst + a->dst_vector[v] + x * BLOCK, acc[v][x]);
}

INLINE void tiles(const strip *a, const tile_shape t) {
  const int S = t.stride, W = t.width;
  const float *src = a->src + (ptrdiff_t)a->y * S * a->g->src_row;
  float *const dst = a->dst + (ptrdiff_t)a->y * a->g->dst_row;
  for (ptrdiff_t x = a->x_first; x + W <= a->x_last; x += W) tile(a, t, src + x * S * BLOCK, dst + x * BLOCK);
}

/* One row a microkernel: mode, the mixed vector (MIX2), stride, vectors, columns. With 16 registers one group is
 * tile_group.c's. */
// clang-format off
#if V_REGISTERS >= 32
#define BCASTS(M) \
  M(BCAST, 0, 1, 1, WIDE) M(BCAST, 0, 1, 2, WIDE) M(BCAST, 0, 1, 3, THREES) \
  M(BCAST, 0, 2, 1, WIDE) M(BCAST, 0, 2, 2, WIDE) M(BCAST, 0, 2, 1, NARROW) M(BCAST, 0, 2, 2, NARROW) M(BCAST, 0, 2, 3, THREES)
#else
#define BCASTS(M)
#endif
#define ALL(M) \
  BCASTS(M) M(MIX2, 0, 1, 1, WIDE) M(MIX2, 0, 1, 2, WIDE) \
  M(MIX2, 1, 1, 2, WIDE) M(MIX2, 0, 1, 3, THREES) M(MIX2, 1, 1, 3, THREES) M(MIX2, 2, 1, 3, THREES)
#define STRIP(mode, X, S, NV, W)   STRIP_(mode, X, S, NV, W)
#define STRIP_(mode, X, S, NV, W)  static void mode##X##_s##S##_v##NV##_w##W(const strip *a) { tiles(a, (tile_shape){mode, X, S, NV, W, false}); }
#define LISTED(mode, X, S, NV, W)  LISTED_(mode, X, S, NV, W)
#define LISTED_(mode, X, S, NV, W) {mode, X, S, {mode##X##_s##S##_v##NV##_w##W, 1, NV, W, .taps_inner = false}},
ALL(STRIP)
static const struct {
  operand_mode mode;
  int mixed, stride;
  microkernel tile;
} table[] = {ALL(LISTED)};
// clang-format on

const microkernel *ISA_NAME(direct_1x1)(operand_mode mode, int mixed, int stride, int vectors, int ow) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].mode == mode && table[i].mixed == mixed && table[i].stride == stride &&
        table[i].tile.vectors == vectors && (stride == 1 || ow % table[i].tile.width == 0))
      return &table[i].tile;
  return NULL;
}
