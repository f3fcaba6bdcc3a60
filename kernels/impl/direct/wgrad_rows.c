/* wgrad_rows.c - gradients of a 3x3 kernel, stride 1 or 2, dilation 1, with 16 registers: three taps of R kernel rows
 * for NI input indices, R * NI = 4, in twelve of them.
 *
 * Walks along a row of dst; its pixels slide through three registers, so that an operand, formed once, meets all taps
 * of its kernel row: at most 5 loads for 12 FMAs at stride 1. All nine taps of one index would need 10 loads for 9
 * FMAs. Taps whose input lies outside are left out, exactly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad.h"

#if V_REGISTERS < 32

enum { K = 3, MOST_ROWS = 3, MOST_INPUTS = 4 };

/* What a function is compiled for: constants, once it is inlined. */
typedef struct {
  operand_mode mode;
  int stride, inputs, rows;
} shape;

/* A row of dst and the rows of src that kernel rows meet there. */
typedef struct {
  const wgrad_strip *a;
  const float *dst;            /* pixel 0 */
  const float *src[MOST_ROWS]; /* channel 0 of the column of dst's pixel 0 and tap 0 */
  operand_at at[MOST_ROWS][MOST_INPUTS];
  v_mask second;
  int first, end; /* pixels of dst that the loop below can start from */
} dst_row;

typedef v_f32 gradients_of[MOST_ROWS][MOST_INPUTS][K];

/* Taps of one index at `column`; in groups of two and four the index says which lane of the group it is. */
INLINE v_f32 operand_of(const dst_row *row, const shape t, const int r, const int n, ptrdiff_t column) {
  const wgrad_strip *a = row->a;
#if V_HAS_SPREAD
  if (t.mode == SHUFFLE && t.inputs == 4) return v_spread4(v_load(v_forget(row->at[r][n].first) + column), n);
  if (t.mode == SHUFFLE && t.inputs == 2) return v_spread2(v_load(v_forget(row->at[r][n].first) + column), n);
#endif
  return operand((operand_image){a->source, row->src[r], a->src_block}, t.mode, &row->at[r][n], a->i + n, column,
                 (operand_lanes){.second = row->second});
}

/* Tap s of pixel x alone. */
INLINE void one_tap(const dst_row *row, const shape t, int x, const int s, gradients_of acc) {
  const v_f32 d = v_load(row->dst + (ptrdiff_t)x * BLOCK);
  UNROLLED (r, t.rows)
    UNROLLED (n, t.inputs)
      acc[r][n][s] = v_fma_kept(operand_of(row, t, r, n, ((ptrdiff_t)x * t.stride + s) * BLOCK), d, acc[r][n][s]);
}

/* Columns of src in order. At stride 1 column x meets tap 0 of pixel x, tap 1 of x - 1 and tap 2 of x - 2; at stride 2
 * column 2 x meets tap 0 of x and tap 2 of x - 1, and column 2 x + 1 tap 1 of x. */
INLINE void inner_pixels(const dst_row *row, const shape t, gradients_of acc) {
  const int S = t.stride;
  const float *dst = row->dst + (ptrdiff_t)row->first * BLOCK;
  v_f32 before = v_load(dst - BLOCK), last = S == 1 ? v_load(dst - 2 * BLOCK) : v_zero();
  ptrdiff_t column = (ptrdiff_t)row->first * S * BLOCK;
  for (int x = row->first; x < row->end; x++, dst += BLOCK, column += S * BLOCK) {
    const v_f32 d = v_load_once(dst);
    UNROLLED (r, t.rows)
      UNROLLED (n, t.inputs) {
        const v_f32 p = operand_of(row, t, r, n, column);
        acc[r][n][0] = v_fma_kept(p, d, acc[r][n][0]);
        if (S == 1) acc[r][n][1] = v_fma_kept(p, before, acc[r][n][1]);
        acc[r][n][2] = v_fma_kept(p, S == 1 ? last : before, acc[r][n][2]);
        if (S == 2) acc[r][n][1] = v_fma_kept(operand_of(row, t, r, n, column + BLOCK), d, acc[r][n][1]);
      }
    last = before;
    before = d;
  }
}

/* Pixels of dst by which the loop is ahead of tap s. */
INLINE int lag(const int S, int s) { return s / S; }

INLINE void add_row(const dst_row *row, const shape t, gradients_of acc) {
  const gconv_problem *p = row->a->p;
  if (row->first < row->end) inner_pixels(row, t, acc);
  UNROLLED (s, K) {
    const int64_t left = gconv_tap_origin(s, 0, p->pad_left);
    const gconv_range inside = gconv_outputs_inside(left, t.stride, p->iw, p->ow);
    const int done = row->first < row->end ? row->first - lag(t.stride, s) : inside.end;
    for (int x = inside.first; x < done; x++) one_tap(row, t, x, s, acc);
    if (row->first < row->end)
      for (int x = row->end - lag(t.stride, s); x < inside.end; x++) one_tap(row, t, x, s, acc);
  }
}

