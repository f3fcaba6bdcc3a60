/* tile_depthwise_any.c - depthwise with any kernel, stride, dilation and padding: 1-D, dilated, even and large kernels,
 * scales (1x1).
 *
 * One output row x W columns, a row of the kernel after the other. Of kernels up to four columns wide the taps of a row
 * are in registers, each pixel is loaded once for all of them, and nothing but loads stands between the FMAs; of wider,
 * dilated or strided ones the FMA reads the pixel from memory, so that there is a load for each FMA, and one for each
 * tap. Tiles that reach over an end of the row go through the columns of the kernel, each of which finds once for all
 * rows which outputs it meets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/columns.h"

#if V_REGISTERS >= 32
enum { WIDEST = 14 };
#define TO_WIDEST(M, S, K, D)                                                                                          \
  TO_8(M, S, K, D) M(S, K, D, 9) M(S, K, D, 10) M(S, K, D, 11) M(S, K, D, 12) M(S, K, D, 13) M(S, K, D, 14)
#else
enum { WIDEST = 8 };
#define TO_WIDEST(M, S, K, D) TO_8(M, S, K, D)
#endif

enum { TAPS = 4 }; /* of a kernel row, in registers */

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

INLINE void store_columns(const output_row *row, const int W, int x0, const v_f32 acc[]) {
  const ptrdiff_t pixel = row->g->dst_pixel; /* not read again after every store */
  float *const dst = row->dst + x0 * pixel;
  UNROLLED (x, W) v_store(dst + x * pixel, acc[x]);
}

/* What a tile is compiled for. S: the stride; K: columns of the kernel; D: the distance of its taps, all three 0 if
 * only known at run time. */
typedef struct {
  int S, K, D;
} shape;

/* One kernel row of W columns, each pixel loaded once. */
INLINE void add_window(const float *src, const float *wei, const int K, const int W, v_f32 acc[]) {
  v_f32 tap[TAPS];
  UNROLLED (s, K) tap[s] = v_load_once(wei + s * VL);
  UNROLLED (c, W + K - 1) {
    const v_f32 p = v_load_once(src + c * BLOCK);
    UNROLLED (s, K)
      if (c >= s && c - s < W) acc[c - s] = v_fma(p, tap[s], acc[c - s]);
  }
}

/* One tap, the pixels read by the FMAs. */
INLINE void add_tap(const float *src, ptrdiff_t stride, const float *wei, const int W, v_f32 acc[]) {
  const v_f32 tap = v_load_once(wei);
  UNROLLED (x, W) acc[x] = v_fma(v_load(src + x * stride), tap, acc[x]);
}

