/* tile_rows_3x3.c - depthwise 3x3, stride 1 or 2, with 16 registers: row by row, the nine taps of a vector in registers
 * beside four or five sums.
 *
 * There is no room for unfinished rows (tile_columns.c), nor for a wide row beside the taps. But the taps stay where
 * they are for all tiles of a row, a pixel is loaded once for the three taps that meet it, and as sums of one tile wait
 * for each other those of the next are under way: 36 FMAs, 18 loads and 4 stores a tile. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/taps.h"
#include "impl/direct/direct.h"

#if V_REGISTERS < 32 && VL > 1

enum { K = 3, WIDEST = 5 };

/* A vector of a block: its taps, and an output row: the input row of its first tap, the kernel rows inside. */
typedef struct {
  const geometry *g;
  v_f32 tap[K * K];
  const float *src;
  gconv_range rows;
} output_row;

INLINE void tile(const output_row *row, const int S, const int W, int x0, float *dst) {
  const int columns = (W - 1) * S + K, left = x0 * S - row->g->pad_left;
  const bool first = left >= 0, last = left + columns <= row->g->iw;
  const float *src = row->src + (ptrdiff_t)left * BLOCK;
  v_f32 acc[WIDEST]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  UNROLLED (r, K) {
    if (r >= row->rows.first && r < row->rows.end)
      UNROLLED (c, columns) {
        if ((c == 0 && !first) || (c == columns - 1 && !last)) continue;
        const v_f32 p = v_load_once(src + c * BLOCK);
        UNROLLED (s, K)
          if (c >= s && (c - s) % S == 0 && (c - s) / S < W)
            acc[(c - s) / S] = v_fma(p, row->tap[r * K + s], acc[(c - s) / S]);
      }
    src += row->g->src_row;
  }
  UNROLLED (x, W) v_store(dst + x * BLOCK, acc[x]);
}

INLINE void rows(const strip *a, const int S, const int W) {
  const geometry *g = a->g;
  for (int y = a->y; y < a->y_last; y++)
    for (int v = 0; v < BLOCK_VECTORS; v++) {
      const int top = y * S - g->pad_top;
      output_row row = {.g = g, .rows = gconv_outputs_inside(top, 1, g->ih, K)};
      UNROLLED (k, K * K) row.tap[k] = v_load_once(a->wei + v * a->wei_vector + k * VL);
      row.src = a->src + v * VL + channel_offset(a->source->channel, g->src_block) + (ptrdiff_t)top * g->src_row;
      float *const dst = a->dst + v * VL + (ptrdiff_t)y * g->dst_row;
      for (int x = 0; x < g->ow; x += W) {
        const int x0 = x + W <= g->ow ? x : g->ow - W;
        tile(&row, S, W, x0, dst + (ptrdiff_t)x0 * BLOCK);
      }
    }
}

// clang-format off
#define STRIP(S, W) static void s##S##_w##W(const strip *a) { rows(a, S, W); }
#define ROW(S, W) {s##S##_w##W, ALL_ROWS, BLOCK_VECTORS, W, .taps_inner = true}
STRIP(1, 5) STRIP(1, 4) STRIP(2, 5) STRIP(2, 4)
static const microkernel table[2][2] = {{ROW(1, 5), ROW(1, 4)}, {ROW(2, 5), ROW(2, 4)}};
// clang-format on

/* The width that computes the fewest columns twice; best_width takes four only where no other fits. */
const microkernel *ISA_NAME(direct_rows_3x3)(int stride, int ow) {
  const microkernel *of_stride = table[stride - 1];
  const bool fewer = ow >= 5 && columns_computed(5, ow) < columns_computed(4, ow);
  return ow < 4 ? NULL : fewer ? &of_stride[0] : &of_stride[1];
}

#else

const microkernel *ISA_NAME(direct_rows_3x3)(int stride, int ow) { return (void)stride, (void)ow, NULL; }

#endif
