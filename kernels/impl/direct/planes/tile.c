/* tile.c - the matrix product of a strip: R output channels x W vectors of pixels in registers.
 *
 * The smaller side stays in registers, the other one is loaded once for each of its members: at 4 x 3 seven loads serve
 * twelve FMAs. Tiles are cut so that they differ by one vector at most. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"

enum { WIDEST = 12 };

typedef v_f32 sums[PLANES_ROWS][WIDEST]; /* [R][W] of it live in registers */

/* One input of one tap. */
INLINE void add_input(const int R, const int W, const float *src, const float *wei, sums acc) {
  v_f32 kept[WIDEST]; /* the smaller side */
  if (R <= W) {
    UNROLLED (r, R) kept[r] = v_bcast(wei + r);
    UNROLLED (v, W) {
      const v_f32 pixels = R > 1 ? v_load_once(src + v * VL) : v_load(src + v * VL);
      UNROLLED (r, R) acc[r][v] = v_fma_kept(kept[r], pixels, acc[r][v]);
    }
  } else {
    UNROLLED (v, W) kept[v] = v_load_once(src + v * VL);
    UNROLLED (r, R) {
      if (W == 1) {
        acc[r][0] = v_fma_bcast(wei + r, kept[0], acc[r][0]);
        continue;
      }
      const v_f32 w = v_bcast(wei + r);
      UNROLLED (v, W) acc[r][v] = v_fma_kept(w, kept[v], acc[r][v]);
    }
  }
}

/* v_forget: GCC 12, which makes vectors of single lanes, would load the pixels of the next channel along with each,
 * also of the one behind the last. */
INLINE void tile(const planes_product *a, const int R, const int W, ptrdiff_t n) {
  const ptrdiff_t channel = a->src_channel;
  const float *wei = a->wei;
  sums acc;
  UNROLLED (r, R)
    UNROLLED (v, W) acc[r][v] = v_zero();
  for (int t = 0; t < a->taps; t++) {
    const float *src = a->src + a->tap[t] + n;
    for (int i = 0; i < a->inputs; i++, src = v_forget(src + channel), wei += R) add_input(R, W, src, wei, acc);
  }
  float *const dst = a->dst + n;
  UNROLLED (r, R)
    UNROLLED (v, W) v_store(dst + r * a->dst_channel + v * VL, acc[r][v]);
}

/* R output channels: 1 to as many vectors of each as the registers hold. */
// clang-format off
#define TO_2(M, R) M(R, 1) M(R, 2)
#define TO_3(M, R) TO_2(M, R) M(R, 3)
#define TO_4(M, R) TO_3(M, R) M(R, 4)
#define TO_5(M, R) TO_4(M, R) M(R, 5)
#define TO_6(M, R) TO_5(M, R) M(R, 6)
#define TO_8(M, R) TO_6(M, R) M(R, 7) M(R, 8)
#define TO_10(M, R) TO_8(M, R) M(R, 9) M(R, 10)
#define TO_12(M, R) TO_10(M, R) M(R, 11) M(R, 12)
#if V_REGISTERS >= 32
#define ALL(M) \
  TO_12(M, 1) TO_12(M, 2) TO_8(M, 3) TO_6(M, 4) TO_5(M, 5) TO_4(M, 6) TO_4(M, 7) TO_3(M, 8)
static const int widest[PLANES_ROWS + 1] = {0, 12, 12, 8, 6, 5, 4, 4, 3};
#else
#define ALL(M) TO_12(M, 1) TO_6(M, 2) TO_4(M, 3) TO_3(M, 4) TO_2(M, 5) TO_2(M, 6)
static const int widest[PLANES_ROWS + 1] = {0, 12, 6, 4, 3, 2, 2};
#endif
#define TILE(R, W) static void r##R##_w##W(const planes_product *a, ptrdiff_t n) { tile(a, R, W, n); }
#define NAME(R, W) [R][W] = r##R##_w##W,
ALL(TILE)
static planes_tile *const table[PLANES_ROWS + 1][WIDEST + 1] = {ALL(NAME)};
// clang-format on

planes_tile *ISA_NAME(planes_tile_of)(int rows, int vectors) { return table[rows][vectors]; }

int ISA_NAME(planes_widest)(int rows) { return widest[rows]; }
