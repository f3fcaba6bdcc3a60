/* dgrad_stride2_tile.h - the gradient of src at stride 2 in one pass over src: what its tiles have in common, and the
 * tables of them.
 *
 * A tile is one row x W columns of src in registers. In padded coordinates (u = x + pad) tap s leads from pixel o of
 * dst to u = 2 o + s, so a pixel of dst meets all taps of a kernel row, each in an accumulator of its own. Tiles begin
 * at an even u (FIRST = 0) or an odd one (1). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_DGRAD_STRIDE2_TILE_H
#define GCONV_DIRECT_DGRAD_STRIDE2_TILE_H

#include "common/operand.h"
#include "gconv_kernel.h"

/* A tile's window in a row of dst: COUNT columns from LOW, counted from pixel u / 2 of the tile's first u. At most EDGE
 * columns on each side are outside. */
enum { DGRAD_WIDEST = 28, DGRAD_NARROW = 4, DGRAD_KERNEL_MAX = 7 };
#define DGRAD_LOW(K, FIRST)      (-((K)-1 - (FIRST)) / 2)
#define DGRAD_COUNT(K, W, FIRST) (((W)-1 + (FIRST)) / 2 - DGRAD_LOW(K, FIRST) + 1)
#define DGRAD_EDGE(K)            (((K)-1) / 2)

/* Which edge columns are inside, from the outermost. */
typedef struct {
  v_mask left[DGRAD_KERNEL_MAX / 2], right[DGRAD_KERNEL_MAX / 2];
} dgrad_borders;

INLINE dgrad_borders dgrad_borders_of(const gconv_problem *p, const int K, const int W, const int FIRST, int column) {
  dgrad_borders b;
  const int first = column + DGRAD_LOW(K, FIRST), last = first + DGRAD_COUNT(K, W, FIRST) - 1;
  UNROLLED (n, DGRAD_EDGE(K)) {
    b.left[n] = v_mask_all(first + n >= 0);
    b.right[n] = v_mask_all(last - n < p->ow);
  }
  // cppcheck-suppress uninitvar // written above: windows have edges
  return b;
}

/* One vector of channels of src. */
typedef struct {
  const gconv_problem *p;
  const operand_source *source; /* where it takes dst from: ic and oc have changed places */
  const float *dst;             /* the image */
  const float *wei;             /* packed [ocg][r][s][lane] */
  float *src;                   /* row 0 of the image in the vector's block */
  ptrdiff_t dst_block;          /* floats from one channel block to the next */
} dgrad_strip;

/* Computes row y of src in tiles of `columns`. */
typedef struct {
  void (*row)(const dgrad_strip *, int y);
  int columns;
} dgrad_tile;

/* Of two widths the one that computes fewer columns of a row twice; the first of equals. Narrow tiles are for rows that
 * no other fits, since half of their window is border. */
static inline const dgrad_tile *dgrad_better(const dgrad_tile *best, const dgrad_tile *other, int iw) {
  if (iw < other->columns) return best;
  if (!best) return other;
  if (other->columns == DGRAD_NARROW) return best;
  return gconv_round_up(iw, other->columns) < gconv_round_up(iw, best->columns) ? other : best;
}

/* NULL where the ISA has none or the row is narrower than every tile. _narrow: sums of `channels` = 1, 2, 4
 * or 8. */
const dgrad_tile *ISA_NAME(dgrad_stride2_narrow)(int channels, int kernel, int iw);
const dgrad_tile *ISA_NAME(dgrad_stride2_3x3)(operand_mode mode, int iw);

#endif
