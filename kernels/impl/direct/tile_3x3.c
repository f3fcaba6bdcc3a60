/* tile_3x3.c - 3x3, stride 1 or 2, dilation 1: a tile of R output rows x W columns in registers.
 *
 * Each operand (an input pixel spread over the lanes) is formed once per input index and feeds every tap that uses it:
 * with R = 2, W = 7 a window of 4 x 9 operands serves 126 FMAs, 0.29 operands and 0.14 weight loads per FMA, so that
 * only the FMA units limit. Borders: rows outside the image are skipped; at most one column on each side is outside
 * (pad <= 1), it is masked to zero. The last tile of a row is moved left to end at the row's end; columns it shares
 * with the tile before are not stored again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"

#if !ROWS_3X3

enum { KW = 3 };

/* One tile: where its window is and what of it is inside the image: bit q for row q, LEFT and RIGHT for the outer
 * columns. Bits of one word, since comparisons with the image's sizes for every index keep too many registers busy. */
enum { LEFT = 1 << 8, RIGHT = 1 << 9 };
typedef struct {
  ptrdiff_t origin; /* its first pixel, from the image's */
  unsigned inside;
  v_mask second;
} place;

/* What a tile is compiled for: constants, once it is inlined. */
typedef struct {
  operand_mode mode;
  int stride, rows, width;
} shape;

/* Adds input indices [first, last) to the tile. */
INLINE void sum_inputs(const strip *a, const place *at, const shape t, int first, int last, v_f32 acc[2][8]) {
  const operand_mode mode = t.mode;
  const int S = t.stride, R = t.rows, W = t.width;
  const int columns = (W - 1) * S + KW, rows = (R - 1) * S + KW;
  const ptrdiff_t block = a->g->src_block, row = a->g->src_row;
  const float *const src = a->src + at->origin;
  const unsigned inside = at->inside;
  for (int i = first; i < last; i++) {
    const operand_at from = operand_for(a->source, mode, src, block, i);
    const float *wei = a->wei + (ptrdiff_t)i * KW * KW * VL;
    operand_at here = from; /* one address a row: those of all columns, which may not depend on i, would be spilled */
    here.first = v_forget(here.first);
    UNROLLED (q, rows) {
      if (q) {
        here.first = v_forget(MANY_REGISTERS ? here.first + row : from.first + q * row);
        if (mode == MIX2 || mode == PERMUTE2) here.second += row;
      }
      if (!(inside >> q & 1)) continue;
      UNROLLED (c, columns) {
        if ((c == 0 && !(inside & LEFT)) || (c == columns - 1 && !(inside & RIGHT))) continue;
        const v_f32 p = operand((operand_image){a->source, src + q * row, block}, mode, &here, i, c * BLOCK,
                                (operand_lanes){.second = at->second});
        UNROLLED (y, R) {
          const int r = q - y * S;
          if (r < 0 || r >= KW) continue;
          UNROLLED (s, KW) {
            const int x = (c - s) / S;
            if (c < s || (c - s) % S || x >= W) continue;
            acc[y][x] = v_fma(p, v_load(wei + (r * KW + s) * VL), acc[y][x]);
          }
        }
      }
    }
  }
}

