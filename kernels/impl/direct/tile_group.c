/* tile_group.c - vectors that lie in one group (wide groups, dense layers, 1x1): a tile of NV vectors x W columns in
 * registers, tap by tap; for each tap a matrix product over the input channels.
 *
 * Between two FMAs there is nothing to compute: the channels of one block lie side by side, so that within a block the
 * operand of the next index is the next float, the weights of the next index are the next vector, and both are
 * constants in the address of an instruction. A row is cut into tiles that differ by one column at most, each of which
 * is compiled for its width: a narrow rest would leave FMA units idle. Columns outside the image are left out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

/* Columns at most for one, two and three vectors: as many accumulators as the registers hold beside NV weights and an
 * operand. */
#if V_REGISTERS >= 32
enum { WIDEST = 14 };
#define W1 14
#define W2 14
#define W3 8
#else
enum { WIDEST = 8 };
#define W1 8
#define W2 6
#define W3 4
#endif

/* One tap of a tile: its first input channel's pixel for the tile's first column, its weights for input index 0, and
 * floats to the pixels to prefetch, 0 for none. */
typedef struct {
  const float *src, *wei;
  ptrdiff_t ahead;
} tap;

typedef v_f32 sums[VECTORS_MAX][WIDEST]; /* [vectors][width] of it live in registers */

/* Adds input indices [i_first, i_last). */
INLINE void add_tap(const strip *a, const tile_shape t, const tile_columns c, const tap at, sums acc) {
  const ptrdiff_t step = (ptrdiff_t)(t.stride ? t.stride : a->g->stride_w) * BLOCK;
  const float *wei = at.wei;
  for (int i = a->i_first; i < a->i_last;) {
    const int channel = a->source->channel + i, count = gconv_min(BLOCK - channel % BLOCK, a->i_last - i);
    const float *src = at.src + channel_offset(channel, a->g->src_block), *const end = src + count;
    if (at.ahead) prefetch_pixels(src + at.ahead, t.stride, t.width);
    i += count;
    for (; src < end; src++, wei += VL) {
      v_f32 w[VECTORS_MAX];
      UNROLLED (v, t.vectors) w[v] = v_load_once(wei + v * a->wei_vector);
      UNROLLED (x, c.end) {
        if (x < c.first || (c.tested && !(c.inside >> x & 1))) continue;
        const v_f32 p = v_bcast(src + x * step);
        UNROLLED (v, t.vectors) acc[v][x] = v_fma_kept(p, w[v], acc[v][x]);
      }
    }
  }
}

/* A column left out at either end, as the border of 3x3 kernels has it, is no test of every column for every index. */
INLINE void add_inside(const strip *a, const tile_shape t, uint32_t inside, const tap at, sums acc) {
  const int W = t.width;
  const uint32_t every = (1u << W) - 1;
  if (inside == every)
    add_tap(a, t, (tile_columns){0, W, false, 0}, at, acc);
  else if (inside == (every & ~1u))
    add_tap(a, t, (tile_columns){1, W, false, 0}, at, acc);
  else if (inside == every >> 1)
    add_tap(a, t, (tile_columns){0, W - 1, false, 0}, at, acc);
  else
    add_tap(a, t, (tile_columns){0, W, true, inside}, at, acc);
}

/* Each tap that is the first to meet its pixels prefetches those of the tile below. */
INLINE void add_kernel(const strip *a, const tile_shape t, int x0, sums acc) {
  const geometry *g = a->g;
  for (int s = 0; s < g->kw; s++) { /* outside, because finding the columns inside costs more than the rows */
    const uint32_t inside = columns_inside(g, t.stride ? t.stride : g->stride_w, x0, t.width, s);
    if (!inside) continue;
    const int64_t column = (int64_t)x0 * g->stride_w - g->pad_left + (int64_t)s * g->step_w;
    for (int r = 0; r < g->kh; r++) {
      const int64_t row = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (row < 0 || row >= g->ih) continue;
      const bool first = t.stride && a->prefetch && s < t.stride && r >= g->kh - t.stride;
      const tap at = {.src = a->src + (ptrdiff_t)(row * g->src_row + column * BLOCK),
                      .wei = a->wei + ((ptrdiff_t)r * g->kw + s) * a->source->icg * VL,
                      .ahead = first ? g->stride_h * g->src_row : 0};
      add_inside(a, t, inside, at, acc);
    }
  }
}

INLINE void tile(const strip *a, const tile_shape t, int x0) {
  float *const dst = a->dst + (ptrdiff_t)a->y * a->g->dst_row + x0 * a->g->dst_pixel;
  sums acc;
  UNROLLED (v, t.vectors)
    UNROLLED (x, t.width) acc[v][x] = v_zero();
  if (a->flat) {
    const tap at = {
        .src = a->src + (ptrdiff_t)x0 * BLOCK, .wei = a->wei, .ahead = a->prefetch ? t.width * (ptrdiff_t)BLOCK : 0};
    add_tap(a, t, (tile_columns){0, t.width, false, 0}, at, acc);
  } else {
    add_kernel(a, t, x0, acc);
  }
  UNROLLED (v, t.vectors)
    UNROLLED (x, t.width) v_store(dst + a->dst_vector[v] + x * a->g->dst_pixel, acc[v][x]);
}

// clang-format off
#define TILE(S, NV, W) static __attribute__((noinline)) void s##S##_v##NV##_w##W(const void *a, int x0) { tile(a, (tile_shape){BCAST, 0, S, NV, W}, x0); }
#define NAME(S, NV, W) [W] = s##S##_v##NV##_w##W,
#define TO_4(M, S, NV) M(S, NV, 1) M(S, NV, 2) M(S, NV, 3) M(S, NV, 4)
#define TO_6(M, S, NV) TO_4(M, S, NV) M(S, NV, 5) M(S, NV, 6)
#define TO_8(M, S, NV) TO_6(M, S, NV) M(S, NV, 7) M(S, NV, 8)
#define TO_14(M, S, NV) TO_8(M, S, NV) M(S, NV, 9) M(S, NV, 10) M(S, NV, 11) M(S, NV, 12) M(S, NV, 13) M(S, NV, 14)
#define TO(M, S, NV, W)  TO_(M, S, NV, W)
#define TO_(M, S, NV, W) TO_##W(M, S, NV)

#define STRIP(S, NV, W) \
  TO(TILE, S, NV, W) \
  static void s##S##_v##NV(const strip *a) { \
    static tile_of_width *const by_width[] = {TO(NAME, S, NV, W)}; \
    run_balanced(a, (gconv_range){a->x_first, a->x_last}, by_width, W); \
  }
#define ROW(S, NV, W) [S][NV] = {s##S##_v##NV, 1, NV, W, .any_width = true},
#define ALL(M) \
  M(0, 1, W1) M(0, 2, W2) M(0, 3, W3) M(1, 1, W1) M(1, 2, W2) M(1, 3, W3) M(2, 1, W1) M(2, 2, W2) M(2, 3, W3)
ALL(STRIP)
static const microkernel table[3][VECTORS_MAX + 1] = {ALL(ROW)};
// clang-format on

const microkernel *ISA_NAME(direct_group)(int stride, int vectors) { return &table[stride <= 2 ? stride : 0][vectors]; }
