/* tile_1x1_half.c - the tile of tile_1x1.c where the last vector of output channels is at most half full: that vector
 * is computed with half as many lanes.
 *
 * 72 channels fill four and a half vectors of sixteen. A core that takes vectors of 16 lanes in two passes (Zen 4)
 * needs one pass for the half, and others lose nothing. One group only: channels of two would need both operands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

#if V_HAS_HALF

/* NV whole vectors and the half after them, W columns, from every S-th pixel. */
INLINE void tile(const strip *a, const int S, const int NV, const int W, const float *src, float *dst) {
  const float *wei = a->wei;
  v_f32 acc[VECTORS_MAX][WIDE]; /* [NV][W] of it live in registers */
  v_half low[WIDE];             /* [W] */
  UNROLLED (v, NV)
    UNROLLED (x, W) acc[v][x] = v_zero();
  UNROLLED (x, W) low[x] = v_half_of(v_zero());
  for (int i = 0; i < a->i_last; i++, wei += VL) {
    const float *pixel = src + channel_offset(a->source->channel + i, a->g->src_block);
    const v_half w_low = v_half_of(v_load(wei + NV * a->wei_vector));
    v_f32 w[VECTORS_MAX];
    UNROLLED (v, NV) w[v] = v_load(wei + v * a->wei_vector);
    UNROLLED (x, W) {
      const v_f32 p = v_bcast(pixel + x * S * BLOCK);
      UNROLLED (v, NV) acc[v][x] = v_fma(p, w[v], acc[v][x]);
      low[x] = v_half_fma(v_half_of(p), w_low, low[x]);
    }
  }
  UNROLLED (v, NV)
    UNROLLED (x, W) v_store(dst + a->dst_vector[v] + x * BLOCK, acc[v][x]);
  UNROLLED (x, W) v_store(dst + a->dst_vector[NV] + x * BLOCK, v_of_half(low[x]));
}

INLINE void tiles(const strip *a, const int S, const int NV, const int W) {
  const float *src = a->src + (ptrdiff_t)a->y * S * a->g->src_row;
  float *const dst = a->dst + (ptrdiff_t)a->y * a->g->dst_row;
  for (ptrdiff_t x = a->x_first; x + W <= a->x_last; x += W) tile(a, S, NV, W, src + x * S * BLOCK, dst + x * BLOCK);
}

static void s1_v1(const strip *a) { tiles(a, 1, 0, WIDE); }
static void s1_v2(const strip *a) { tiles(a, 1, 1, WIDE); }
static void s1_v3(const strip *a) { tiles(a, 1, 2, THREES); }
static void s2_v1(const strip *a) { tiles(a, 2, 0, WIDE); }
static void s2_v2(const strip *a) { tiles(a, 2, 1, WIDE); }
static void s2_v3(const strip *a) { tiles(a, 2, 2, THREES); }

const microkernel *ISA_NAME(direct_1x1_half)(int stride, int vectors, int ow) {
  static const microkernel table[][VECTORS_MAX] = {{{s1_v1, 1, 1, WIDE, .taps_inner = false},
                                                    {s1_v2, 1, 2, WIDE, .taps_inner = false},
                                                    {s1_v3, 1, 3, THREES, .taps_inner = false}},
                                                   {{s2_v1, 1, 1, WIDE, .taps_inner = false},
                                                    {s2_v2, 1, 2, WIDE, .taps_inner = false},
                                                    {s2_v3, 1, 3, THREES, .taps_inner = false}}};
  const microkernel *tile = &table[stride - 1][vectors - 1];
  return tile->run && (stride == 1 || ow % tile->width == 0) ? tile : NULL;
}

#else

const microkernel *ISA_NAME(direct_1x1_half)(int stride, int vectors, int ow) {
  return (void)stride, (void)vectors, (void)ow, NULL;
}

#endif
