/* tile_depthwise_any.c - depthwise with any kernel, stride, dilation and padding: 1-D, dilated, even and large kernels,
 * scales (1x1).
 *
 * One output row x W columns, tap by tap: the operand is the pixel itself, which the FMA reads from memory, so that
 * there is one load for each FMA, and a tap costs one more. In the tiles at the ends of a row the columns that a tap
 * meets are found once for all kernel rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

#if V_REGISTERS >= 32
enum { WIDEST = 14 };
#define TO_WIDEST(M, S) TO_8(M, S) M(S, 9) M(S, 10) M(S, 11) M(S, 12) M(S, 13) M(S, 14)
#else
enum { WIDEST = 8 };
#define TO_WIDEST(M, S) TO_8(M, S)
#endif

/* An output row of a vector: the kernel rows inside the image and where they begin. */
typedef struct {
  const geometry *g;
  int kernel_rows;
  const float *src, *wei; /* column 0 of the first input row; its first tap */
  float *dst;
} output_row;

/* v: the vector of the block. */
INLINE output_row row_of(const strip *a, int v) {
  const geometry *g = a->g;
  const int64_t top = (int64_t)a->y * g->stride_h - g->pad_top;
  gconv_range inside = {0, g->kh};
  if (top < 0 || top + (int64_t)(g->kh - 1) * g->step_h >= g->ih)
    inside = gconv_outputs_inside(top, g->step_h, g->ih, g->kh);
  return (output_row){.g = g,
                      .kernel_rows = inside.end - inside.first,
                      .src = a->src + v * VL + channel_offset(a->source->channel, g->src_block) +
                             (ptrdiff_t)(top + (int64_t)inside.first * g->step_h) * g->src_row,
                      .wei = a->wei + v * a->wei_vector + (ptrdiff_t)inside.first * g->kw * VL,
                      .dst = a->dst + v * VL + (ptrdiff_t)a->y * g->dst_row};
}

/* W columns whose windows lie whole inside. S: the stride, 0 if only known at run time. */
INLINE void tile(const output_row *row, const int S, const int W, int x0) {
  const geometry *g = row->g;
  const ptrdiff_t stride = (ptrdiff_t)(S ? S : g->stride_w) * BLOCK;
  const float *first = row->src + (ptrdiff_t)x0 * stride - (ptrdiff_t)g->pad_left * BLOCK, *wei = row->wei;
  float *const dst = row->dst + x0 * g->dst_pixel;
  v_f32 acc[WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  for (int r = 0; r < row->kernel_rows; r++, first += g->step_h * g->src_row) {
    const float *src = first;
    for (int s = 0; s < g->kw; s++, src += (ptrdiff_t)g->step_w * BLOCK, wei += VL) {
      const v_f32 tap = v_load_once(wei);
      UNROLLED (x, W) acc[x] = v_fma(v_load(src + x * stride), tap, acc[x]);
    }
  }
  UNROLLED (x, W) v_store(dst + x * g->dst_pixel, acc[x]);
}

/* `count` columns from x0 on, of which some windows reach over the border. */
static __attribute__((noinline)) void edge_tile(const output_row *row, int x0, int count) {
  const geometry *g = row->g;
  const ptrdiff_t stride = (ptrdiff_t)g->stride_w * BLOCK;
  v_f32 acc[WIDEST]; /* all of it lives in registers */
  UNROLLED (x, WIDEST) acc[x] = v_zero();
  for (int s = 0; s < g->kw; s++) {
    const int64_t first = (int64_t)x0 * g->stride_w + (int64_t)s * g->step_w - g->pad_left;
    const uint32_t inside = columns_inside(g, g->stride_w, x0, count, s);
    if (!inside) continue;
    const float *src = row->src + (ptrdiff_t)first * BLOCK, *wei = row->wei + (ptrdiff_t)s * VL;
    for (int r = 0; r < row->kernel_rows; r++, src += g->step_h * g->src_row, wei += (ptrdiff_t)g->kw * VL) {
      const v_f32 tap = v_load_once(wei);
      UNROLLED (x, WIDEST)
        if (inside >> x & 1) acc[x] = v_fma(v_load(src + x * stride), tap, acc[x]);
    }
  }
  UNROLLED (x, WIDEST)
    if (x < count) v_store(row->dst + (x0 + x) * g->dst_pixel, acc[x]);
}

/* A tile at each end of the row where a border is, as wide as it can be, and what is between them. */
INLINE void columns(const output_row *row, gconv_range all, tile_of_width *const by_width[]) {
  gconv_range inner = all;
  if (row->g->whole.first > all.first) {
    inner.first = gconv_min(gconv_max(all.first + WIDEST, row->g->whole.first), all.end);
    for (int x = all.first; x < inner.first; x += WIDEST) edge_tile(row, x, gconv_min(WIDEST, inner.first - x));
  }
  if (row->g->whole.end < all.end) {
    inner.end = gconv_max(gconv_min(all.end - WIDEST, row->g->whole.end), inner.first);
    for (int x = inner.end; x < all.end; x += WIDEST) edge_tile(row, x, gconv_min(WIDEST, all.end - x));
  }
  run_balanced(row, inner, by_width, WIDEST);
}

INLINE void block_row(const strip *a, tile_of_width *const by_width[]) {
  UNROLLED (v, BLOCK_VECTORS) {
    const output_row row = row_of(a, v);
    columns(&row, (gconv_range){a->x_first, a->x_last}, by_width);
  }
}

// clang-format off
#define TO_8(M, S) M(S, 1) M(S, 2) M(S, 3) M(S, 4) M(S, 5) M(S, 6) M(S, 7) M(S, 8)
#define TILE(S, W) static __attribute__((noinline)) void s##S##_w##W(const void *row, int x0) { tile(row, S, W, x0); }
#define NAME(S, W) [W] = s##S##_w##W,
#define STRIP(S) \
  TO_WIDEST(TILE, S) \
  static void s##S(const strip *a) { \
    static tile_of_width *const by_width[] = {TO_WIDEST(NAME, S)}; \
    block_row(a, by_width); \
  }
#define ROW(S) [S] = {s##S, 1, BLOCK_VECTORS, WIDEST, .any_width = true},
STRIP(0) STRIP(1) STRIP(2)
static const microkernel table[] = {ROW(0) ROW(1) ROW(2)};
// clang-format on

const microkernel *ISA_NAME(direct_depthwise_any)(int stride) { return &table[stride <= 2 ? stride : 0]; }
