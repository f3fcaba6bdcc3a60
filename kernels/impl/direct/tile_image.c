/* tile_image.c - the first layer of a network: one to four input channels, in planes (NCHW) instead of blocks.
 *
 * Blocks of 16 channels would hold 3 and 13 zeros: five times the memory traffic, and on large maps that is the limit.
 * A tile is one row of W columns of NV vectors; the taps of a kernel row follow each other in memory, so that the inner
 * loop runs over them. Where a tile reaches over the border, the loop over the columns of the kernel is outside
 * instead, because each of them has its own columns inside. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

enum { CHANNELS = 4 }; /* more fill a third of a block and are served well by it */

bool ISA_NAME(direct_is_image)(const gconv_problem *p) { return p->groups == 1 && p->ic <= CHANNELS && p->kw > 1; }

/* One tap of W columns, `inside` those whose input is inside the row. `whole`: all are. */
INLINE void tap(const ptrdiff_t stride, const int NV, const int W, const bool whole, uint32_t inside, const float *src,
                const float *wei, ptrdiff_t wei_vector, v_f32 acc[VECTORS_MAX][WIDE]) {
  v_f32 w[VECTORS_MAX];
  UNROLLED (v, NV) w[v] = v_load(wei + v * wei_vector);
  UNROLLED (x, W) {
    if (!whole && !(inside >> x & 1)) continue;
    const v_f32 p = v_bcast(src + x * stride);
    UNROLLED (v, NV) acc[v][x] = v_fma(p, w[v], acc[v][x]);
  }
}

/* Taps [s_first, s_last) of all kernel rows in all channels. */
INLINE void sum(const strip *a, const int S, const int NV, const int W, const bool whole, int x0, int s_first,
                int s_last, uint32_t inside, v_f32 acc[VECTORS_MAX][WIDE]) {
  const geometry *g = a->g;
  const ptrdiff_t stride = S ? S : g->stride_w, left = (ptrdiff_t)x0 * stride - g->pad_left;
  const float *wei = a->wei;
  for (int i = 0; i < a->i_last; i++)
    for (int r = 0; r < g->kh; r++, wei += (ptrdiff_t)g->kw * VL) {
      const int64_t y = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (y < 0 || y >= g->ih) continue;
      const float *src = a->src + i * g->src_block + (ptrdiff_t)y * g->src_row + left;
      for (int s = s_first; s < s_last; s++)
        tap(stride, NV, W, whole, inside, src + (ptrdiff_t)s * g->step_w, wei + (ptrdiff_t)s * VL, a->wei_vector, acc);
    }
}

INLINE void tile(const strip *a, const int S, const int NV, const int W, int x0, int width) {
  const geometry *g = a->g;
  v_f32 acc[VECTORS_MAX][WIDE]; /* [NV][W] of it live in registers */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = v_zero();
  if (all_inside(g, x0, W)) {
    sum(a, S, NV, W, true, x0, 0, g->kw, 0, acc);
  } else {
    for (int s = 0; s < g->kw; s++)
      sum(a, S, NV, W, false, x0, s, s + 1, columns_inside(g, S ? S : g->stride_w, x0, W, s), acc);
  }
  float *dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;
  UNROLLED (v, NV)
    UNROLLED (x, W)
      if (x < width) v_store(dst + a->dst_vector[v] + x * BLOCK, acc[v][x]);
}

INLINE void tiles(const strip *a, const int S, const int NV, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) tile(a, S, NV, W, x, a->x_last - x < W ? a->x_last - x : W);
}

/* One row a microkernel: stride (0: any), vectors, columns. */
// clang-format off
#define WIDTHS(M, S) M(S, 1, WIDE) M(S, 2, WIDE) M(S, 3, THREES)
#define ALL(M) WIDTHS(M, 1) WIDTHS(M, 2) WIDTHS(M, 4) WIDTHS(M, 0)
#define STRIP(S, NV, W)  static void s##S##_v##NV(const strip *a) { tiles(a, S, NV, W); }
#define LISTED(S, NV, W) {S, {s##S##_v##NV, 1, NV, W, true}},
ALL(STRIP)
static const struct {
  int stride;
  microkernel tile;
} table[] = {ALL(LISTED)};
// clang-format on

const microkernel *ISA_NAME(direct_image)(int stride, int vectors) {
  const size_t rows = sizeof table / sizeof *table;
  size_t i = 0;
  while (i < rows - 1 && ((table[i].stride && table[i].stride != stride) || table[i].tile.vectors != vectors)) i++;
  return &table[i].tile;
}
