/* product.c - the products: for one xi, a run of tiles and one or two vectors of output channels,
 * m[tile] = sum_i operand_i(tile) * u_i.
 *
 * The register tile of a matrix product: 2 vectors x 14 tiles with 32 registers, or 1 x 14 where vectors do not share
 * their operands. A table has every width, so that a block of tiles is cut into nearly equal runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/winograd.h"

#if V_REGISTERS >= 32
enum { WIDE = 14 };
#else
enum { WIDE = 6 };
#endif

/* What a product is compiled for: constants, once it is inlined. width: tiles. */
typedef struct {
  operand_mode mode;
  int vectors, width;
} shape;

INLINE void sum_inputs(const winograd_product *a, const shape t, int first, int last, v_f32 acc[2][WIDE]) {
  const operand_source *o = a->source;
  const int NV = t.vectors, W = t.width;
  const v_mask second = v_mask_of(o->lanes[1]);
  for (int i = first; i < last; i++) {
    const operand_at at = operand_for(o, t.mode, a->v, a->v_block, i);
    v_f32 u[2];
    UNROLLED (n, NV) u[n] = v_load(a->wei + n * a->wei_vector + (ptrdiff_t)i * VL);
    UNROLLED (x, W) {
      const v_f32 v =
          operand((operand_image){o, a->v, a->v_block}, t.mode, &at, i, x * BLOCK, (operand_lanes){.second = second});
      UNROLLED (n, NV) acc[n][x] = v_fma(v, u[n], acc[n][x]);
    }
  }
}

INLINE void product(const winograd_product *a, const operand_mode mode, const int NV, const int W) {
  v_f32 acc[2][WIDE];
  UNROLLED (n, NV)
    UNROLLED (x, W) acc[n][x] = v_zero();
  if (mode == PERMUTE) {
    sum_inputs(a, (shape){SHUFFLE, NV, W}, 0, a->source->shuffled, acc);
    sum_inputs(a, (shape){PERMUTE, NV, W}, a->source->shuffled, a->source->icg, acc);
  } else {
    sum_inputs(a, (shape){mode, NV, W}, 0, a->source->icg, acc);
  }
  UNROLLED (n, NV)
    UNROLLED (x, W) v_store(a->m[n] + x * BLOCK, acc[n][x]);
}

// clang-format off
#define FUNCTION(mode, NV, W) static void mode##_v##NV##_w##W(const winograd_product *a) { product(a, mode, NV, W); }
#define NAME(mode, NV, W) mode##_v##NV##_w##W,
#define NARROW(M, mode, NV) M(mode, NV, 1) M(mode, NV, 2) M(mode, NV, 3) M(mode, NV, 4) M(mode, NV, 5) M(mode, NV, 6)
#if V_REGISTERS >= 32
#define WIDTHS(M, mode, NV) NARROW(M, mode, NV) M(mode, NV, 7) M(mode, NV, 8) M(mode, NV, 9) M(mode, NV, 10) \
  M(mode, NV, 11) M(mode, NV, 12) M(mode, NV, 13) M(mode, NV, 14)
#else
#define WIDTHS(M, mode, NV) NARROW(M, mode, NV)
#endif
#define MODES(M) M(LOAD, 1) M(SHUFFLE, 1) M(PERMUTE, 1) M(PERMUTE2, 1) M(BCAST, 1) M(BCAST, 2) M(MIX2, 1) M(MIX, 1)
#define FUNCTIONS(mode, NV) WIDTHS(FUNCTION, mode, NV)
#define TABLE(mode, NV) static winograd_product_fn *const table_##mode##_v##NV[WIDE] = {WIDTHS(NAME, mode, NV)};
MODES(FUNCTIONS)
MODES(TABLE)
// clang-format on

winograd_product_fn *const *ISA_NAME(winograd_products)(operand_mode mode, int vectors, int *width) {
  static winograd_product_fn *const *const single[OPERANDS] = {
      [LOAD] = table_LOAD_v1,       [SHUFFLE] = table_SHUFFLE_v1,
      [PERMUTE] = table_PERMUTE_v1, [PERMUTE2] = table_PERMUTE2_v1,
      [BCAST] = table_BCAST_v1,     [MIX2] = table_MIX2_v1,
      [MIX] = table_MIX_v1};
  *width = WIDE;
  return vectors == 2 ? table_BCAST_v2 : single[mode];
}
