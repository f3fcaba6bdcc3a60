/* wgrad_3x3_stride2.h - gradients of a 3x3 kernel, stride 2, dilation 1: nine taps of NI input indices in registers.
 *
 * Walks over cells of two by two input pixels, one for each pixel of dst and one more in each direction. In padded
 * coordinates (u = x + pad) the even pixel of cell x meets tap 0 with dst column x and tap 2 with x - 1, the odd one
 * tap 1 with x; rows likewise. So each pixel's operand is formed once: four for nine FMAs of an index, where a walk
 * over dst needs six, and on Zen 4 a broadcast and an FMA compete for a port. Pixels and taps outside are left out,
 * exactly.
 *
 * A header, so that each number of input indices is a file of its own: clang 14 takes 8 seconds for the two files, and
 * 200 for one with both. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_3X3_STRIDE2_H
#define GCONV_DIRECT_WGRAD_3X3_STRIDE2_H

#include "impl/direct/wgrad_3x3.h"

enum { K = 3, TAPS = K * K };

/* A row of cells: the operands of its even and its odd row of pixels from column u = 0 on, and dst there and in the row
 * above. have: which rows of pixels there are; meet: which of dst, as bits. */
typedef struct {
  wgrad_input in[2];
  const float *dst[2];
  int have, meet;
} cells;

/* What to prefetch into L2 while a row of cells is walked: this pass's share of the row that takes its place in the
 * next strip, so that all passes together fetch all of it. Left to the first pass, which then waits for the memory, 16
 * images took 1.1 to 1.4 times as long (Zen 4). */
typedef struct {
  const float *src, *dst;
  ptrdiff_t step; /* from one cell to the next */
} share;

INLINE share share_of(const wgrad_strip *a, int row) {
  const gconv_problem *p = a->p;
  return (share){.src = a->src_ahead + ((ptrdiff_t)2 * row * p->iw + (ptrdiff_t)p->iw * a->pass / a->passes) * BLOCK,
                 .dst = a->dst_ahead + ((ptrdiff_t)row * p->ow + (ptrdiff_t)p->ow * a->pass / a->passes) * BLOCK,
                 .step = BLOCK / a->passes};
}

INLINE void fetch(const share *next, int iw, int x) {
  __builtin_prefetch(next->dst + x * next->step, 0, 2);
  UNROLLED (v, 2)
    UNROLLED (u, 2) __builtin_prefetch(next->src + (ptrdiff_t)v * iw * BLOCK + (2 * x + u) * next->step, 0, 2);
}

/* Cell x. pixels, meet: which columns of its pixels and of dst (its own, the one to the left) there are; HAVE, MEET:
 * the rows likewise. */
INLINE void cell(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET,
                 const int pixels, const int meets, int x, const v_f32 d[2][2], v_f32 acc[]) {
  UNROLLED (v, 2)
    UNROLLED (u, 2) {
      if (!(HAVE >> v & 1) || !(pixels >> u & 1)) continue;
      v_f32 in[2];
      UNROLLED (n, NI) in[n] = wgrad_operand(&row->in[v], mode, n, (ptrdiff_t)(2 * x + u) * BLOCK);
      UNROLLED (up, 2 - v)
        UNROLLED (left, 2 - u) {
          if (!(MEET >> up & 1) || !(meets >> left & 1)) continue;
          const int t = (v + 2 * up) * K + u + 2 * left;
          UNROLLED (n, NI) acc[n * TAPS + t] = v_fma(in[n], d[up][left], acc[n * TAPS + t]);
        }
    }
}

