/* wgrad_depthwise.c - gradients of depthwise 3x3, 5x5 and 7x7 kernels: some rows of taps in registers.
 *
 * Some pixels of dst stay in registers while the inputs of their windows pass by, each loaded once for all of the
 * pixels it meets: 0.4 loads an FMA for four pixels of 5x5, where one pixel after the other needs one, which is all the
 * core can do. Kernels with more taps than registers take several passes, some rows of taps each. Inputs outside are
 * left out, exactly. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad.h"

enum { KERNEL_MAX = 7, WIDEST = 8 };

/* What a row of dst meets: the inputs of kernel row r begin at in[r], those of its first pixel first. rows: which of
 * them are in the image, as bits. */
typedef struct {
  const gconv_problem *p;
  const float *dst, *in[KERNEL_MAX];
  uint32_t rows;
  bool prefetch; /* direct_prefetches */
} dst_row;

/* Whether an input stays in a register or its FMAs read it again: only with 5x5 at stride 1 did GCC's spills cost more
 * (88 instead of 91 % of peak on Zen 4; 84 instead of 74 % at stride 2). */
INLINE bool keeps_inputs(const int K, const int S) { return K != 5 || S != 1; }

/* Rows of dst, and the rows of src below them, to prefetch into L2 ahead of where the pixels are; 1 and 12 gained less,
 * and into L1 nothing (Zen 4). */
enum { AHEAD = 4 };

/* What a function is compiled for: constants, once it is inlined. K x K taps of which R rows are summed, W pixels of
 * dst at once, S the stride (0: any other than 1 and 2). whole: all rows are in the image. */
typedef struct {
  int K, R, S, W;
  bool whole;
} shape;

/* W pixels of dst from x on. */
INLINE void pixels(const dst_row *row, const shape t, int x, v_f32 acc[KERNEL_MAX][KERNEL_MAX]) {
  const int K = t.K, R = t.R, S = t.S, W = t.W;
  const gconv_problem *p = row->p;
  const int first = x * p->stride_w - p->pad_left;
  const ptrdiff_t at = (ptrdiff_t)x * p->stride_w * BLOCK;
  if (row->prefetch) {
    prefetch_pixels(row->dst + ((ptrdiff_t)AHEAD * p->ow + x) * BLOCK, 1, W);
    UNROLLED (n, S) prefetch_pixels(row->in[R - 1] + (ptrdiff_t)(AHEAD * S - n) * p->iw * BLOCK + at, 1, W * S);
  }
  v_f32 d[WIDEST];
  UNROLLED (w, W) d[w] = v_load(row->dst + (ptrdiff_t)(x + w) * BLOCK);
  UNROLLED (j, (W - 1) * S + K) {
    if (first + j < 0 || first + j >= p->iw) continue;
    UNROLLED (r, R) {
      if (!t.whole && !(row->rows >> r & 1)) continue;
      const float *const place = row->in[r] + at + j * BLOCK;
      const v_f32 in = keeps_inputs(K, S) ? v_load_once(place) : v_load(place);
      UNROLLED (w, W) {
        const int s = j - w * S;
        if (s >= 0 && s < K) acc[r][s] = v_fma(in, d[w], acc[r][s]);
      }
    }
  }
}

INLINE void pixel_row(const dst_row *row, const shape t, v_f32 acc[KERNEL_MAX][KERNEL_MAX]) {
  const int ow = row->p->ow, K = t.K, R = t.R, S = t.S, W = t.W;
  int x = 0;
  if (S) {
    for (; x + W <= ow; x += W) pixels(row, t, x, acc);
    if (W > 4 && x + 4 <= ow) {
      pixels(row, (shape){K, R, S, 4, t.whole}, x, acc);
      x += 4;
    }
    if (W > 2 && x + 2 <= ow) {
      pixels(row, (shape){K, R, S, 2, t.whole}, x, acc);
      x += 2;
    }
  }
  for (; x < ow; x++) pixels(row, (shape){K, R, 1, 1, t.whole}, x, acc);
}

INLINE void gradients(const wgrad_strip *a, const int K, const int R, const int S, const int W) {
  const gconv_problem *p = a->p;
  const float *src = a->src + channel_offset(a->source->channel, a->src_block);
  float *wei = a->wei + (ptrdiff_t)a->row_of_taps * K * VL;
  v_f32 acc[KERNEL_MAX][KERNEL_MAX]; /* [R][K] of it live in registers */
  UNROLLED (r, R)
    UNROLLED (s, K) acc[r][s] = wgrad_load(a, wei + (r * K + s) * VL);
  for (int y = a->y_first; y < a->y_last; y++) {
    const int64_t top = (int64_t)y * p->stride_h - p->pad_top + a->row_of_taps;
    dst_row row = {.p = p, .prefetch = a->prefetch, .dst = a->dst + (ptrdiff_t)y * p->ow * BLOCK};
    UNROLLED (r, R) {
      row.in[r] = src + ((ptrdiff_t)(top + r) * p->iw - p->pad_left) * BLOCK;
      row.rows |= (uint32_t)(top + r >= 0 && top + r < p->ih) << r;
    }
    if (row.rows == (1u << R) - 1)
      pixel_row(&row, (shape){K, R, S, W, true}, acc);
    else
      pixel_row(&row, (shape){K, R, S, W, false}, acc);
  }
  UNROLLED (r, R)
    UNROLLED (s, K) v_store(wei + (r * K + s) * VL, acc[r][s]);
}

/* The most rows whose taps leave registers for pixels of dst and an input first, then single rows. K, R, W. */
// clang-format off
#if V_REGISTERS >= 32
#define KERNELS(M) M(3, 3, 8) M(5, 5, 4) M(5, 1, 4) M(7, 4, 2) M(7, 3, 4) M(7, 1, 4)
#else
#define KERNELS(M) M(3, 3, 4) M(5, 2, 4) M(5, 1, 4) M(7, 1, 4)
#endif
#define KERNEL(K, R, W)                                                         \
  static void k##K##_r##R##_s0(const wgrad_strip *a) { gradients(a, K, R, 0, 1); } \
  static void k##K##_r##R##_s1(const wgrad_strip *a) { gradients(a, K, R, 1, W); } \
  static void k##K##_r##R##_s2(const wgrad_strip *a) { gradients(a, K, R, 2, W); }
KERNELS(KERNEL)
static const struct { int kw; wgrad_kernel kernel[3]; } table[] = {
#define ROW(K, R, W) {K, {{k##K##_r##R##_s0, 1, 1, R}, {k##K##_r##R##_s1, 1, 1, R}, {k##K##_r##R##_s2, 1, 1, R}}},
    KERNELS(ROW)
};
// clang-format on

const wgrad_kernel *ISA_NAME(wgrad_depthwise)(int kw, int stride, int rows) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].kw == kw && table[i].kernel->rows <= rows) return &table[i].kernel[stride <= 2 ? stride : 0];
  return NULL;
}
