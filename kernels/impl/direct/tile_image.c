/* tile_image.c - the first layer of a network: one to four input channels, in planes (NCHW) instead of blocks.
 *
 * Blocks of 16 channels would hold 3 and 13 zeros: five times the memory traffic, and on large maps that is the limit.
 * A tile is one row of W columns of NV vectors; the taps of a kernel row follow each other in memory, so that the inner
 * loop runs over them. Where a tile reaches over the border, the row is first copied with its zeros: the loop is the
 * same for all tiles. */
#include "impl/direct/run_of_vectors.h"

enum {
  CHANNELS = 4, /* more fill a third of a block and are served well by it */
  SPAN = 256,   /* input columns of one tile: 14 with stride 16 and a kernel as wide fit */
  PARTS = SPAN / VL
};

static int span(int stride, int step, int kw, int width) { return (width - 1) * stride + (kw - 1) * step + 1; }

bool ISA_NAME(direct_is_image)(const gconv_problem *p) {
  return p->groups == 1 && p->ic <= CHANNELS && p->kw > 1 && (int64_t)(p->kw - 1) * (p->dilation_w + 1) < SPAN &&
         p->stride_w < SPAN && span(p->stride_w, p->dilation_w + 1, p->kw, WIDE) <= SPAN;
}

/* One tile's input columns: [left, left + count), those inside the row as masks of VL each. */
typedef struct {
  int left, count;
  bool whole;
  v_mask inside[PARTS];
} window;

static window window_of(const geometry *g, int x0, int width) {
  window w = {.left = x0 * g->stride_w - g->pad_left, .count = span(g->stride_w, g->step_w, g->kw, width)};
  w.whole = w.left >= 0 && w.left + w.count <= g->iw;
  for (int part = 0; !w.whole && part * VL < w.count; part++) {
    uint32_t bits = 0;
    for (int lane = 0; lane < VL; lane++) {
      const int column = w.left + part * VL + lane;
      if (column >= 0 && column < g->iw) bits |= 1u << lane;
    }
    w.inside[part] = v_mask_of(bits);
  }
  return w;
}

/* The taps of one kernel row in one channel. */
INLINE void taps(const geometry *g, const int S, const int NV, const int W, const float *src, const float *wei,
                 ptrdiff_t wei_vector, v_f32 acc[VECTORS_MAX][WIDE]) {
  const ptrdiff_t stride = S ? S : g->stride_w;
  for (int s = 0; s < g->kw; s++, src += g->step_w, wei += VL) {
    v_f32 w[VECTORS_MAX];
    UNROLLED (v, NV) w[v] = v_load(wei + v * wei_vector);
    UNROLLED (x, W) {
      const v_f32 p = v_bcast(src + x * stride);
      UNROLLED (v, NV) acc[v][x] = v_fma(p, w[v], acc[v][x]);
    }
  }
}

INLINE void tile(const strip *a, const int S, const int NV, const int W, int x0, int width) {
  const geometry *g = a->g;
  const window w = window_of(g, x0, W);
  const float *wei = a->wei;
  float copy[SPAN + VL];
  v_f32 acc[VECTORS_MAX][WIDE]; /* [NV][W] of it live in registers */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = v_zero();
  for (int i = 0; i < a->i_last; i++)
    for (int r = 0; r < g->kh; r++, wei += (ptrdiff_t)g->kw * VL) {
      const int64_t y = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (y < 0 || y >= g->ih) continue;
      const float *src = a->src + i * g->src_block + (ptrdiff_t)y * g->src_row + w.left;
      if (!w.whole) {
        for (int part = 0; part * VL < w.count; part++)
          v_store(copy + part * VL, v_load_masked(w.inside[part], src + part * VL));
        src = copy;
      }
      taps(g, S, NV, W, src, wei, a->wei_vector, acc);
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