INLINE void tile(const strip *a, const shape t, int x0, int skip) {
  const int S = t.stride, R = t.rows, W = t.width;
  const geometry *g = a->g;
  const int left_column = x0 * S - g->pad_left, columns = (W - 1) * S + KW, top = a->y * S - g->pad_top;
  place at = {
      .origin = (ptrdiff_t)top * g->src_row + (ptrdiff_t)left_column * BLOCK,
      .inside = (left_column >= 0 ? LEFT : 0) | (left_column + columns <= g->iw ? RIGHT : 0),
      .second = v_mask_of(a->source->lanes[1]),
  };
  UNROLLED (q, (R - 1) * S + KW) at.inside |= (unsigned)(top + q >= 0 && top + q < g->ih) << q;
  float *dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;

  v_f32 acc[2][8]; /* [R][W] of it live in registers */
  UNROLLED (y, R)
    UNROLLED (x, W) acc[y][x] = v_zero();
  if (a->accumulate)
    UNROLLED (y, R)
      UNROLLED (x, W) acc[y][x] = v_load(dst + y * g->dst_row + x * BLOCK);
  if (t.mode == PERMUTE) {
    sum_inputs(a, &at, (shape){SHUFFLE, S, R, W}, a->i_first, a->source->shuffled, acc);
    sum_inputs(a, &at, t, a->source->shuffled, a->i_last, acc);
  } else {
    sum_inputs(a, &at, t, a->i_first, a->i_last, acc);
  }
  if (skip && a->accumulate) {
    UNROLLED (y, R)
      UNROLLED (x, W)
        if (x >= skip) v_store(dst + y * g->dst_row + x * BLOCK, acc[y][x]);
    return;
  }
  UNROLLED (y, R)
    UNROLLED (x, W) v_store(dst + y * g->dst_row + x * BLOCK, acc[y][x]);
}

/* The constants one by one: with a shape that is only handed on GCC 12 reads six addresses of an input index from the
 * stack in tiles of one row. */
INLINE void tiles(const strip *a, const operand_mode mode, const int S, const int R, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) {
    const int x0 = x + W <= a->x_last ? x : a->x_last - W;
    tile(a, (shape){mode, S, R, W}, x0, x - x0);
  }
}

// clang-format off
#define STRIP(mode, S, R, W) static void mode##_s##S##_r##R##_w##W(const strip *a) { tiles(a, mode, S, R, W); }
#define ROW(mode, S, R, W) [mode] = {mode##_s##S##_r##R##_w##W, R, 1, W, .taps_inner = true},
#if VL > 1
#define MODES(M, S, R, W) \
  M(SHUFFLE, S, R, W) M(PERMUTE, S, R, W) M(PERMUTE2, S, R, W) M(BCAST, S, R, W) M(MIX2, S, R, W) M(MIX, S, R, W)
#else
#define MODES(M, S, R, W) M(BCAST, S, R, W) /* one lane belongs to one group */
#endif
#define STRIPS(R, W) MODES(STRIP, 1, R, W) MODES(STRIP, 2, R, W)
#define TABLE(R, W) {{MODES(ROW, 1, R, W)}, {MODES(ROW, 2, R, W)}}

/* Two rows x 7 columns: 14 accumulators, 6 taps and an operand fit 32 registers; one row is for what two leave. Widths:
 * 7 divides the 7, 14, 28, 56 and 112 of ImageNet networks, 8 and 5 what 7 leaves; one row prefers 8, as many
 * accumulators as two FMA units with 4 cycles need. 4 is what 7 becomes at stride 2. */
enum { ROWS_MAX = 2, WIDTHS = 4 };
STRIPS(1, 8) STRIPS(1, 7) STRIPS(1, 5) STRIPS(1, 4)
STRIPS(2, 7) STRIPS(2, 8) STRIPS(2, 5) STRIPS(2, 4)
static const microkernel table[ROWS_MAX][WIDTHS][2][OPERANDS] = {
    {TABLE(1, 8), TABLE(1, 7), TABLE(1, 5), TABLE(1, 4)}, {TABLE(2, 7), TABLE(2, 8), TABLE(2, 5), TABLE(2, 4)}};
// clang-format on

const microkernel *ISA_NAME(direct_3x3)(operand_mode mode, int stride, int rows, int ow) {
  return best_width(&table[rows - 1][0][stride - 1][mode], WIDTHS, (size_t)2 * OPERANDS, ow);
}

#else

const microkernel *ISA_NAME(direct_3x3)(operand_mode mode, int stride, int rows, int ow) {
  return (void)mode, (void)stride, (void)rows, (void)ow, NULL;
}

#endif
