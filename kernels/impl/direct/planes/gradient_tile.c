/* gradient_tile.c - gradients of R output channels x C columns (an input channel and tap each), a vector of pixels at a
 * time: R + C loads for R x C FMAs. The lanes of a sum are added when its pixels are through. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"

enum { WIDEST = PLANES_GRADIENT_COLUMNS, MOST = 25 };

typedef v_f32 sums[MOST]; /* [R][C] of it live in registers */

INLINE v_f32 pixels(const float *p, const bool masked, v_mask rest) {
  return masked ? v_load_masked(rest, p) : v_load_once(p);
}

/* One vector of pixels, or the lanes `rest` of it; the smaller side stays in registers. */
INLINE void add_vector(const int R, const int C, const float *const dst[], const float *const in[], ptrdiff_t n,
                       const bool masked, v_mask rest, sums acc) {
  v_f32 kept[WIDEST];
  if (C <= R) {
    UNROLLED (c, C) kept[c] = pixels(in[c] + n, masked, rest);
    UNROLLED (r, R) {
      const v_f32 d = pixels(dst[r] + n, masked, rest);
      UNROLLED (c, C) acc[r * C + c] = v_fma_kept(kept[c], d, acc[r * C + c]);
    }
  } else {
    UNROLLED (r, R) kept[r] = pixels(dst[r] + n, masked, rest);
    UNROLLED (c, C) {
      const v_f32 x = pixels(in[c] + n, masked, rest);
      UNROLLED (r, R) acc[r * C + c] = v_fma_kept(kept[r], x, acc[r * C + c]);
    }
  }
}

INLINE void tile(const planes_sums *a, const int R, const int C) {
  const float *dst[PLANES_GRADIENT_ROWS], *in[WIDEST];
  sums acc;
  UNROLLED (r, R) dst[r] = a->dst + r * a->dst_channel;
  UNROLLED (c, C) in[c] = a->in[c];
  UNROLLED (k, R * C) acc[k] = v_zero();
  const ptrdiff_t whole = (ptrdiff_t)a->vectors * VL;
  for (int image = 0;;) {
    for (ptrdiff_t n = 0; n < whole; n += VL) add_vector(R, C, dst, in, n, false, v_mask_all(true), acc);
    if (a->rest) add_vector(R, C, dst, in, whole, true, v_mask_of(a->rest), acc);
    if (++image == a->images) break;
    UNROLLED (r, R) dst[r] += a->dst_image;
    UNROLLED (c, C) in[c] += a->src_image;
  }
  enum { FOUR = 4 };
  float sum[MOST + FOUR];
  UNROLLED (k, (R * C + FOUR - 1) / FOUR) {
    v_f32 x[FOUR];
    UNROLLED (j, FOUR) x[j] = k * FOUR + j < R * C ? acc[k * FOUR + j] : v_zero();
    v_sum4(sum + k * FOUR, x[0], x[1], x[2], x[3]);
  }
  UNROLLED (r, R) {
    float *wei = a->wei + r * a->wei_channel;
    UNROLLED (c, C) wei[c] = (a->fresh ? 0 : wei[c]) + sum[r * C + c];
  }
}

// clang-format off
#define TO_3(M, R) M(R, 1) M(R, 2) M(R, 3)
#define TO_4(M, R) TO_3(M, R) M(R, 4)
#define TO_5(M, R) TO_4(M, R) M(R, 5)
#define TO_6(M, R) TO_5(M, R) M(R, 6)
#define TO_8(M, R) TO_6(M, R) M(R, 7) M(R, 8)
#define TO_12(M, R) TO_8(M, R) M(R, 9) M(R, 10) M(R, 11) M(R, 12)
#if V_REGISTERS >= 32
#define ALL(M) TO_12(M, 1) TO_12(M, 2) TO_8(M, 3) TO_6(M, 4) TO_5(M, 5) TO_4(M, 6)
static const int widest[PLANES_GRADIENT_ROWS + 1] = {0, 12, 12, 8, 6, 5, 4};
#else
#define ALL(M) TO_12(M, 1) TO_6(M, 2) TO_4(M, 3) TO_3(M, 4)
static const int widest[PLANES_GRADIENT_ROWS + 1] = {0, 12, 6, 4, 3};
#endif
#define TILE(R, C) static void r##R##_c##C(const planes_sums *a) { tile(a, R, C); }
#define NAME(R, C) [R][C] = r##R##_c##C,
ALL(TILE)
static planes_gradient_tile *const table[PLANES_GRADIENT_ROWS + 1][WIDEST + 1] = {ALL(NAME)};
// clang-format on

planes_gradient_tile *ISA_NAME(planes_gradient_tile_of)(int rows, int columns) { return table[rows][columns]; }

int ISA_NAME(planes_gradient_widest)(int rows) { return widest[rows]; }
