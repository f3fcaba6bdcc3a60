/* tile_3x3_wide.h - 3x3, stride 1 or 2, dilation 1: one output row x W columns, a pixel's load shared by up to four
 * input indices.
 *
 * One load brings N neighbouring channels of every group into the four lanes where they are needed; N in-lane shuffles,
 * which are free beside FMAs, spread them. Meanwhile the taps of a kernel row stay in registers: with W = 14 and N = 4
 * that is 0.17 loads per FMA, 0.24 at stride 2, where tile_3x3.c needs 0.43 and 0.74. The order of the columns keeps
 * FMAs into one accumulator apart, without which all this gains nothing. It needs 32 registers.
 *
 * A header, so that each width is a file of its own: the time that clang takes grows with the square of the tiles in a
 * file, and three are compiled at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_TILE_3X3_WIDE_H
#define GCONV_DIRECT_TILE_3X3_WIDE_H

#include "impl/direct/direct.h"

#define HAS_WIDE_3X3 (V_HAS_FOURS && V_REGISTERS >= 32)
#if HAS_WIDE_3X3

enum { KW = 3, WIDEST = 14, MOST_INDICES = 4, MOST_INTERLEAVED = 7 };

/* How one load serves N input indices:
 * OWN2, OWN4  groups of N channels: the pixel's own channels are in the right four lanes
 * OWN8        groups of 8: the half of the group that is in the right four lanes; for the other half fours are swapped
 * ONE2, ONE4  one group fills the vector: its N channels repeated
 * TWO2, TWO4  the vector straddles two groups: N channels of the one, then N of the other */
typedef enum { OWN2, OWN4, OWN8, ONE2, TWO2, ONE4, TWO4, PATTERNS } pattern;

/* One kernel row of a tile. */
typedef struct {
  const strip *a;
  const float *row; /* the window's first column in the input row, channel 0 of the image */
  const float *wei; /* the kernel row's first tap for input index 0 */
  v_mask second;
} kernel_row;

/* Whether the window's first and last column are inside: constants, so that the FMAs of a column outside are never
 * written. */
typedef struct {
  bool left, right;
} sides;

/* N input indices of it. */
typedef struct {
  const float *first, *second; /* their channels in the window's first column; in the second group */
  bool other_half;             /* OWN8 */
  v_f32 tap[MOST_INDICES][KW];
} indices;

INLINE int count_indices(const pattern how) { return how == OWN2 || how == ONE2 || how == TWO2 ? 2 : 4; }

INLINE v_f32 load_shared(const kernel_row *at, const pattern how, const indices *of, const int c) {
  const float *first = of->first + c * BLOCK, *second = of->second + c * BLOCK;
  switch (how) {
  case OWN2:
  case OWN4:
    return v_load(first);
  case OWN8:
    return of->other_half ? v_swap4(v_load(first)) : v_load(first);
  case ONE2:
    return v_bcast2(first);
  case TWO2:
    return v_bcast2_into(v_bcast2(first), at->second, second);
  case ONE4:
    return v_bcast4(first);
  default:
    return v_bcast4_into(v_bcast4(first), at->second, second);
  }
}

INLINE bool outside(const sides inside, const int c, const int columns) {
  return (c == 0 && !inside.left) || (c == columns - 1 && !inside.right);
}

/* Index n of window column c, whose load brought `shared`. The odd columns of stride 2 serve one tap each: there the
 * index itself is loaded again, as the operand of its only FMA, which spares the shuffle units (on Zen 4 they are
 * the FMA units too). */
INLINE v_f32 index_of(const pattern how, const int S, const indices *of, const int c, const int n, v_f32 shared) {
  if (how == ONE4 && S == 2 && c % 2) return v_bcast(of->first + c * BLOCK + n);
  return count_indices(how) == 2 ? v_spread2(shared, n) : v_spread4(shared, n);
}

/* Window columns from, from + step, ...: `interleaved` of them index by index, so far apart that they meet in no
 * accumulator. */
INLINE void visit(const kernel_row *at, const pattern how, const int S, const int W, const sides inside, const int from,
                  const int step, const int interleaved, const indices *of, v_f32 acc[WIDEST]) {
  const int N = count_indices(how), columns = (W - 1) * S + KW;
  UNROLLED (j, (columns - from + step * interleaved - 1) / (step * interleaved)) {
    v_f32 shared[MOST_INTERLEAVED];
    UNROLLED (k, interleaved) {
      const int c = from + (j * interleaved + k) * step;
      if (c < columns && !outside(inside, c, columns)) shared[k] = load_shared(at, how, of, c);
    }
    UNROLLED (n, N)
      UNROLLED (k, interleaved) {
        const int c = from + (j * interleaved + k) * step;
        if (c >= columns || outside(inside, c, columns)) continue;
        const v_f32 p = index_of(how, S, of, c, n, shared[k]);
        UNROLLED (s, KW) {
          const int x = (c - s) / S;
          if (c < s || (c - s) % S || x >= W) continue;
          acc[x] = v_fma(p, of->tap[n][s], acc[x]);
        }
      }
  }
}

/* Adds input indices i .. i + N - 1 to the tile. At stride 2 even columns meet two taps and odd ones the third: fewer
 * taps are live, and more columns fit interleaved. */
