/* tile_group.c - vectors that lie in one group (wide groups, dense layers, 1x1): a tile of NV vectors x W columns in
 * registers, tap by tap; for each tap a matrix product over the input channels.
 *
 * Between two FMAs there is nothing to compute: the channels of one block lie side by side, so that within a block the
 * operand of the next index is the next float, the weights of the next index are the next vector, and both are
 * constants in the address of an instruction. A row is cut into tiles that differ by one column at most, each of which
 * is compiled for its width: a narrow rest would leave FMA units idle. Columns outside the image are left out. In NHWC
 * all channels are one block, and a group's last vector is stored under a mask. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/run_of_vectors.h"

/* Columns at most for one to four vectors: as many accumulators as the registers hold beside the weights or the
 * operands of an index, whichever are fewer, and one of the others. */
#if V_REGISTERS >= 32
enum { WIDEST = 14 };
#define W1 14
#define W2 14
#define W3 8
#define W4 6
#else
enum { WIDEST = 8 };
#define W1 8
#define W2 6
#define W3 4
#define W4 3
#endif

/* One tap of a tile: its first input channel's pixel for the tile's first column, its weights for input index 0, and
 * floats to the pixels to prefetch, 0 for none. */
typedef struct {
  const float *src, *wei;
  ptrdiff_t ahead;
} tap;

typedef v_f32 sums[VECTORS_MAX][WIDEST]; /* [vectors][width] of it live in registers */

/* Bytes from a tile's first column to others: odd multiples of the step, in registers, so that up to eight steps are
 * constants in the address of an instruction where the step itself is only known at run time. */
typedef struct {
  ptrdiff_t once, thrice, five_times, seven_times;
} column_steps;

INLINE column_steps steps_of(ptrdiff_t floats) {
  column_steps s = {.once = floats * (ptrdiff_t)sizeof(float)};
  s.thrice = 3 * s.once;
  s.five_times = 5 * s.once;
  s.seven_times = 7 * s.once;
  /* to the compiler four numbers: it would compute them again, or keep a pointer for each column and spill it */
  __asm__("" : "+r"(s.once), "+r"(s.thrice), "+r"(s.five_times), "+r"(s.seven_times));
  return s;
}

enum { STEPS = 8 }; /* columns with one base */

INLINE const float *column_at(const char *base, const column_steps *s, const int x) {
  switch (x) {
  case 0:
    return (const float *)base;
  case 3:
    return (const float *)(base + s->thrice);
  case 5:
    return (const float *)(base + s->five_times);
  case 6:
    return (const float *)(base + 2 * s->thrice);
  case 7:
    return (const float *)(base + s->seven_times);
  default: /* 1, 2, 4 */
    return (const float *)(base + x * s->once);
  }
}

/* One input index: of weights and operands the fewer are kept, the others loaded one by one. */
INLINE void add_index(const tile_shape t, const tile_columns c, const float *src, const column_steps *steps,
                      const float *wei, ptrdiff_t wei_vector, sums acc) {
  const int stride = t.nhwc ? 0 : t.stride;
  const bool keep_operands = t.vectors > t.width && t.vectors > 1;
  uint32_t inside = c.inside;
  __asm__("" : "+r"(inside) : "r"(src)); /* tested here and now: its bits apart would leave no register free */
  v_f32 w[VECTORS_MAX], p[WIDEST];
  if (!keep_operands)
    UNROLLED (v, t.vectors) w[v] = v_load_once(wei + v * wei_vector);
  if (keep_operands && c.tested)
    UNROLLED (x, c.end) p[x] = v_zero();
  const char *base = NULL;
  UNROLLED (x, c.end) {
    if (x % STEPS == 0) base = (const char *)v_forget(x ? (const float *)(base + STEPS * steps->once) : src);
    if (x < c.first || (c.tested && !(inside >> x & 1))) continue;
    const float *const pixel = stride ? src + x * stride * BLOCK : column_at(base, steps, x % STEPS);
    if (t.vectors == 1) {
      acc[0][x] = v_fma_bcast(pixel, w[0], acc[0][x]);
      continue;
    }
    p[x] = v_bcast(pixel);
    if (!keep_operands)
      UNROLLED (v, t.vectors) acc[v][x] = v_fma_kept(p[x], w[v], acc[v][x]);
  }
  if (!keep_operands) return;
  UNROLLED (v, t.vectors) {
    const v_f32 taps = v_load_once(wei + v * wei_vector);
    UNROLLED (x, c.end)
      if (x >= c.first && (!c.tested || inside >> x & 1)) acc[v][x] = v_fma_kept(p[x], taps, acc[v][x]);
  }
}

