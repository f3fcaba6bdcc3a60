/* tile_columns.c - depthwise 3x3, stride 1 or 2: walks down a column strip of W pixels with every unfinished output row
 * in registers.
 *
 * An input row is loaded once and added to all output rows it belongs to (three at stride 1, one or two at stride 2);
 * then the row that is complete is stored and its registers begin the next one. With W = 7 that is 63 FMAs, 9 loads and
 * 7 stores per input row, and nothing between two rows for the FMAs to wait for: a tile of its own per two rows costs
 * half as much again. Needs registers for 3 * W accumulators and the nine taps: 32. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"

#if V_REGISTERS >= 32

enum { K = 3, SLOTS = 3, WIDEST = 7 };

/* Rows to prefetch ahead: a strip is narrower than what hardware foresees. Memory is that far away; at stride 1 2 and 8
 * gained less, and so did L2 as the goal, at stride 2 L2 and 8 more (1.3 instead of 1.04 times oneDNN, 16 images). */
enum { AHEAD_STRIDE1 = 4, AHEAD_STRIDE2 = 8 };

typedef struct {
  const strip *a;
  const float *src; /* the block's row 0, at the strip's first window column */
  float *dst;       /* the block's row 0, at the strip's first column */
  v_mask left, right;
  v_f32 tap[K * K];
} walk;

/* The output rows that an input row belongs to: their slots, and which of the kernel's rows it meets in each. */
typedef struct {
  int count, slot[SLOTS], r[SLOTS];
} meetings;

/* Adds window row `t`; its input row is t - pad_top. */
INLINE void add_row(const walk *w, const int S, const int W, int t, const meetings *with, v_f32 acc[SLOTS][WIDEST]) {
  const geometry *g = w->a->g;
  const int ih = t - g->pad_top, columns = (W - 1) * S + K;
  if (ih < 0 || ih >= g->ih) return;
  const float *row = w->src + (ptrdiff_t)ih * g->src_row;
  const float *ahead = row + (S == 1 ? AHEAD_STRIDE1 : AHEAD_STRIDE2) * g->src_row + BLOCK;
  if (S == 1)
    UNROLLED (c, W * S) __builtin_prefetch(ahead + c * BLOCK);
  else
    prefetch_pixels(ahead, 1, W * S);
  UNROLLED (c, columns) {
    const v_f32 p = c == 0             ? v_load_masked(w->left, row)
                    : c == columns - 1 ? v_load_masked(w->right, row + c * BLOCK)
                                       : v_load_once(row + c * BLOCK);
    UNROLLED (s, K) {
      const int x = (c - s) / S;
      if (c < s || (c - s) % S || x >= W) continue;
      UNROLLED (o, with->count) {
        v_f32 *const sum = &acc[with->slot[o]][x];
        *sum = v_fma(p, w->tap[with->r[o] * K + s], *sum);
      }
    }
  }
}

INLINE void clear(const int W, v_f32 acc[WIDEST]) {
  UNROLLED (x, W) acc[x] = v_zero();
}

INLINE void finish_row(const walk *w, const int W, int y, const v_f32 acc[WIDEST]) {
  if (y < w->a->y || y >= w->a->y_last) return;
  float *const row = w->dst + (ptrdiff_t)y * w->a->g->dst_row;
  store_row(w->a, W, 0, row, acc);
}

/* Three output rows are under way; row t begins in slot t % 3. */
INLINE void walk_stride1(const walk *w, const int W) {
  v_f32 acc[SLOTS][WIDEST];
  UNROLLED (slot, SLOTS) clear(W, acc[slot]);
  for (int t = w->a->y; t < w->a->y_last + K - 1; t += SLOTS)
    UNROLLED (j, SLOTS) {
      const meetings with = {3, {j, (j + 2) % SLOTS, (j + 1) % SLOTS}, {0, 1, 2}};
      clear(W, acc[j]);
      add_row(w, 1, W, t + j, &with, acc);
      finish_row(w, W, t + j - 2, acc[(j + 1) % SLOTS]);
    }
}

/* Output row y has window rows 2y, 2y+1, 2y+2, the last of them shared with row y + 1. */
INLINE void walk_stride2(const walk *w, const int W) {
  v_f32 acc[SLOTS][WIDEST];
  clear(W, acc[0]);
  add_row(w, 2, W, 2 * w->a->y, &(meetings){1, {0}, {0}}, acc);
  for (int y = w->a->y; y < w->a->y_last; y += 2)
    UNROLLED (j, 2) {
      clear(W, acc[1 - j]);
      add_row(w, 2, W, 2 * (y + j) + 1, &(meetings){1, {j}, {1}}, acc);
      add_row(w, 2, W, 2 * (y + j) + 2, &(meetings){2, {j, 1 - j}, {2, 0}}, acc);
      finish_row(w, W, y + j, acc[j]);
    }
}

INLINE void columns(const strip *a, const int S, const int W) {
  const geometry *g = a->g;
  walk w = {.a = a};
  UNROLLED (k, K * K) w.tap[k] = v_load(a->wei + k * VL);
  for (int x = a->x_first; x < a->x_last; x += W) {
    const int x0 = x + W <= a->x_last ? x : a->x_last - W, left = x0 * S - g->pad_left;
    w.src = a->src + channel_offset(a->source->channel, g->src_block) + (ptrdiff_t)left * BLOCK;
    w.dst = a->dst + (ptrdiff_t)x0 * BLOCK;
    w.left = v_mask_all(left >= 0);
    w.right = v_mask_all(left + (W - 1) * S + K <= g->iw);
    if (S == 1)
      walk_stride1(&w, W);
    else
      walk_stride2(&w, W);
  }
}

// clang-format off
#define STRIP(S, W) static void s##S##_w##W(const strip *a) { columns(a, S, W); }
#define ROW(S, W) {s##S##_w##W, ALL_ROWS, 1, W, .taps_inner = true}
STRIP(1, 7) STRIP(1, 6) STRIP(1, 5) STRIP(1, 4) STRIP(2, 7) STRIP(2, 6) STRIP(2, 5) STRIP(2, 4)
static const microkernel table[2][4] = {{ROW(1, 7), ROW(1, 6), ROW(1, 5), ROW(1, 4)},
                                        {ROW(2, 7), ROW(2, 6), ROW(2, 5), ROW(2, 4)}};
// clang-format on

const microkernel *ISA_NAME(direct_columns)(int stride, int ow) {
  return best_width(table[stride - 1], sizeof *table / sizeof **table, 1, ow);
}

#else

const microkernel *ISA_NAME(direct_columns)(int stride, int ow) { return (void)stride, (void)ow, NULL; }

#endif