/* W columns whose windows lie whole inside. */
INLINE void tile(const output_row *row, const shape t, const int W, int x0) {
  const geometry *g = row->g;
  const ptrdiff_t stride = (ptrdiff_t)(t.S ? t.S : g->stride_w) * BLOCK, step = (ptrdiff_t)g->step_w * BLOCK;
  const float *src = row->src + (ptrdiff_t)x0 * stride - (ptrdiff_t)g->pad_left * BLOCK, *wei = row->wei;
  v_f32 acc[WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  for (int r = 0; r < row->kernel_rows; r++, src += g->step_h * g->src_row, wei += (ptrdiff_t)g->kw * VL) {
    if (t.D)
      add_window(src, wei, t.K, W, acc);
    else if (t.K) /* forgotten: else each pixel's distance takes a register, or a place on the stack */
      UNROLLED (s, t.K) add_tap(v_forget(src + s * step), stride, wei + s * VL, W, acc);
    else
      for (int s = 0; s < g->kw; s++) add_tap(src + s * step, stride, wei + s * VL, W, acc);
  }
  store_columns(row, W, x0, acc);
}

/* W columns, some of whose windows reach over the border: kernel columns are outside, because each meets its own. */
INLINE void edge_tile(const output_row *row, const int S, const int W, int x0) {
  const geometry *g = row->g;
  const ptrdiff_t stride = (ptrdiff_t)(S ? S : g->stride_w) * BLOCK;
  const float *first = row->src + (ptrdiff_t)x0 * stride - (ptrdiff_t)g->pad_left * BLOCK;
  v_f32 acc[WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  for (int s = 0; s < g->kw; s++, first += (ptrdiff_t)g->step_w * BLOCK) {
    const met_columns met = columns_met(g, S ? S : g->stride_w, x0, W, s);
    if (met.first >= met.end) continue;
    const float *src = first, *wei = row->wei + (ptrdiff_t)s * VL;
#define ADD(x) acc[x] = v_fma(v_load(src + (x)*stride), tap, acc[x])
#define ROWS(columns)                                                                                                  \
  for (int r = 0; r < row->kernel_rows; r++, src += g->step_h * g->src_row, wei += (ptrdiff_t)g->kw * VL) {            \
    const v_f32 tap = v_load_once(wei);                                                                                \
    EACH_COLUMN(columns, W, ADD);                                                                                      \
  }
    EACH_KIND(met, ROWS);
#undef ROWS
#undef ADD
  }
  store_columns(row, W, x0, acc);
}

INLINE void block_row(const strip *a, const tile_tables tiles) {
  UNROLLED (v, BLOCK_VECTORS) {
    const output_row row = row_of(a, v);
    run_apart(&row, (gconv_range){a->x_first, a->x_last}, a->g->whole, tiles, WIDEST);
  }
}

// clang-format off
#define TO_8(M, S, K, D) M(S, K, D, 1) M(S, K, D, 2) M(S, K, D, 3) M(S, K, D, 4) M(S, K, D, 5) M(S, K, D, 6) M(S, K, D, 7) M(S, K, D, 8)
#define TILE(S, K, D, W) static __attribute__((noinline)) void s##S##_k##K##_d##D##_w##W(const void *row, int x0) { tile(row, (shape){S, K, D}, W, x0); }
#define NAME(S, K, D, W) [W] = s##S##_k##K##_d##D##_w##W,
#define EDGE(S, K, D, W) static __attribute__((noinline)) void edge_s##S##_w##W(const void *row, int x0) { edge_tile(row, S, W, x0); }
#define EDGE_NAME(S, K, D, W) [W] = edge_s##S##_w##W,
#define EDGES(S) TO_WIDEST(EDGE, S, 0, 0) static tile_of_width *const edges_s##S[] = {TO_WIDEST(EDGE_NAME, S, 0, 0)};
#define STRIP(S, K, D) \
  TO_WIDEST(TILE, S, K, D) \
  static void s##S##_k##K##_d##D(const strip *a) { \
    static tile_of_width *const by_width[] = {TO_WIDEST(NAME, S, K, D)}; \
    block_row(a, (tile_tables){by_width, edges_s##S}); \
  }
#define ROW(S, K, D) {S, K, D, {s##S##_k##K##_d##D, 1, BLOCK_VECTORS, WIDEST, .any_width = true}},
#define ALL(M) M(1, 1, 1) M(1, 2, 1) M(1, 3, 1) M(1, 4, 1) M(1, 3, 0) M(1, 4, 0) M(1, 0, 0) M(2, 0, 0) M(0, 0, 0)
EDGES(0) EDGES(1) EDGES(2)
ALL(STRIP)
static const struct {
  int stride, columns, step; /* 0: any */
  microkernel tile;
} table[] = {ALL(ROW)};
// clang-format on

/* The first that fits. */
const microkernel *ISA_NAME(direct_depthwise_any)(const gconv_problem *p) {
  size_t i = 0;
  while ((table[i].stride && table[i].stride != p->stride_w) || (table[i].columns && table[i].columns != p->kw) ||
         (table[i].step && table[i].step != p->dilation_w + 1))
    i++;
  return &table[i].tile;
}
