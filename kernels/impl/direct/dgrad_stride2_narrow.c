/* dgrad_stride2_narrow.c - the gradient of src at stride 2 where N = 1, 2, 4 or 8 channels of dst are summed:
 * depthwise 3x3, 5x5, 7x7 and groups of 2, 4 or 8 with 3x3.
 *
 * The tile of dgrad_stride2_3x3.c with all loops over taps and channels written out, one code for rows of src that
 * begin with kernel row 0 and one for those that begin with 1: with 2 to 18 FMAs for a stored vector, the branches
 * and masks of the general tile took a third of the time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/dgrad_stride2_tile.h"

#if V_HAS_SPREAD

/* Input index i of N, as common/operand_source.h numbers them. */
INLINE v_f32 lanes_of(v_f32 pixel, const int N, const int i) {
#if V_HAS_FOURS
  if (N == 8) return v_spread4(i < 4 ? pixel : v_swap4(pixel), i % 4);
#endif
  return N == 1 ? pixel : N == 2 ? v_spread2(pixel, i) : v_spread4(pixel, i);
}

/* What a tile is compiled for: constants, once it is inlined. row: kernel rows row, row + 2, ...; odd: its first u is;
 * whole: all kernel rows are inside. */
typedef struct {
  int channels, kernel, width, row, odd;
  bool whole;
} shape;

/* One kernel row. begin: nothing was summed before; the first product of a sum needs no FMA. */
INLINE void sum_row(const shape t, const dgrad_borders *border, const bool begin, const float *dst, const float *wei,
                    v_f32 acc[DGRAD_WIDEST]) {
  const int N = t.channels, K = t.kernel, W = t.width, FIRST = t.odd;
  const int low = DGRAD_LOW(K, FIRST), count = DGRAD_COUNT(K, W, FIRST), edge = DGRAD_EDGE(K);
  UNROLLED (i, N) {
    v_f32 tap[DGRAD_KERNEL_MAX];
    UNROLLED (s, K) tap[s] = v_load(wei + (i * K * K + s) * VL);
    UNROLLED (n, count) {
      const float *at = dst + (low + n) * BLOCK;
      const v_f32 own = n < edge            ? v_load_masked(border->left[n], at)
                        : n >= count - edge ? v_load_masked(border->right[count - 1 - n], at)
                                            : v_load_once(at);
      const v_f32 p = lanes_of(own, N, i);
      UNROLLED (j, K) {
        const int s = K - 1 - j, x = 2 * (low + n) + s - FIRST; /* the last tap first: far from the next column's */
        if (x < 0 || x >= W) continue;
        acc[x] = begin && i == 0 && s >= K - 2 ? v_mul(p, tap[s]) : v_fma(p, tap[s], acc[x]);
      }
    }
  }
}

/* The first kernel row meets `row` of dst, the others those above it. */
INLINE void tile(const dgrad_strip *a, const shape t, int y, int x0) {
  const gconv_problem *p = a->p;
  const int K = t.kernel, W = t.width, rows = (K - t.row + 1) / 2;
  const int column = (x0 + p->pad_left) / 2, row = (y + p->pad_top - t.row) / 2;
  const ptrdiff_t dst_row = (ptrdiff_t)p->ow * BLOCK;
  const dgrad_borders border = dgrad_borders_of(p, K, W, t.odd, column);
  const float *dst = a->dst + channel_offset(a->source->channel, a->dst_block) + row * dst_row + column * BLOCK;
  const float *wei = a->wei + t.row * K * VL;
  v_f32 acc[DGRAD_WIDEST]; /* [W] of it live in registers */
  if (t.whole) {
    UNROLLED (j, rows) sum_row(t, &border, j == 0, dst - j * dst_row, wei + 2 * j * K * VL, acc);
  } else {
    UNROLLED (x, W) acc[x] = v_zero();
    for (int j = 0; j < rows; j++)
      if (row - j >= 0 && row - j < p->oh) sum_row(t, &border, false, dst - j * dst_row, wei + 2 * j * K * VL, acc);
  }
  float *src = a->src + ((ptrdiff_t)y * p->iw + x0) * BLOCK;
  UNROLLED (x, W) v_store(src + x * BLOCK, acc[x]);
}

/* The last tile is moved left to end at the row's end, and may then begin in the other phase. */
INLINE void tiles(const dgrad_strip *a, const shape t, int y) {
  const gconv_problem *p = a->p;
  const shape even = {t.channels, t.kernel, t.width, t.row, 0, t.whole},
              odd = {t.channels, t.kernel, t.width, t.row, 1, t.whole};
  const int W = t.width, end = p->iw - W;
  int x = 0;
  if (p->pad_left % 2)
    for (; x <= end; x += W) tile(a, odd, y, x);
  else
    for (; x <= end; x += W) tile(a, even, y, x);
  if (x == p->iw) return;
  if ((end + p->pad_left) % 2)
    tile(a, odd, y, end);
  else
    tile(a, even, y, end);
}

INLINE void row(const dgrad_strip *a, const int N, const int K, const int W, int y) {
  const int v = y + a->p->pad_top, last = v / 2;
  const bool whole = last - (K - 1 - v % 2) / 2 >= 0 && last < a->p->oh;
  if (v % 2 && whole)
    tiles(a, (shape){N, K, W, .row = 1, .whole = true}, y);
  else if (v % 2)
    tiles(a, (shape){N, K, W, .row = 1}, y);
  else if (whole)
    tiles(a, (shape){N, K, W, .row = 0, .whole = true}, y);
  else
    tiles(a, (shape){N, K, W, .row = 0}, y);
}

// clang-format off
#define ROW(N, K, W)    ROW_(N, K, W)
#define ROW_(N, K, W)   static void n##N##_k##K##_w##W(const dgrad_strip *a, int y) { row(a, N, K, W, y); }
#define ENTRY(N, K, W)  ENTRY_(N, K, W)
#define ENTRY_(N, K, W) {N, K, {n##N##_k##K##_w##W, W}},
#define THREES(M, W)   M(1, 3, W) M(2, 3, W) M(4, 3, W)
#define ALL(M, W)      THREES(M, W) M(1, 5, W) M(1, 7, W)
#if V_REGISTERS >= 32
#define WIDE       14
#define SLIM       8
#else
#define WIDE       8
#define SLIM       6
#endif
#if V_HAS_FOURS
#define EIGHT(M)   M(8, 3, WIDE) M(8, 3, SLIM) M(8, 3, 4)
#else
#define EIGHT(M) /* a group of 8 fills the vector */
#endif
#define EXPAND(M, W) ALL(M, W)
EXPAND(ROW, WIDE) EXPAND(ROW, SLIM) THREES(ROW, 4) EIGHT(ROW)
static const struct {
  int channels, kernel;
  dgrad_tile tile;
} table[] = {EXPAND(ENTRY, WIDE) EXPAND(ENTRY, SLIM) THREES(ENTRY, 4) EIGHT(ENTRY)};
// clang-format on

const dgrad_tile *ISA_NAME(dgrad_stride2_narrow)(int channels, int kernel, int iw) {
  const dgrad_tile *best = NULL;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].channels == channels && table[i].kernel == kernel) best = dgrad_better(best, &table[i].tile, iw);
  return best;
}

#else

const dgrad_tile *ISA_NAME(dgrad_stride2_narrow)(int channels, int kernel, int iw) {
  return (void)channels, (void)kernel, (void)iw, NULL;
}

#endif
