/* input.c - the input transform V = B^T d B, a row of tiles at a time.
 *
 * Columns of pixels first, into a strip that stays in the L1 cache: the two columns that neighbouring tiles share are
 * transformed once. Then a row of all the strip's tiles after the other, straight to V, so that each of the alpha
 * streams that are written at a time gets consecutive lines. Pixels outside the image are zero. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/transform.h"

/* Tiles of a strip: the two columns between strips are transformed twice, and a strip of (m + 2) x STRIP_COLUMNS
 * vectors shares the L1 cache with the pixels and with what is written. 7 of F4 are 7 % faster than 4 on a Zen 4, of F6
 * slower. */
enum { STRIP_COLUMNS = 32 };
static const int strip_tiles[WINOGRAD_TILES] = {[WINOGRAD_F2] = 8, [WINOGRAD_F4] = 7, [WINOGRAD_F6] = 5};

typedef v_f32 strip_row[STRIP_COLUMNS];

/* One column of a tile's pixels, `row` floats apart; those of rows [low, high) are inside the image. */
typedef struct {
  const float *src;
  ptrdiff_t row;
  int low, high;
} pixel_column;

/* Transforms it to column c of the strip. whole: all rows are inside. */
INLINE void transform_column(const int tile, const bool whole, const pixel_column *p, strip_row *out, int c) {
  const int alpha = winograd_matrix[tile].m + COOK_TOOM_TAPS - 1;
  v_f32 x[COOK_TOOM_ALPHA_MAX], y[COOK_TOOM_ALPHA_MAX];
  UNROLLED (j, alpha) x[j] = whole || (j >= p->low && j < p->high) ? v_load(p->src + j * p->row) : v_zero();
  input_1d(tile, x, y);
  UNROLLED (k, alpha) out[k][c] = y[k];
}

INLINE void strip(const int tile, const winograd_geometry *g, const float *image, const tile_run *run, strip_row *out) {
  const int m = winograd_matrix[tile].m, alpha = m + COOK_TOOM_TAPS - 1, columns = run->count * m + COOK_TOOM_TAPS - 1;
  const int top = g->y_first + run->row * m - g->pad_top, left = g->x_first + run->column * m - g->pad_left;
  pixel_column pixels = {.src = image + top * g->src_row + (ptrdiff_t)left * BLOCK,
                         .row = g->src_row,
                         .low = top < 0 ? -top : 0,
                         .high = g->ih - top < alpha ? g->ih - top : alpha};
  for (int c = 0; c < columns; c++, pixels.src += BLOCK) {
    if (left + c < 0 || left + c >= g->iw)
      UNROLLED (k, alpha) out[k][c] = v_zero();
    else if (pixels.low == 0 && pixels.high == alpha)
      transform_column(tile, true, &pixels, out, c);
    else
      transform_column(tile, false, &pixels, out, c);
  }
}

INLINE void tile_rows(const int tile, const strip_row *strip, int count, ptrdiff_t xi, float *v) {
  const int m = winograd_matrix[tile].m, alpha = m + COOK_TOOM_TAPS - 1;
  for (int k = 0; k < alpha; k++)
    for (int t = 0; t < count; t++) {
      v_f32 x[COOK_TOOM_ALPHA_MAX], y[COOK_TOOM_ALPHA_MAX];
      UNROLLED (j, alpha) x[j] = strip[k][t * m + j];
      input_1d(tile, x, y);
      UNROLLED (j, alpha) v_store(v + (k * alpha + j) * xi + (ptrdiff_t)t * BLOCK, y[j]);
    }
}

INLINE void transform(const int tile, const winograd_part *a, const float *src, float *v) {
  const winograd_geometry *g = a->g;
  strip_row columns[COOK_TOOM_ALPHA_MAX];
  for (int b = 0; b < a->blocks; b++)
    for (int lane = 0; lane < BLOCK; lane += VL) {
      tile_run run;
      for (int done = 0; done < a->count; done += run.count) {
        run = next_run(a, done, strip_tiles[tile]);
        strip(tile, g, src + run.image * g->src_image + (a->block + b) * g->src_block + lane, &run, columns);
        tile_rows(tile, columns, run.count, a->at.xi, v + b * a->at.block + (ptrdiff_t)done * BLOCK + lane);
      }
    }
}

static void input_f2(const winograd_part *a, const float *src, float *v) { transform(WINOGRAD_F2, a, src, v); }
static void input_f4(const winograd_part *a, const float *src, float *v) { transform(WINOGRAD_F4, a, src, v); }
static void input_f6(const winograd_part *a, const float *src, float *v) { transform(WINOGRAD_F6, a, src, v); }

winograd_input_fn *ISA_NAME(winograd_input)(int tile) {
  static winograd_input_fn *const table[WINOGRAD_TILES] = {input_f2, input_f4, input_f6};
  return table[tile];
}