/* Adds input indices [i_first, i_last). */
INLINE void add_tap(const strip *a, const tile_shape t, const tile_columns c, const tap at, sums acc) {
  const ptrdiff_t step = (t.stride ? t.stride : a->g->stride_w) * (t.nhwc ? a->g->src_pixel : BLOCK);
  const column_steps steps = steps_of(step);
  const float *wei = at.wei;
  for (int i = a->i_first; i < a->i_last;) {
    const int channel = a->source->channel + i, rest = a->i_last - i,
              count = t.nhwc ? rest : gconv_min(BLOCK - channel % BLOCK, rest);
    const float *src = at.src + channel_offset(channel, a->g->src_block), *const end = src + count;
    if (at.ahead) prefetch_pixels(src + at.ahead, t.stride, t.width);
    i += count;
    for (; src < end; src++, wei += VL) add_index(t, c, src, &steps, wei, a->wei_vector, acc);
  }
}

/* A column left out at either end, as the border of 3x3 kernels has it, is no test of every column for every index. */
INLINE void add_inside(const strip *a, const tile_shape t, uint32_t inside, const tap at, sums acc) {
  const int W = t.width;
  const uint32_t every = (1u << W) - 1;
  if (inside == every)
    add_tap(a, t, (tile_columns){0, W, false, 0}, at, acc);
  else if (inside == (every & ~1u))
    add_tap(a, t, (tile_columns){1, W, false, 0}, at, acc);
  else if (inside == every >> 1)
    add_tap(a, t, (tile_columns){0, W - 1, false, 0}, at, acc);
  else
    add_tap(a, t, (tile_columns){0, W, true, inside}, at, acc);
}

/* Each tap that is the first to meet its pixels prefetches those of the tile below. */
INLINE void add_kernel(const strip *a, const tile_shape t, int x0, sums acc) {
  const geometry *g = a->g;
  for (int s = 0; s < g->kw; s++) { /* outside, because finding the columns inside costs more than the rows */
    const uint32_t inside = columns_inside(g, t.stride ? t.stride : g->stride_w, x0, t.width, s);
    if (!inside) continue;
    const int64_t column = (int64_t)x0 * g->stride_w - g->pad_left + (int64_t)s * g->step_w;
    for (int r = 0; r < g->kh; r++) {
      const int64_t row = (int64_t)a->y * g->stride_h - g->pad_top + (int64_t)r * g->step_h;
      if (row < 0 || row >= g->ih) continue;
      const bool first = t.stride && a->prefetch && s < t.stride && r >= g->kh - t.stride;
      const tap at = {.src = a->src + (ptrdiff_t)(row * g->src_row + column * (t.nhwc ? g->src_pixel : BLOCK)),
                      .wei = a->wei + ((ptrdiff_t)r * g->kw + s) * a->source->icg * VL,
                      .ahead = first ? g->stride_h * g->src_row : 0};
      add_inside(a, t, inside, at, acc);
    }
  }
}

