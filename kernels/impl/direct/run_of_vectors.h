/* run_of_vectors.h - the operands of one to three vectors that run together and the columns of their tile: shared by
 * the tap tile, the 1x1 tile, the image tile, the tile for one group and, its border, that for any depthwise kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_RUN_OF_VECTORS_H
#define GCONV_DIRECT_RUN_OF_VECTORS_H

#include "impl/direct/direct.h"

/* Columns for one or two vectors and for three: as many accumulators as the registers hold beside the operands. Seven
 * divides the maps of ImageNet networks. Narrow tiles are for short rows and for what is left of a row. */
#if V_REGISTERS >= 32
#define WIDE   14
#define NARROW 7
#define THREES 7
#else
#define WIDE   6
#define NARROW 3
#define THREES 4
#endif

/* What a tile is compiled for: constants, once it is inlined. mixed: the vector that has lanes of two groups (MIX2).
 * stride: 0 if only known at run time. */
typedef struct {
  operand_mode mode;
  int mixed, stride, vectors, width;
  bool nhwc;
} tile_shape;

/* Columns [first, end) of a tile; where `tested`, only those whose bit is set in `inside`. */
typedef struct {
  int first, end;
  bool tested;
  uint32_t inside;
} tile_columns;

/* Columns [low, high) of a tile of `width` at x0 whose input for tap s is inside the row, as bits. */
INLINE uint32_t columns_inside(const geometry *g, const int stride, int x0, int width, int s) {
  const int64_t first = (int64_t)x0 * stride + (int64_t)s * g->step_w - g->pad_left;
  const int64_t low = first >= 0 ? 0 : (-first + stride - 1) / stride;
  const int64_t room = (int64_t)g->iw - 1 - first;
  const int64_t end = room < 0 ? 0 : room / stride + 1;
  const int64_t high = end < width ? end : width;
  return low >= high ? 0 : ((1u << high) - 1) & ~((1u << low) - 1);
}

/* All columns of a whole tile are inside for every tap. */
INLINE bool all_inside(const geometry *g, int x0, int width) {
  const int64_t first = (int64_t)x0 * g->stride_w - g->pad_left;
  return first >= 0 && first + (int64_t)(width - 1) * g->stride_w + (int64_t)(g->kw - 1) * g->step_w < g->iw;
}

/* The operands of the tile's vectors at one pixel, BCAST or MIX2: the mixed vector of the latter has lanes of both
 * groups, those before it are in the first and those after it in the second. */
INLINE void run_operands(const tile_shape t, const operand_at *at, ptrdiff_t pixel, const v_mask lanes[2],
                         v_f32 p[VECTORS_MAX]) {
  const int X = t.mixed, NV = t.vectors;
  if (t.mode == BCAST) {
    const v_f32 all = v_bcast(at->first + pixel);
    UNROLLED (v, NV) p[v] = all;
    return;
  }
  const bool heads = X > 0, tails = X < NV - 1;
  const v_f32 head = heads || !tails ? v_bcast(at->first + pixel) : v_zero();
  const v_f32 tail = tails ? v_bcast(at->second + pixel) : v_zero();
  UNROLLED (v, NV) p[v] = v < X ? head : tail;
  if (heads && tails)
    p[X] = v_select(lanes[1], tail, head);
  else if (tails)
    p[X] = v_bcast_into(tail, lanes[0], at->first + pixel);
  else
    p[X] = v_bcast_into(head, lanes[1], at->second + pixel);
}

#endif