INLINE void sum_indices(const kernel_row *at, const pattern how, const int S, const int W, const sides inside, int i,
                        const bool other_half, v_f32 acc[WIDEST]) {
  const operand_source *o = at->a->source;
  const ptrdiff_t block = at->a->g->src_block;
  const float *wei = at->wei + (ptrdiff_t)i * KW * KW * VL;
  indices of = {.first = at->row + channel_offset(how <= OWN8 ? o->channel : o->channel + i, block),
                .second = at->row + channel_offset(o->channel + o->icg + i, block),
                .other_half = other_half};
  UNROLLED (n, count_indices(how))
    UNROLLED (s, KW)
      if (S == 1 || s != 1) of.tap[n][s] = v_load(wei + (n * KW * KW + s) * VL);
  if (S == 1) {
    UNROLLED (from, 3) visit(at, how, S, W, inside, from, 3, 3, &of, acc);
    return;
  }
  visit(at, how, S, W, inside, 0, 4, 4, &of, acc);
  visit(at, how, S, W, inside, 2, 4, 4, &of, acc);
  UNROLLED (n, count_indices(how)) of.tap[n][1] = v_load(wei + (n * KW * KW + 1) * VL);
  visit(at, how, S, W, inside, 1, 2, MOST_INTERLEAVED, &of, acc);
}

INLINE void sum_row(const kernel_row *at, const pattern how, const int S, const int W, const sides inside,
                    v_f32 acc[WIDEST]) {
  if (how <= OWN8) {
    sum_indices(at, how, S, W, inside, 0, false, acc);
    if (how == OWN8) {
      kernel_row again = *at;
      again.row = v_forget(again.row);
      sum_indices(&again, how, S, W, inside, 4, true, acc);
    }
    return;
  }
  for (int i = at->a->i_first; i < at->a->i_last; i += count_indices(how))
    sum_indices(at, how, S, W, inside, i, false, acc);
}

/* The row that takes this one's place in the tile below: hardware does not foresee the step to it, and through L1 there
 * is too little of it (8 channels, stride 2, 16 images: 56 % of peak, 89 by way of L2). Pairs of channels of
 * one or two groups do too little per row for it: 5 % slower (Zen 4). */
INLINE void prefetch_below(const kernel_row *at, const pattern how, const int S, const int W) {
  const operand_source *o = at->a->source;
  const geometry *g = at->a->g;
  const float *below = at->row + S * g->src_row + BLOCK;
  if (how <= OWN8) {
    prefetch_pixels(below + channel_offset(o->channel, g->src_block), 1, W * S);
    return;
  }
  for (int channel = o->channel / BLOCK * BLOCK; channel < o->channel + o->groups * o->icg; channel += BLOCK)
    prefetch_pixels(below + channel_offset(channel, g->src_block), 1, W * S);
}

INLINE void tile(const strip *a, const pattern how, const int S, const int W, const sides inside, int x0, int skip) {
  const geometry *g = a->g;
  const int left_column = x0 * S - g->pad_left, top = a->y * S - g->pad_top;
  float *dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;
  kernel_row at = {.a = a, .second = v_mask_of(a->source->lanes[1])};

  v_f32 acc[WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  if (a->accumulate)
    UNROLLED (x, W) acc[x] = v_load(dst + x * BLOCK);
  for (int r = top < 0 ? -top : 0; r < KW && top + r < g->ih; r++) {
    at.row = a->src + (ptrdiff_t)(top + r) * g->src_row + (ptrdiff_t)left_column * BLOCK;
    at.wei = a->wei + r * KW * VL;
    if (r >= KW - S && how != ONE2 && how != TWO2) prefetch_below(&at, how, S, W);
    sum_row(&at, how, S, W, inside, acc);
  }
  store_row(a, W, a->accumulate ? skip : 0, dst, acc);
}

typedef void tile_fn(const strip *, int x0, int skip);

/* The last tile of a row is moved left to end at the row's end. `by_sides`: the tile for neither side inside, the left,
 * the right, both. */
INLINE void tiles(const strip *a, tile_fn *const by_sides[4], const int S, const int W) {
  for (int x = a->x_first; x < a->x_last; x += W) {
    const int x0 = x + W <= a->x_last ? x : a->x_last - W, first = x0 * S - a->g->pad_left;
    const bool left = first >= 0, right = first + (W - 1) * S + KW <= a->g->iw;
    by_sides[left + 2 * right](a, x0, x - x0);
  }
}

/* A file's tiles: WIDE_3X3(W) defines every one of W columns and the table of them. */
// clang-format off
#define TILE(how, S, W, left, right) \
  static __attribute__((noinline)) void how##_s##S##_##left##right(const strip *a, int x0, int skip) { \
    tile(a, how, S, W, (sides){left, right}, x0, skip); \
  }
#define STRIP(how, S, W) \
  TILE(how, S, W, 0, 0) TILE(how, S, W, 1, 0) TILE(how, S, W, 0, 1) TILE(how, S, W, 1, 1) \
  static void how##_s##S(const strip *a) { \
    static tile_fn *const by_sides[] = {how##_s##S##_00, how##_s##S##_10, how##_s##S##_01, how##_s##S##_11}; \
    tiles(a, by_sides, S, W); \
  }
#define ROW(how, S, W) [how] = {how##_s##S, 1, 1, W, .taps_inner = true, .shares_loads = true},
#define ALL(M, S, W) M(OWN2, S, W) M(OWN4, S, W) M(OWN8, S, W) M(ONE2, S, W) M(TWO2, S, W) M(ONE4, S, W) M(TWO4, S, W)
#define WIDE_3X3(W) \
  ALL(STRIP, 1, W) ALL(STRIP, 2, W) \
  const microkernel ISA_NAME(direct_3x3_wide_##W)[2][PATTERNS] = {{ALL(ROW, 1, W)}, {ALL(ROW, 2, W)}};
// clang-format on

/* By stride and pattern. */
extern const microkernel ISA_NAME(direct_3x3_wide_14)[2][PATTERNS], ISA_NAME(direct_3x3_wide_12)[2][PATTERNS],
    ISA_NAME(direct_3x3_wide_10)[2][PATTERNS];

#endif

#endif
