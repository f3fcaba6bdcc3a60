/* output.c - the output transform A^T M A, tile by tile: rows of the tile, then columns to dst, both unrolled: a loop
 * over them takes F(6x6) a fifth longer. What a tile has beyond the image is not stored. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/transform.h"

/* A tile: M of it, floats from one xi to the next; its first output, floats from one row to the next; rows and columns
 * of it that are inside the image. */
typedef struct {
  const float *m;
  ptrdiff_t xi;
  float *dst;
  ptrdiff_t row;
  int rows, columns;
} output_tile;

/* whole: all of it is inside. */
INLINE void transform_tile(const int tile, const output_tile *t, const bool whole) {
  const int m = winograd_matrix[tile].m, alpha = m + COOK_TOOM_TAPS - 1;
  v_f32 half[COOK_TOOM_MAX][COOK_TOOM_ALPHA_MAX];
  UNROLLED (k, alpha) {
    v_f32 x[COOK_TOOM_ALPHA_MAX], y[COOK_TOOM_MAX];
    UNROLLED (j, alpha) x[j] = v_load(t->m + (k * alpha + j) * t->xi);
    output_1d(tile, x, y);
    UNROLLED (j, m) half[j][k] = y[j];
  }
  UNROLLED (j, m) {
    if (!whole && j >= t->columns) continue;
    v_f32 y[COOK_TOOM_MAX];
    output_1d(tile, half[j], y);
    UNROLLED (i, m)
      if (whole || i < t->rows) v_store(t->dst + i * t->row + (ptrdiff_t)j * BLOCK, y[i]);
  }
}

INLINE void transform(const int tile, const winograd_part *a, const float *in, float *dst) {
  const winograd_geometry *g = a->g;
  const int m = winograd_matrix[tile].m;
  for (int b = 0; b < a->blocks; b++)
    for (int lane = 0; lane < BLOCK; lane += VL) {
      tile_run run;
      for (int done = 0; done < a->count; done += run.count) {
        run = next_run(a, done, a->count);
        const int y = g->y_first + run.row * m, rows = g->y_last - y;
        float *out = dst + run.image * g->dst_image + (a->block + b) * g->dst_block + y * g->dst_row + lane;
        const float *from = in + b * a->at.block + (ptrdiff_t)done * BLOCK + lane;
        for (int t = 0; t < run.count; t++) {
          const int x = g->x_first + (run.column + t) * m, columns = g->x_last - x;
          const output_tile place = {.m = from + (ptrdiff_t)t * BLOCK,
                                     .xi = a->at.xi,
                                     .dst = out + (ptrdiff_t)x * BLOCK,
                                     .row = g->dst_row,
                                     .rows = rows,
                                     .columns = gconv_min(columns, m)};
          if (rows >= m && columns >= m)
            transform_tile(tile, &place, true);
          else
            transform_tile(tile, &place, false);
        }
      }
    }
}

static void output_f2(const winograd_part *a, const float *m, float *dst) { transform(WINOGRAD_F2, a, m, dst); }
static void output_f4(const winograd_part *a, const float *m, float *dst) { transform(WINOGRAD_F4, a, m, dst); }
static void output_f6(const winograd_part *a, const float *m, float *dst) { transform(WINOGRAD_F6, a, m, dst); }

winograd_output_fn *ISA_NAME(winograd_output)(int tile) {
  static winograd_output_fn *const table[WINOGRAD_TILES] = {output_f2, output_f4, output_f6};
  return table[tile];
}
