/* tile_3x3_row.c - 3x3, stride 1 or 2, dilation 1, with 16 registers: one output row x W columns, the three taps of a
 * kernel row for one input index beside them.
 *
 * Each operand is formed once per kernel row and meets its taps in registers: with W = 10 that is 15 loads for 30 FMAs,
 * 24 at stride 2; in groups of two and four channels an operand is one instruction, a shuffle of memory. Columns three
 * apart follow each other, so that neighbouring FMAs do not wait for one accumulator. A row is cut into tiles that
 * differ by one column at most. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"

#if ROWS_3X3

enum { KW = 3, WIDEST = 10, STRIDES = 2 };

/* OWN2, OWN4: groups of two and four channels, whose operands need no lane numbers. */
typedef enum { BY_MODE, OWN2, OWN4 } pattern;

/* What a tile is compiled for: constants, once it is inlined. */
typedef struct {
  operand_mode mode;
  pattern own;
  int stride, width;
} shape;

/* One kernel row of a tile. */
typedef struct {
  const strip *a;
  const float *src; /* the window's first column in the input row, channel 0 of the image */
  const float *wei; /* the kernel row's first tap for input index 0 */
  bool left, right; /* whether the window's first and last columns are inside */
  v_mask second;
} kernel_row;

typedef struct {
  operand_at at;
  int i;
  v_f32 tap[KW];
} input_index;

INLINE v_f32 operand_of(const kernel_row *row, const shape t, const input_index *of, const int n, ptrdiff_t column) {
  const operand_image image = {row->a->source, row->src, row->a->g->src_block};
#if V_HAS_SPREAD
  if (t.own == OWN4) return v_spread4(v_load(v_forget(of->at.first) + column), n);
  if (t.own == OWN2) return v_spread2(v_load(v_forget(of->at.first) + column), n);
#endif
  return operand(image, t.mode, &of->at, of->i, column, (operand_lanes){.second = row->second});
}

/* Window columns from, from + step, ...: no two neighbours of them meet one accumulator. */
INLINE void visit(const kernel_row *row, const shape t, const input_index *of, const int n, const int from,
                  const int step, v_f32 acc[WIDEST]) {
  const int S = t.stride, columns = (t.width - 1) * S + KW;
  UNROLLED (j, (columns - from + step - 1) / step) {
    const int c = from + j * step;
    if ((c == 0 && !row->left) || (c == columns - 1 && !row->right)) continue;
    const v_f32 p = operand_of(row, t, of, n, c * BLOCK);
    UNROLLED (s, KW) {
      const int x = (c - s) / S;
      if (c < s || (c - s) % S || x >= t.width) continue;
      acc[x] = v_fma_kept(p, of->tap[s], acc[x]);
    }
  }
}

/* n: the index in groups of two and four. */
INLINE void add_index(const kernel_row *row, const shape t, int i, const int n, v_f32 acc[WIDEST]) {
  const float *wei = row->wei + (ptrdiff_t)i * KW * KW * VL;
  input_index of = {.at = operand_for(row->a->source, t.mode, row->src, row->a->g->src_block, i), .i = i};
  UNROLLED (s, KW) of.tap[s] = v_load_once(wei + s * VL);
  const int apart = t.stride == 1 ? 3 : 4;
  visit(row, t, &of, n, 0, apart, acc);
  if (t.stride == 1) visit(row, t, &of, n, 1, apart, acc);
  visit(row, t, &of, n, 2, apart, acc);
  if (t.stride == 2) visit(row, t, &of, n, 1, 2, acc);
}

INLINE void add_row(const kernel_row *row, const shape t, v_f32 acc[WIDEST]) {
  const int own = t.own == OWN4 ? 4 : t.own == OWN2 ? 2 : 0;
  UNROLLED (n, own) add_index(row, t, n, n, acc);
  if (!own)
    for (int i = row->a->i_first; i < row->a->i_last; i++) add_index(row, t, i, 0, acc);
}

INLINE void tile(const strip *a, const shape t, int x0) {
  const geometry *g = a->g;
  const int columns = (t.width - 1) * t.stride + KW, left = x0 * t.stride - g->pad_left;
  const int top = a->y * t.stride - g->pad_top;
  float *const dst = a->dst + (ptrdiff_t)a->y * g->dst_row + (ptrdiff_t)x0 * BLOCK;
  kernel_row row = {
      .a = a, .left = left >= 0, .right = left + columns <= g->iw, .second = v_mask_of(a->source->lanes[1])};
  v_f32 acc[WIDEST]; /* [width] of it live in registers */
  UNROLLED (x, t.width) acc[x] = v_zero();
  if (a->accumulate)
    UNROLLED (x, t.width) acc[x] = v_load(dst + x * BLOCK);
  for (int r = top < 0 ? -top : 0; r < KW && top + r < g->ih; r++) {
    row.src = a->src + (ptrdiff_t)(top + r) * g->src_row + (ptrdiff_t)left * BLOCK;
    row.wei = a->wei + r * KW * VL;
    add_row(&row, t, acc);
  }
  UNROLLED (x, t.width) v_store(dst + x * BLOCK, acc[x]);
}

// clang-format off
#define TILE(mode, own, S, W) \
  static __attribute__((noinline)) void mode##_##own##_s##S##_w##W(const void *a, int x0) { tile(a, (shape){mode, own, S, W}, x0); }
#define NAME(mode, own, S, W) [W] = mode##_##own##_s##S##_w##W,
#define WIDTHS(M, mode, own, S) \
  M(mode, own, S, 4) M(mode, own, S, 5) M(mode, own, S, 6) M(mode, own, S, 7) M(mode, own, S, 8) M(mode, own, S, 9) M(mode, own, S, 10)
#define STRIP(mode, own, S) \
  WIDTHS(TILE, mode, own, S) \
  static void mode##_##own##_s##S(const strip *a) { \
    static tile_of_width *const by_width[] = {WIDTHS(NAME, mode, own, S)}; \
    run_balanced(a, (gconv_range){a->x_first, a->x_last}, by_width, WIDEST); \
  }
#define ROW(mode, own, S) [own][S - 1][mode] = {mode##_##own##_s##S, 1, 1, WIDEST, .taps_inner = true, .any_width = true},
#define MODES(M, S) \
  M(PERMUTE, BY_MODE, S) M(PERMUTE2, BY_MODE, S) M(BCAST, BY_MODE, S) M(MIX2, BY_MODE, S) M(MIX, BY_MODE, S) \
  M(SHUFFLE, OWN2, S) M(SHUFFLE, OWN4, S)
MODES(STRIP, 1) MODES(STRIP, 2)
static const microkernel table[OWN4 + 1][STRIDES][OPERANDS] = {MODES(ROW, 1) MODES(ROW, 2)};
// clang-format on

const microkernel *ISA_NAME(direct_3x3_row)(const gconv_problem *p, operand_mode mode) {
  const pattern own = mode != SHUFFLE ? BY_MODE : p->icg == 2 ? OWN2 : OWN4;
  const microkernel *tile = &table[own][p->stride_w - 1][mode];
  return tile->run && p->ow >= NARROWEST ? tile : NULL;
}

#else

const microkernel *ISA_NAME(direct_3x3_row)(const gconv_problem *p, operand_mode mode) {
  return (void)p, (void)mode, NULL;
}

#endif
