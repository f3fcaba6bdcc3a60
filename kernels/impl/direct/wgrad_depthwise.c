/* wgrad_depthwise.c - gradients of depthwise 5x5 and 7x7 kernels: some rows of taps in registers.
 *
 * Every pixel of dst meets a row of KW inputs for each row of taps; the inputs are read by the FMAs from the L1 cache,
 * one load an FMA. Kernels with more taps than registers take several passes, some rows of taps each. Taps whose input
 * lies outside are left out, exactly. */
#include "impl/direct/wgrad.h"

/* One pixel at the left or right edge of the image. */
INLINE void edge_pixel(const wgrad_strip *a, const float *in, const int KW, const int R, uint32_t rows, int x, v_f32 d,
                       v_f32 acc[7][7]) {
  const gconv_problem *p = a->p;
  UNROLLED (r, R) {
    if (!(rows >> r & 1)) continue;
    UNROLLED (s, KW) {
      const int c = x * p->stride_w - p->pad_left + s;
      if (c < 0 || c >= p->iw) continue;
      acc[r][s] = v_fma(v_load(in + ((ptrdiff_t)r * p->iw + s) * BLOCK), d, acc[r][s]);
    }
  }
}

INLINE void row(const wgrad_strip *a, const int KW, const int R, const bool whole, uint32_t rows, int y,
                v_f32 acc[7][7]) {
  const gconv_problem *p = a->p;
  const ptrdiff_t step = (ptrdiff_t)p->stride_w * BLOCK;
  const wgrad_columns left = wgrad_inside(p, 0), right = wgrad_inside(p, KW - 1);
  const int first = left.first < right.end ? left.first : p->ow, end = left.first < right.end ? right.end : p->ow;
  const ptrdiff_t top = (ptrdiff_t)y * p->stride_h - p->pad_top + a->row_of_taps;
  const float *in = a->src + (top * p->iw - p->pad_left) * BLOCK;
  const float *dst = a->dst + (ptrdiff_t)y * p->ow * BLOCK;
  for (int x = 0; x < first; x++) edge_pixel(a, in + x * step, KW, R, rows, x, v_load(dst + (ptrdiff_t)x * BLOCK), acc);
  for (int x = first; x < end; x++) {
    const v_f32 d = v_load(dst + (ptrdiff_t)x * BLOCK);
    UNROLLED (r, R) {
      if (!whole && !(rows >> r & 1)) continue;
      const float *line = in + x * step + (ptrdiff_t)r * p->iw * BLOCK;
      UNROLLED (s, KW) acc[r][s] = v_fma(v_load(line + s * BLOCK), d, acc[r][s]);
    }
  }
  for (int x = end; x < p->ow; x++)
    edge_pixel(a, in + x * step, KW, R, rows, x, v_load(dst + (ptrdiff_t)x * BLOCK), acc);
}

INLINE void gradients(const wgrad_strip *original, const int KW, const int R) {
  wgrad_strip a = *original;
  const gconv_problem *p = a.p;
  a.src += channel_offset(a.source->channel, a.src_block);
  float *wei = a.wei + (ptrdiff_t)a.row_of_taps * KW * VL;
  v_f32 acc[7][7]; /* [R][KW] of it live in registers */
  UNROLLED (r, R)
    UNROLLED (s, KW) acc[r][s] = wgrad_load(&a, wei + (r * KW + s) * VL);
  for (int y = a.y_first; y < a.y_last; y++) {
    const int64_t top = (int64_t)y * p->stride_h - p->pad_top + a.row_of_taps;
    uint32_t rows = 0;
    for (int r = 0; r < R; r++) rows |= (uint32_t)(top + r >= 0 && top + r < p->ih) << r;
    if (rows == (1u << R) - 1)
      row(&a, KW, R, true, rows, y, acc);
    else
      row(&a, KW, R, false, rows, y, acc);
  }
  UNROLLED (r, R)
    UNROLLED (s, KW) v_store(wei + (r * KW + s) * VL, acc[r][s]);
}

#define KERNEL(KW, R)                                                                                                  \
  static void k##KW##_r##R(const wgrad_strip *a) { gradients(a, KW, R); }
#define ROW(KW, R)                                                                                                     \
  { k##KW##_r##R, 1, 1, R }

/* The most rows whose taps leave registers for dst and the loads first, then single rows. */
// clang-format off
#if defined(GCONV_ISA_IS_avx512)
#define ROWS(M) M(5, 5), M(5, 1), M(7, 4), M(7, 3), M(7, 1)
KERNEL(5, 5) KERNEL(7, 4) KERNEL(7, 3)
#else
#define ROWS(M) M(5, 2), M(5, 1), M(7, 1)
KERNEL(5, 2)
#endif
KERNEL(5, 1) KERNEL(7, 1)
static const struct { int kw; wgrad_kernel kernel; } table[] = {
#define LISTED(KW, R) {KW, ROW(KW, R)}
    ROWS(LISTED)
};
// clang-format on

const wgrad_kernel *ISA_NAME(wgrad_depthwise)(int kw, int rows) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].kw == kw && table[i].kernel.rows <= rows) return &table[i].kernel;
  return NULL;
}
