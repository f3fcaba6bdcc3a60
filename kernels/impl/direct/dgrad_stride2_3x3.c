/* dgrad_stride2_3x3.c - the gradient of src for 3x3 at stride 2, groups of any width: both phases of the columns in one
 * tile.
 *
 * An operand, formed once, meets the three taps of a kernel row, and a row of src is stored once and whole. With W = 14
 * that is 8 operands and 3 taps for 21 FMAs. Masks and addresses are made before the sum over the channels: inside it
 * GCC kept them in vector registers, which took a fifth of the time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/dgrad_stride2_tile.h"

enum { K = 3 };

typedef struct {
  const dgrad_strip *a;
  const float *dst; /* pixel u / 2 of the tile's first u, channel 0 of the image */
  const float *wei; /* the kernel row's first tap for input index 0 */
  dgrad_borders border;
  v_mask second;
} kernel_row;

/* What a tile is compiled for: constants, once it is inlined. odd: its first u is. */
typedef struct {
  operand_mode mode;
  int width, odd;
} shape;

INLINE void sum_inputs(const kernel_row *at, const shape t, int first, int last, v_f32 acc[DGRAD_WIDEST]) {
  const int W = t.width, FIRST = t.odd;
  const operand_source *source = at->a->source;
  const ptrdiff_t block = at->a->dst_block;
  const operand_image image = {source, at->dst, block};
  const int low = DGRAD_LOW(K, FIRST), count = DGRAD_COUNT(K, W, FIRST);
  const float *wei = at->wei + (ptrdiff_t)first * K * K * VL;
  for (int i = first; i < last; i++, wei += K * K * VL) {
    const operand_at from = operand_for(source, t.mode, at->dst, block, i);
    v_f32 tap[K];
    UNROLLED (s, K) tap[s] = v_load(wei + s * VL);
    UNROLLED (n, count) {
      const bool edge = n == 0 || n == count - 1;
      const v_mask inside = n == 0 ? at->border.left[0] : at->border.right[0];
      const v_f32 p = operand(image, t.mode, &from, i, (low + n) * BLOCK, (operand_lanes){at->second, edge, inside});
      UNROLLED (j, K) {
        const int s = K - 1 - j, x = 2 * (low + n) + s - FIRST; /* the last tap first: far from the next column's */
        if (x >= 0 && x < W) acc[x] = v_fma(p, tap[s], acc[x]);
      }
    }
  }
}

INLINE void tile(const dgrad_strip *a, const shape t, int y, int x0) {
  const int W = t.width;
  const gconv_problem *p = a->p;
  const int v = y + p->pad_top, column = (x0 + p->pad_left) / 2;
  kernel_row at = {
      .a = a, .border = dgrad_borders_of(p, K, W, t.odd, column), .second = v_mask_of(a->source->lanes[1])};
  v_f32 acc[DGRAD_WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  for (int r = v % 2; r < K; r += 2) {
    const int row = (v - r) / 2;
    if (v < r || row >= p->oh) continue;
    at.dst = a->dst + ((ptrdiff_t)row * p->ow + column) * BLOCK;
    at.wei = a->wei + (ptrdiff_t)r * K * VL;
    if (t.mode == PERMUTE) {
      sum_inputs(&at, (shape){SHUFFLE, W, t.odd}, 0, a->source->shuffled, acc);
      sum_inputs(&at, t, a->source->shuffled, p->ocg, acc);
    } else {
      sum_inputs(&at, t, 0, p->ocg, acc);
    }
  }
  float *src = a->src + ((ptrdiff_t)y * p->iw + x0) * BLOCK;
  UNROLLED (x, W) v_store(src + x * BLOCK, acc[x]);
}

/* The last tile is moved left to end at the row's end, and may then begin in the other phase. */
INLINE void tiles(const dgrad_strip *a, const operand_mode mode, const int W, int y) {
  const gconv_problem *p = a->p;
  for (int x = 0; x < p->iw; x += W) {
    const int x0 = x + W <= p->iw ? x : p->iw - W;
    if ((x0 + p->pad_left) % 2)
      tile(a, (shape){mode, W, 1}, y, x0);
    else
      tile(a, (shape){mode, W, 0}, y, x0);
  }
}

// clang-format off
#define ROW(mode, W)   static void mode##_w##W(const dgrad_strip *a, int y) { tiles(a, mode, W, y); }
#define ENTRY(mode, W) {mode, {mode##_w##W, W}},
#if VL > 1
#define MODES(M, W) M(SHUFFLE, W) M(PERMUTE, W) M(PERMUTE2, W) M(BCAST, W) M(MIX2, W) M(MIX, W)
#else
#define MODES(M, W) M(BCAST, W) M(MIX, W) /* one lane belongs to one group, or to none */
#endif
#if V_REGISTERS >= 32
#define ALL(M) M(MIX2, 28) MODES(M, 14) MODES(M, 8) MODES(M, 4)
#else
#define ALL(M) MODES(M, 8) MODES(M, 6) MODES(M, 4)
#endif
ALL(ROW)
static const struct {
  operand_mode mode;
  dgrad_tile tile;
} table[] = {ALL(ENTRY)};
// clang-format on

const dgrad_tile *ISA_NAME(dgrad_stride2_3x3)(operand_mode mode, int iw) {
  const dgrad_tile *best = NULL;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].mode == mode) best = dgrad_better(best, &table[i].tile, iw);
  return best;
}
