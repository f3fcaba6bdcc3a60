/* wgrad_3x3_stride1.h - gradients of a 3x3 kernel, stride 1, dilation 1: nine taps of NI input indices in registers.
 *
 * Walks over the input: a pixel meets the nine dst pixels of a 3x3 window, which slides along the row in registers, so
 * that with NI = 2 eighteen FMAs need three loads of dst and two operands. Taps whose input lies outside are left out,
 * exactly; where a layer keeps its size its borders are written out like the rest, for they are two of a row's seven
 * pixels.
 *
 * A header, so that each number of input indices is a file of its own: the time that clang takes grows faster than the
 * number of microkernels in a file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_3X3_STRIDE1_H
#define GCONV_DIRECT_WGRAD_3X3_STRIDE1_H

#include "impl/direct/wgrad_3x3.h"

enum { K = 3, TAPS = K * K };

/* A row of the input and the dst rows it meets: tap (r, s) of column c finds its pixel at dst[r], column c - s. rows:
 * which of them are in the strip, as bits. */
typedef struct {
  wgrad_input in;
  const float *dst[K];
  int rows;
} input_row;

/* What a function is compiled for: constants, once it is inlined. rows: those of input_row, 0 if only known at run
 * time. */
typedef struct {
  operand_mode mode;
  int inputs, rows;
} shape;

/* Taps s_first to s_last of column c, dst read from memory. */
INLINE void edge_column(const input_row *row, const shape t, int c, const int s_first, const int s_last, v_f32 acc[]) {
  const operand_mode mode = t.mode;
  const int NI = t.inputs, rows = t.rows ? t.rows : row->rows;
  v_f32 x[2];
  UNROLLED (n, NI) x[n] = wgrad_operand(&row->in, mode, n, (ptrdiff_t)c * BLOCK);
  UNROLLED (r, K) {
    if (!(rows >> r & 1)) continue;
    UNROLLED (s, K) {
      if (s < s_first || s > s_last) continue;
      const v_f32 d = v_load(row->dst[r] + (ptrdiff_t)(c - s) * BLOCK);
      UNROLLED (n, NI) acc[n * TAPS + r * K + s] = v_fma(x[n], d, acc[n * TAPS + r * K + s]);
    }
  }
}

/* Columns [first, end), whose windows lie whole in dst. Column first + j finds pixel c - s in place j + 2 - s, modulo
 * 3. */
INLINE void inner_columns(const input_row *row, const shape t, int first, int end, v_f32 acc[]) {
  if (first >= end) return;
  const operand_mode mode = t.mode;
  const int NI = t.inputs, rows = t.rows ? t.rows : row->rows;
  v_f32 window[K][K]; /* [r][place] */
  UNROLLED (r, K)
    UNROLLED (s, K - 1)
      window[r][s] = rows >> r & 1 ? v_load(row->dst[r] + (ptrdiff_t)(first - 2 + s) * BLOCK) : v_zero();
  for (int c = first; c < end; c += K)
    UNROLLED (j, K) {
      if (c + j >= end) break;
      v_f32 x[2];
      UNROLLED (n, NI) x[n] = wgrad_operand(&row->in, mode, n, (ptrdiff_t)(c + j) * BLOCK);
      UNROLLED (r, K) {
        if (!(rows >> r & 1)) continue;
        window[r][(j + 2) % K] = v_load(row->dst[r] + (ptrdiff_t)(c + j) * BLOCK);
        UNROLLED (s, K) {
          const v_f32 d = window[r][(j + 2 - s) % K];
          UNROLLED (n, NI) acc[n * TAPS + r * K + s] = v_fma(x[n], d, acc[n * TAPS + r * K + s]);
        }
      }
    }
}

INLINE void same_columns(const input_row *row, const shape t, v_f32 acc[]) {
  const int end = row->in.a->p->iw - 1;
  edge_column(row, t, 0, 0, 1, acc);
  inner_columns(row, t, 1, end, acc);
  edge_column(row, t, end, 1, 2, acc);
}

/* Any border. */
INLINE void columns(const input_row *row, const shape t, v_f32 acc[]) {
  const gconv_problem *p = row->in.a->p;
  const int low = K - 1 - p->pad_left, high = p->ow - p->pad_left; /* whole windows */
  const int first = low > 0 ? low : 0, end = high < p->iw ? high : p->iw;
  for (int c = 0; c < p->iw; c++) {
    if (c >= first && c < end) continue;
    UNROLLED (s, K)
      if (c + p->pad_left - s >= 0 && c + p->pad_left - s < p->ow) edge_column(row, t, c, s, s, acc);
  }
  inner_columns(row, t, first, end, acc);
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int NI) {
  const gconv_problem *p = a->p;
  const bool same = p->pad_left == 1 && p->ow == p->iw && p->iw > 1;
  float *gradient = a->wei + (ptrdiff_t)a->i * TAPS * VL;
  v_f32 acc[2 * TAPS]; /* [NI][TAPS] of it live in registers */
  UNROLLED (t, NI * TAPS) acc[t] = wgrad_load(a, gradient + t * VL);
  for (int q = a->y_first - p->pad_top; q < a->y_last - p->pad_top + K - 1; q++) {
    if (q < 0 || q >= p->ih) continue;
    input_row row = {.in = wgrad_input_at(a, mode, NI, (ptrdiff_t)q * p->iw * BLOCK)};
    UNROLLED (r, K) {
      const int y = q + p->pad_top - r;
      row.dst[r] = a->dst + ((ptrdiff_t)y * p->ow + p->pad_left) * BLOCK;
      row.rows |= (y >= a->y_first && y < a->y_last) << r;
    }
    if (same && row.rows == 7)
      same_columns(&row, (shape){mode, NI, 7}, acc);
    else if (same && row.rows == 3)
      same_columns(&row, (shape){mode, NI, 3}, acc);
    else if (same && row.rows == 6)
      same_columns(&row, (shape){mode, NI, 6}, acc);
    else
      columns(&row, (shape){mode, NI, 0}, acc);
  }
  UNROLLED (t, NI * TAPS) v_store(gradient + t * VL, acc[t]);
}

#endif