/* Pixels x whose columns for the loop are inside, with the pixels before them. */
INLINE void find_inner(const gconv_problem *p, const int S, dst_row *row) {
  const int columns = S == 1 ? 1 : 2;
  const int64_t first = gconv_ceil_div(p->pad_left, S), end = (p->iw + (int64_t)p->pad_left - columns) / S + 1;
  row->first = (int)gconv_max64(first, lag(S, K - 1));
  row->end = (int)gconv_min64(end, p->ow);
}

/* R kernel rows from r0 on, over the rows of the strip. */
INLINE void kernel_rows(const wgrad_strip *a, const shape t, const int r0) {
  const gconv_problem *p = a->p;
  float *gradient = a->wei + ((ptrdiff_t)a->i * K + r0) * K * VL;
  dst_row row = {.a = a, .second = v_mask_of(a->source->lanes[1])};
  find_inner(p, t.stride, &row);
  gradients_of acc; /* [rows][inputs][K] of it live in registers */
  UNROLLED (r, t.rows)
    UNROLLED (n, t.inputs)
      UNROLLED (s, K) acc[r][n][s] = wgrad_load(a, gradient + ((n * K + r) * K + s) * VL);
  for (int y = a->y_first; y < a->y_last; y++) {
    const int64_t top = (int64_t)y * t.stride - p->pad_top + r0;
    row.dst = a->dst + (ptrdiff_t)y * p->ow * BLOCK;
    UNROLLED (r, t.rows) {
      row.src[r] = a->src + (ptrdiff_t)((top + r) * p->iw - p->pad_left) * BLOCK;
      UNROLLED (n, t.inputs) row.at[r][n] = operand_for(a->source, t.mode, row.src[r], a->src_block, a->i + n);
    }
    if (top >= 0 && top + t.rows <= p->ih) {
      add_row(&row, t, acc);
      continue;
    }
    UNROLLED (r, t.rows) {
      if (t.rows == 1 || top + r < 0 || top + r >= p->ih) continue;
      dst_row one = row;
      one.src[0] = row.src[r];
      UNROLLED (n, t.inputs) one.at[0][n] = row.at[r][n];
      add_row(&one, (shape){t.mode, t.stride, t.inputs, 1}, &acc[r]);
    }
  }
  UNROLLED (r, t.rows)
    UNROLLED (n, t.inputs)
      UNROLLED (s, K) v_store(gradient + ((n * K + r) * K + s) * VL, acc[r][n][s]);
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int S, const int NI) {
  const int R = NI == 1 ? 3 : NI == 2 ? 2 : 1; /* kernel rows at once; what is left is less */
  kernel_rows(a, (shape){mode, S, NI, R}, 0);
  if (R < K) kernel_rows(a, (shape){mode, S, NI, 1}, R);
  if (R == 1) kernel_rows(a, (shape){mode, S, NI, 1}, 2);
}

// clang-format off
#define KERNEL(mode, S, NI) static void mode##_s##S##_i##NI(const wgrad_strip *a) { gradients(a, mode, S, NI); }
#define ROW(mode, S, NI) [mode] = {mode##_s##S##_i##NI, NI, 1, ALL_TAPS},
#if VL > 1
#define MODES(M, S, NI) M(SHUFFLE, S, NI) M(PERMUTE, S, NI) M(PERMUTE2, S, NI) M(BCAST, S, NI) M(MIX2, S, NI) M(MIX, S, NI)
#else
#define MODES(M, S, NI) M(BCAST, S, NI) /* one lane belongs to one group */
#endif
#define INPUTS(M, S) MODES(M, S, 1) MODES(M, S, 2) MODES(M, S, 3) MODES(M, S, 4)
#define ROWS(S) {{MODES(ROW, S, 1)}, {MODES(ROW, S, 2)}, {MODES(ROW, S, 3)}, {MODES(ROW, S, 4)}}
INPUTS(KERNEL, 1) INPUTS(KERNEL, 2)
static const wgrad_kernel table[][MOST_INPUTS][OPERANDS] = {ROWS(1), ROWS(2)};
// clang-format on

const wgrad_kernel *ISA_NAME(wgrad_3x3)(operand_mode mode, int stride, int inputs) {
  const wgrad_kernel *kernel = &table[stride - 1][gconv_min(inputs, MOST_INPUTS) - 1][mode];
  return kernel->run ? kernel : NULL;
}

#endif
