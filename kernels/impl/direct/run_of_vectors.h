/* run_of_vectors.h - the operands of one to three vectors that run together: shared by the tap tile and the 1x1 tile.
 */
#ifndef GCONV_DIRECT_RUN_OF_VECTORS_H
#define GCONV_DIRECT_RUN_OF_VECTORS_H

#include "impl/direct/direct.h"

/* Columns for one or two vectors and for three: as many accumulators as the registers hold beside the operands. Seven
 * divides the maps of ImageNet networks. Narrow tiles are for short rows and for what is left of a row. */
#if defined(GCONV_ISA_IS_avx512)
#define WIDE   14
#define NARROW 7
#define THREES 7
#else
#define WIDE   6
#define NARROW 3
#define THREES 4
#endif

/* The operands of NV vectors at one pixel, BCAST or MIX2: vector X of the latter has lanes of both groups, those before
 * it are in the first and those after it in the second. */
INLINE void run_operands(const operand_mode mode, const int X, const int NV, const operand_at *at, ptrdiff_t pixel,
                         const v_mask lanes[2], v_f32 p[VECTORS_MAX]) {
  if (mode == BCAST) {
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