INLINE void tile(const strip *a, const tile_shape t, int x0) {
  const ptrdiff_t pixel = a->g->dst_pixel; /* not read again after every store */
  float *const dst = a->dst + (ptrdiff_t)a->y * a->g->dst_row + x0 * pixel;
  sums acc;
  UNROLLED (v, t.vectors)
    UNROLLED (x, t.width) acc[v][x] = v_zero();
  if (a->one_tap) {
    const ptrdiff_t row = a->g->stride_h * a->g->src_row, ahead = t.stride == 1 ? t.width * BLOCK : row;
    const tap at = {.src = a->src + a->y * row +
                           x0 * (ptrdiff_t)(t.stride ? t.stride : a->g->stride_w) * (t.nhwc ? a->g->src_pixel : BLOCK),
                    .wei = a->wei,
                    .ahead = a->prefetch && t.stride && !t.nhwc ? ahead : 0};
    add_tap(a, t, (tile_columns){0, t.width, false, 0}, at, acc);
  } else {
    add_kernel(a, t, x0, acc);
  }
  const bool masked = t.nhwc && a->last_lanes != (uint32_t)((UINT64_C(1) << VL) - 1);
  UNROLLED (v, t.vectors)
    if (v < t.vectors - 1 || !masked)
      UNROLLED (x, t.width) v_store(dst + a->dst_vector[v] + x * pixel, acc[v][x]);
  if (!masked) return;
  const int last = t.vectors - 1;
  const v_mask lanes = v_mask_of(a->last_lanes);
  UNROLLED (x, t.width) v_store_masked(lanes, dst + a->dst_vector[last] + x * pixel, acc[last][x]);
}

/* Strides 0 (only known at run time), 1 and 2 of blocks; 3 stands for any stride in NHWC. */
enum { ANY_NHWC = 3 };
// clang-format off
#define TILE(S, NV, W) static __attribute__((noinline)) void s##S##_v##NV##_w##W(const void *a, int x0) { tile(a, (tile_shape){BCAST, 0, (S) % ANY_NHWC, NV, W, (S) == ANY_NHWC}, x0); }
#define NAME(S, NV, W) [W] = s##S##_v##NV##_w##W,
#define TO_3(M, S, NV) M(S, NV, 1) M(S, NV, 2) M(S, NV, 3)
#define TO_4(M, S, NV) TO_3(M, S, NV) M(S, NV, 4)
#define TO_6(M, S, NV) TO_4(M, S, NV) M(S, NV, 5) M(S, NV, 6)
#define TO_8(M, S, NV) TO_6(M, S, NV) M(S, NV, 7) M(S, NV, 8)
#define TO_14(M, S, NV) TO_8(M, S, NV) M(S, NV, 9) M(S, NV, 10) M(S, NV, 11) M(S, NV, 12) M(S, NV, 13) M(S, NV, 14)
#define TO(M, S, NV, W)  TO_(M, S, NV, W)
#define TO_(M, S, NV, W) TO_##W(M, S, NV)

#define STRIP(S, NV, W) \
  TO(TILE, S, NV, W) \
  static void s##S##_v##NV(const strip *a) { \
    static tile_of_width *const by_width[] = {TO(NAME, S, NV, W)}; \
    run_balanced(a, (gconv_range){a->x_first, a->x_last}, by_width, W); \
  }
#define ROW(S, NV, W) [S][NV] = {s##S##_v##NV, 1, NV, W, .any_width = true},
#define ALL(M) \
  M(0, 1, W1) M(0, 2, W2) M(0, 3, W3) M(1, 1, W1) M(1, 2, W2) M(1, 3, W3) M(2, 1, W1) M(2, 2, W2) M(2, 3, W3) \
  M(3, 1, W1) M(3, 2, W2) M(3, 3, W3) \
  M(0, 4, W4) M(1, 4, W4) M(2, 4, W4) M(3, 4, W4)
ALL(STRIP)
static const microkernel table[ANY_NHWC + 1][VECTORS_MAX + 1] = {ALL(ROW)};
// clang-format on

const microkernel *ISA_NAME(direct_group)(int stride, int vectors) { return &table[stride <= 2 ? stride : 0][vectors]; }

const microkernel *ISA_NAME(direct_pixels)(int vectors) { return &table[ANY_NHWC][vectors]; }
