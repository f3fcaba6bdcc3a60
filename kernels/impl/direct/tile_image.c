/* tile_image.c - the first layer of a network: one to four input channels, in planes (NCHW) instead of blocks.
 *
 * Blocks of 16 channels would hold 3 and 13 zeros: five times the memory traffic, and on large maps that is the limit.
 * A tile is one row of W columns of NV vectors; the taps of a kernel row follow each other in memory, so that the inner
 * loop runs over them. Where a tile reaches over the border, the loop over the columns of the kernel is outside
 * instead, because each of them has its own columns inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/taps.h"
#include "impl/direct/run_of_vectors.h"

enum { CHANNELS = 4 }; /* more fill a third of a block and are served well by it */

bool ISA_NAME(direct_is_image)(const gconv_problem *p) { return p->groups == 1 && p->ic <= CHANNELS && p->kw > 1; }

/* One tap: its weights times the pixels of some columns, the first of which is at `src`. */
INLINE void add_tap(const strip *a, const tile_shape t, const tile_columns columns, const float *src, const float *wei,
                    v_f32 acc[VECTORS_MAX][WIDE]) {
  const ptrdiff_t stride = t.stride ? t.stride : a->g->stride_w;
  v_f32 w[VECTORS_MAX];
  UNROLLED (v, t.vectors) w[v] = v_load(wei + v * a->wei_vector);
  UNROLLED (x, t.width) {
    if (columns.tested && !(columns.inside >> x & 1)) continue;
    const v_f32 p = v_bcast(src + x * stride);
    UNROLLED (v, t.vectors) acc[v][x] = v_fma(p, w[v], acc[v][x]);
  }
}

/* Some columns of taps of all kernel rows in all channels. */
INLINE void sum(const strip *a, const tile_shape t, int x0, gconv_range taps, const tile_columns columns,
                v_f32 acc[VECTORS_MAX][WIDE]) {
  const geometry *g = a->g;
  const ptrdiff_t left = (ptrdiff_t)x0 * (t.stride ? t.stride : g->stride_w) - g->pad_left;
  const float *wei = a->wei;
  for (int i = 0; i < a->i_last; i++)
    for (int r = 0; r < g->kh; r++, wei += (ptrdiff_t)g->kw * VL) {
      const int64_t y = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (y < 0 || y >= g->ih) continue;
      const float *src = a->src + i * g->src_block + (ptrdiff_t)y * g->src_row + left;
      for (int s = taps.first; s < taps.end; s++)
        add_tap(a, t, columns, src + (ptrdiff_t)s * g->step_w, wei + (ptrdiff_t)s * VL, acc);
    }
}

INLINE void tile(const strip *a, const tile_shape t, int x0, int width) {
  const geometry *g = a->g;
  const int S = t.stride, W = t.width;
  v_f32 acc[VECTORS_MAX][WIDE]; /* [vectors][width] of it live in registers */
  UNROLLED (v, t.vectors)
    UNROLLED (x, W) acc[v][x] = v_zero();
  if (all_inside(g, x0, W)) {
    sum(a, t, x0, (gconv_range){0, g->kw}, (tile_columns){0, W, false, 0}, acc);
  } else {
    for (int s = 0; s < g->kw; s++) {
      const uint32_t inside = columns_inside(g, S ? S : g->stride_w, x0, W, s);
      sum(a, t, x0, (gconv_range){s, s + 1}, (tile_columns){0, W, true, inside}, acc);
    }
  }
  float *dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;
  UNROLLED (v, t.vectors)
    UNROLLED (x, W)
      if (x < width) v_store(dst + a->dst_vector[v] + x * BLOCK, acc[v][x]);
}

INLINE void tiles(const strip *a, const int S, const int NV, const int W) {
  const tile_shape t = {BCAST, 0, S, NV, W, false};
  for (int x = a->x_first; x < a->x_last; x += W) tile(a, t, x, a->x_last - x < W ? a->x_last - x : W);
}

/* One row a microkernel: stride (0: any), vectors, columns. */
// clang-format off
#define WIDTHS(M, S) M(S, 1, WIDE) M(S, 2, WIDE) M(S, 3, THREES)
#define ALL(M) WIDTHS(M, 1) WIDTHS(M, 2) WIDTHS(M, 4) WIDTHS(M, 0)
#define STRIP(S, NV, W)  static void s##S##_v##NV(const strip *a) { tiles(a, S, NV, W); }
#define LISTED(S, NV, W) {S, {s##S##_v##NV, 1, NV, W, .taps_inner = true}},
ALL(STRIP)
static const struct {
  int stride;
  microkernel tile;
} table[] = {ALL(LISTED)};
// clang-format on

const microkernel *ISA_NAME(direct_image)(int stride, int vectors) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if ((!table[i].stride || table[i].stride == stride) && table[i].tile.vectors == vectors) return &table[i].tile;
  return NULL;
}
