/* tile_depthwise.c - depthwise, kernels of 3, 5 and 7 columns and any number of rows, stride 1 or 2 along a row: one
 * output row, W columns, each input pixel loaded once per kernel row.
 *
 * icg = ocg = 1, so the operand is the pixel itself and there is no sum over channels: K*K FMAs per output vector. A
 * kernel row's taps stay in registers while (W-1)*S + K pixels pass by, each feeding up to K accumulators: below 0.5
 * loads per FMA. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"

INLINE void tile(const strip *a, const int K, const int S, const int W, int x0) {
  const geometry *g = a->g;
  const int columns = (W - 1) * S + K, edge = (K - 1) / 2;
  const int top = a->y * g->stride_h - g->pad_top, left = x0 * S - g->pad_left;
  const float *src = a->src + channel_offset(a->source->channel, g->src_block);
  float *dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;
  v_f32 acc[14]; /* [W] of it live in registers */
  UNROLLED (x, W) acc[x] = v_zero();
  for (int r = top < 0 ? -top : 0; r < g->kh && top + r < g->ih; r++) {
    const ptrdiff_t origin = (ptrdiff_t)(top + r) * g->src_row + (ptrdiff_t)left * BLOCK;
    const float *wei = a->wei + (ptrdiff_t)r * K * VL;
    v_f32 w[7];
    UNROLLED (s, K) w[s] = v_load(wei + s * VL);
    UNROLLED (c, columns) {
      const bool maybe_outside = c < edge || c >= columns - edge;
      const bool inside = !maybe_outside || (unsigned)(left + c) < (unsigned)g->iw;
      if (K > 3 && !inside) continue; /* of three taps the test costs more than a mask */
      const v_f32 p = K == 3 && maybe_outside ? v_load_masked(v_mask_all(inside), src + origin + c * BLOCK)
                                              : v_load_once(src + origin + c * BLOCK);
      UNROLLED (s, K) {
        const int x = (c - s) / S;
        if (c >= s && (c - s) % S == 0 && x < W) acc[x] = v_fma(p, w[s], acc[x]);
      }
    }
  }
  store_row(a, W, 0, dst, acc);
}

INLINE strip vector_of_block(const strip *a, int v) {
  strip one = *a;
  one.src += v * VL;
  one.dst += v * VL;
  one.wei += v * a->wei_vector;
  return one;
}

INLINE void tiles(const strip *a, const int K, const int S, const int W) {
  for (int v = 0; v < BLOCK_VECTORS; v++) {
    const strip one = vector_of_block(a, v);
    for (int x = a->x_first; x < a->x_last; x += W) tile(&one, K, S, W, x + W <= a->x_last ? x : a->x_last - W);
  }
}

#define STRIP(K, S, W)                                                                                                 \
  static void k##K##_s##S##_w##W(const strip *a) { tiles(a, K, S, W); }
#define KERNELS(W) STRIP(3, 1, W) STRIP(3, 2, W) STRIP(5, 1, W) STRIP(5, 2, W) STRIP(7, 1, W) STRIP(7, 2, W)
#define ROW(K, S, W)                                                                                                   \
  { k##K##_s##S##_w##W, 1, BLOCK_VECTORS, W, .taps_inner = true }
#define TABLE(W)                                                                                                       \
  {                                                                                                                    \
    {ROW(3, 1, W), ROW(3, 2, W)}, {ROW(5, 1, W), ROW(5, 2, W)}, { ROW(7, 1, W), ROW(7, 2, W) }                         \
  }

KERNELS(7)
KERNELS(5)
KERNELS(4)
#if V_REGISTERS >= 32
KERNELS(14) static const microkernel table[][3][2] = {TABLE(14), TABLE(7), TABLE(5), TABLE(4)};
#else
static const microkernel table[][3][2] = {TABLE(7), TABLE(5), TABLE(4)};
#endif

const microkernel *ISA_NAME(direct_depthwise)(int kernel, int stride, int ow) {
  return best_width(&table[0][(kernel - 3) / 2][stride - 1], sizeof table / sizeof *table,
                    sizeof *table / sizeof ***table, ow);
}
