/* wgrad_3x3.c - gradients of a 3x3 kernel, stride 1 or 2, dilation 1: nine taps of NI input indices in registers.
 *
 * Stride 1 walks over the input: a pixel meets the nine dst pixels of a 3x3 window, which slides along the row in
 * registers, so that with NI = 2 eighteen FMAs need three loads of dst and two operands. Stride 2 walks over dst: a
 * pixel meets a window of nine operands, of which a column stays for the next pixel. Taps whose input lies outside are
 * left out, exactly. */
#include "impl/direct/wgrad.h"

enum { K = 3, TAPS = K * K };

/* 18 accumulators, 9 pixels and the operands fit 32 registers; with the 16 of AVX2 one index at a time, dst read by the
 * FMAs from the L1 cache. */
#if defined(GCONV_ISA_IS_avx512)
#define PAIR 2
enum { SLIDING = 1 };
#else
#define PAIR 1
enum { SLIDING = 0 };
#endif

typedef struct {
  const wgrad_strip *a;
  operand_at at[2];
  v_mask second;
} origin;

INLINE v_f32 input(const origin *in, const operand_mode mode, int n, ptrdiff_t pixel) {
  const wgrad_strip *a = in->a;
  return operand(a->source, mode, &in->at[n], a->src, a->src_block, a->i + n, pixel, false, v_mask_all(false),
                 in->second);
}

INLINE ptrdiff_t dst_at(const gconv_problem *p, int y, int x) { return ((ptrdiff_t)y * p->ow + x) * BLOCK; }
INLINE ptrdiff_t src_at(const gconv_problem *p, int q, int c) { return ((ptrdiff_t)q * p->iw + c) * BLOCK; }

/* One input pixel, tap by tap: for the columns at the edges of the image. */
INLINE void edge_pixel(const origin *in, const operand_mode mode, const int NI, int q, int c, const bool row[K],
                       v_f32 acc[2][TAPS]) {
  const wgrad_strip *a = in->a;
  const gconv_problem *p = a->p;
  UNROLLED (r, K) {
    if (!row[r]) continue;
    UNROLLED (s, K) {
      const int x = c + p->pad_left - s;
      if (x < 0 || x >= p->ow) continue;
      const v_f32 d = v_load(a->dst + dst_at(p, q + p->pad_top - r, x));
      UNROLLED (n, NI) acc[n][r * K + s] = v_fma(input(in, mode, n, src_at(p, q, c)), d, acc[n][r * K + s]);
    }
  }
}

/* Input row q. whole: all its three dst rows are in the strip. */
INLINE void row_stride1(const origin *in, const operand_mode mode, const int NI, const bool whole, int q,
                        const bool row[K], v_f32 acc[2][TAPS]) {
  const wgrad_strip *a = in->a;
  const gconv_problem *p = a->p;
  /* columns whose window lies whole in dst */
  int first = K - 1 - p->pad_left, end = p->ow - p->pad_left;
  if (first < 0) first = 0;
  if (end > p->iw) end = p->iw;
  if (end < first) first = end = p->iw; /* no such column: all by taps */
  for (int c = 0; c < first; c++) edge_pixel(in, mode, NI, q, c, row, acc);
  const float *dst[K];
  UNROLLED (r, K) dst[r] = a->dst + dst_at(p, q + p->pad_top - r, p->pad_left);
  v_f32 window[K][K]; /* [r][x mod 3] */
  UNROLLED (r, K)
    UNROLLED (s, K - 1)
      window[r][s] =
          SLIDING && first < end && (whole || row[r]) ? v_load(dst[r] + (ptrdiff_t)(first - 2 + s) * BLOCK) : v_zero();
  int c = first;
  while (c < end) {
    UNROLLED (j, K) { /* column c + j reads pixel j + 2 - s of the window that began at first - 2, modulo 3 */
      if (c + j >= end) break;
      v_f32 x[2];
      UNROLLED (n, NI) x[n] = input(in, mode, n, src_at(p, q, c + j));
      UNROLLED (r, K) {
        if (!whole && !row[r]) continue;
        if (SLIDING) window[r][(j + 2) % K] = v_load(dst[r] + (ptrdiff_t)(c + j) * BLOCK);
        UNROLLED (s, K) {
          const v_f32 d = SLIDING ? window[r][(j + 2 - s) % K] : v_load(dst[r] + (ptrdiff_t)(c + j - s) * BLOCK);
          UNROLLED (n, NI) acc[n][r * K + s] = v_fma(x[n], d, acc[n][r * K + s]);
        }
      }
    }
    c += K;
  }
  for (c = end; c < p->iw; c++) edge_pixel(in, mode, NI, q, c, row, acc);
}

INLINE void stride1(const origin *in, const operand_mode mode, const int NI, v_f32 acc[2][TAPS]) {
  const wgrad_strip *a = in->a;
  const gconv_problem *p = a->p;
  for (int q = a->y_first - p->pad_top; q < a->y_last - p->pad_top + K - 1; q++) {
    if (q < 0 || q >= p->ih) continue;
    bool row[K];
    for (int r = 0; r < K; r++) row[r] = q + p->pad_top - r >= a->y_first && q + p->pad_top - r < a->y_last;
    if (row[0] && row[1] && row[2])
      row_stride1(in, mode, NI, true, q, row, acc);
    else
      row_stride1(in, mode, NI, false, q, row, acc);
  }
}

