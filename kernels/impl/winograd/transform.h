/* transform.h - both transforms in one dimension, on vectors of channels, unrolled from the constant matrices.
 *
 * Rows of B^T that belong to p and -p differ in the sign of their odd columns only, and columns of A^T in the sign of
 * odd rows: even and odd sums are formed once and added and subtracted, which halves the work (Lavin & Gray 2016). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_WINOGRAD_TRANSFORM_H
#define GCONV_WINOGRAD_TRANSFORM_H

#include "impl/winograd/winograd.h"

/* sum + c x for a constant c. `first`: there is no sum yet. */
INLINE v_f32 add_term(v_f32 sum, const float *c, v_f32 x, bool first) {
  if (first) return *c == 1 ? x : *c == -1 ? v_sub(v_zero(), x) : v_mul(v_bcast(c), x);
  return *c == 1 ? v_add(sum, x) : *c == -1 ? v_sub(sum, x) : v_fma(v_bcast(c), x, sum);
}

/* Columns `first`, `first` - `step`, ... of a row of B^T times x. The polynomials are monic: from the top, no sum
 * begins with a multiplication more often than it must. */
INLINE v_f32 row_sum(const float *row, int first, int step, const v_f32 *x) {
  v_f32 sum = v_zero();
  bool empty = true;
  UNROLLED (i, COOK_TOOM_ALPHA_MAX) {
    const int j = first - i * step;
    if (j < 0 || row[j] == 0) continue;
    sum = add_term(sum, &row[j], x[j], empty);
    empty = false;
  }
  return sum;
}

/* y = B^T x */
INLINE void input_1d(const int tile, const v_f32 *x, v_f32 *y) {
  const winograd_matrices *t = &winograd_matrix[tile];
  const int last = t->m + COOK_TOOM_TAPS - 2;
  y[0] = row_sum(t->bt[0], last, 1, x);
  y[last] = row_sum(t->bt[last], last, 1, x);
  UNROLLED (pair, (last - 1) / 2) {
    const int k = 1 + 2 * pair;
    const v_f32 even = row_sum(t->bt[k], last - 1, 2, x), odd = row_sum(t->bt[k], last - 2, 2, x);
    y[k] = v_add(even, odd);
    y[k + 1] = v_sub(even, odd);
  }
}

/* y = A^T x */
INLINE void output_1d(const int tile, const v_f32 *x, v_f32 *y) {
  const winograd_matrices *t = &winograd_matrix[tile];
  const int last = t->m + COOK_TOOM_TAPS - 2;
  v_f32 half[2][COOK_TOOM_ALPHA_MAX / 2]; /* sums and differences of pairs */
  UNROLLED (pair, (last - 1) / 2) {
    half[0][pair] = v_add(x[1 + 2 * pair], x[2 + 2 * pair]);
    half[1][pair] = v_sub(x[1 + 2 * pair], x[2 + 2 * pair]);
  }
  UNROLLED (i, t->m) {
    y[i] = half[i % 2][0]; /* the first pair is 1 and -1 */
    UNROLLED (pair, (last - 1) / 2)
      if (pair) y[i] = add_term(y[i], &t->at[i][1 + 2 * pair], half[i % 2][pair], false);
    if (i == 0) y[i] = v_add(y[i], x[0]);
    if (i == t->m - 1) y[i] = v_add(y[i], x[last]);
  }
}

/* Tiles of a part that lie in one row of one image. */
typedef struct {
  int image, row, column, count;
} tile_run;

INLINE tile_run next_run(const winograd_part *a, int done, int most) {
  const winograd_geometry *g = a->g;
  const int64_t tile = a->first + done;
  const int column = (int)(tile % g->columns);
  int count = a->count - done;
  if (count > g->columns - column) count = g->columns - column;
  if (count > most) count = most;
  return (tile_run){.image = (int)(tile / g->columns / g->rows),
                    .row = (int)(tile / g->columns % g->rows),
                    .column = column,
                    .count = count};
}

#endif