/* A cell at the side of the image. */
INLINE void edge_cell(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET, int x,
                      v_f32 acc[]) {
  const gconv_problem *p = row->in[0].a->p;
  const int c = 2 * x - p->pad_left;
  const int pixels = (c >= 0 && c < p->iw) | (c + 1 >= 0 && c + 1 < p->iw) << 1;
  const int meets = (x < p->ow) | (x > 0) << 1;
  v_f32 d[2][2];
  UNROLLED (up, 2)
    UNROLLED (left, 2)
      d[up][left] =
          MEET >> up & 1 && meets >> left & 1 ? v_load(row->dst[up] + (ptrdiff_t)(x - left) * BLOCK) : v_zero();
  cell(row, mode, NI, HAVE, MEET, pixels, meets, x, d, acc);
}

/* number: of the row in its strip. PREFETCH: the next strip comes from beyond the private caches. */
INLINE void cell_row(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET,
                     const bool PREFETCH, int number, v_f32 acc[]) {
  const gconv_problem *p = row->in[0].a->p;
  int first = (p->pad_left + 1) / 2, end = (p->iw + p->pad_left) / 2; /* whole cells */
  if (first < 1) first = 1;
  if (end > p->ow) end = p->ow;
  for (int x = 0; x < first && x <= p->ow; x++) edge_cell(row, mode, NI, HAVE, MEET, x, acc);
  const share next = PREFETCH ? share_of(row->in[0].a, number) : (share){.step = 0};
  v_f32 d[2][2] = {{v_zero(), v_zero()}, {v_zero(), v_zero()}};
  if (first < end)
    UNROLLED (up, 2)
      if (MEET >> up & 1) d[up][0] = v_load(row->dst[up] + (ptrdiff_t)(first - 1) * BLOCK);
  for (int x = first; x < end; x++) {
    UNROLLED (up, 2) {
      if (!(MEET >> up & 1)) continue;
      d[up][1] = d[up][0];
      d[up][0] = v_load(row->dst[up] + (ptrdiff_t)x * BLOCK);
    }
    cell(row, mode, NI, HAVE, MEET, 3, 3, x, d, acc);
    if (PREFETCH) fetch(&next, p->iw, x);
  }
  for (int x = end > first ? end : first; x <= p->ow; x++) edge_cell(row, mode, NI, HAVE, MEET, x, acc);
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int NI) {
  const gconv_problem *p = a->p;
  float *gradient = a->wei + (ptrdiff_t)a->i * TAPS * VL;
  v_f32 acc[2 * TAPS]; /* [NI][TAPS] of it live in registers */
  UNROLLED (t, NI * TAPS) acc[t] = wgrad_load(a, gradient + t * VL);
  for (int y = a->y_first; y <= a->y_last; y++) {
    const int q = 2 * y - p->pad_top;
    const ptrdiff_t place = ((ptrdiff_t)q * p->iw - p->pad_left) * BLOCK;
    cells row = {
        .in = {wgrad_input_at(a, mode, NI, place), wgrad_input_at(a, mode, NI, place + (ptrdiff_t)p->iw * BLOCK)},
        .dst = {a->dst + (ptrdiff_t)y * p->ow * BLOCK, a->dst + (ptrdiff_t)(y - 1) * p->ow * BLOCK},
        .have = (q >= 0 && q < p->ih) | (q + 1 >= 0 && q + 1 < p->ih) << 1,
        .meet = (y < a->y_last) | (y > a->y_first) << 1};
    const int number = y - 1 - a->y_first; /* the first row of cells is not among the whole ones */
    if (row.have == 3 && row.meet == 3 && a->prefetch)
      cell_row(&row, mode, NI, 3, 3, true, number, acc);
    else if (row.have == 3 && row.meet == 3)
      cell_row(&row, mode, NI, 3, 3, false, number, acc);
    else if (row.have == 3 && row.meet == 1)
      cell_row(&row, mode, NI, 3, 1, false, number, acc);
    else if (row.have & 1 && row.meet == 2)
      cell_row(&row, mode, NI, 1, 2, false, number, acc);
    else
      cell_row(&row, mode, NI, row.have, row.meet, false, number, acc);
  }
  UNROLLED (t, NI * TAPS) v_store(gradient + t * VL, acc[t]);
}

#endif