/* One pixel of dst whose window is not whole. */
INLINE void edge_output(const origin *in, const operand_mode mode, const int NI, int y, int x, const bool row[K],
                        v_f32 acc[2][TAPS]) {
  const wgrad_strip *a = in->a;
  const gconv_problem *p = a->p;
  const v_f32 d = v_load(a->dst + dst_at(p, y, x));
  UNROLLED (r, K)
    UNROLLED (s, K) {
      const int q = 2 * y - p->pad_top + r, c = 2 * x - p->pad_left + s;
      if (!row[r] || c < 0 || c >= p->iw) continue;
      UNROLLED (n, NI) acc[n][r * K + s] = v_fma(input(in, mode, n, src_at(p, q, c)), d, acc[n][r * K + s]);
    }
}

INLINE void stride2(const origin *in, const operand_mode mode, const int NI, v_f32 acc[2][TAPS]) {
  const wgrad_strip *a = in->a;
  const gconv_problem *p = a->p;
  const wgrad_columns left = wgrad_inside(p, 0), right = wgrad_inside(p, K - 1);
  for (int y = a->y_first; y < a->y_last; y++) {
    const int top = 2 * y - p->pad_top;
    bool row[K];
    for (int r = 0; r < K; r++) row[r] = top + r >= 0 && top + r < p->ih;
    const bool whole = row[0] && row[1] && row[2] && left.first < right.end;
    const int first = whole ? left.first : p->ow, end = whole ? right.end : p->ow;
    for (int x = 0; x < first; x++) edge_output(in, mode, NI, y, x, row, acc);
    v_f32 kept[2][K]; /* the first column of the next window */
    UNROLLED (n, NI)
      UNROLLED (r, K) kept[n][r] = whole ? input(in, mode, n, src_at(p, top + r, 2 * first - p->pad_left)) : v_zero();
    for (int x = first; x < end; x++) {
      const v_f32 d = v_load(a->dst + dst_at(p, y, x));
      const int c = 2 * x - p->pad_left;
      UNROLLED (n, NI)
        UNROLLED (r, K) {
          acc[n][r * K] = v_fma(kept[n][r], d, acc[n][r * K]);
          acc[n][r * K + 1] = v_fma(input(in, mode, n, src_at(p, top + r, c + 1)), d, acc[n][r * K + 1]);
          kept[n][r] = input(in, mode, n, src_at(p, top + r, c + 2));
          acc[n][r * K + 2] = v_fma(kept[n][r], d, acc[n][r * K + 2]);
        }
    }
    for (int x = end; x < p->ow; x++) edge_output(in, mode, NI, y, x, row, acc);
  }
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int S, const int NI) {
  origin in = {.a = a, .second = v_mask_of(a->source->lanes[1])};
  for (int n = 0; n < NI; n++) in.at[n] = operand_for(a->source, mode, a->src, a->src_block, a->i + n);
  float *wei = a->wei + (ptrdiff_t)a->i * TAPS * VL;
  v_f32 acc[2][TAPS]; /* [NI] of it live in registers */
  UNROLLED (n, NI)
    UNROLLED (t, TAPS) acc[n][t] = v_load(wei + (n * TAPS + t) * VL);
  if (S == 1)
    stride1(&in, mode, NI, acc);
  else
    stride2(&in, mode, NI, acc);
  UNROLLED (n, NI)
    UNROLLED (t, TAPS) v_store(wei + (n * TAPS + t) * VL, acc[n][t]);
}

// clang-format off
#define KERNEL(mode, S, NI) static void mode##_s##S##_i##NI(const wgrad_strip *a) { gradients(a, mode, S, NI); }
#define ROW(mode, S, NI) [mode] = {mode##_s##S##_i##NI, NI, 1, ALL_TAPS},
#if defined(GCONV_ISA_IS_avx512) || defined(GCONV_ISA_IS_avx2)
#define MODES(M, S, NI) M(LOAD, S, NI) M(SHUFFLE, S, NI) M(PERMUTE, S, NI) M(PERMUTE2, S, NI) M(BCAST, S, NI) M(MIX2, S, NI) M(MIX, S, NI)
#else
#define MODES(M, S, NI) M(BCAST, S, NI) /* one lane belongs to one group */
#endif
MODES(KERNEL, 1, 1) MODES(KERNEL, 2, 1)
static const wgrad_kernel one[2][OPERANDS] = {{MODES(ROW, 1, 1)}, {MODES(ROW, 2, 1)}};
#if PAIR == 2
MODES(KERNEL, 1, 2) MODES(KERNEL, 2, 2)
static const wgrad_kernel two[2][OPERANDS] = {{MODES(ROW, 1, 2)}, {MODES(ROW, 2, 2)}};
#endif
// clang-format on

const wgrad_kernel *ISA_NAME(wgrad_3x3)(operand_mode mode, int stride, int inputs) {
#if PAIR == 2
  if (inputs >= 2) return &two[stride - 1][mode];
#endif
  (void)inputs;
  return one[stride - 1][mode].run ? &one[stride - 1][mode] : NULL;
}
