/* wgrad_3x3_stride2.c - gradients of a 3x3 kernel, stride 2, dilation 1: nine taps of NI input indices in registers.
 *
 * Walks over cells of two by two input pixels, one for each pixel of dst and one more in each direction. In padded
 * coordinates (u = x + pad) the even pixel of cell x meets tap 0 with dst column x and tap 2 with x - 1, the odd one
 * tap 1 with x; rows likewise. So each pixel's operand is formed once: four for nine FMAs of an index, where a walk
 * over dst needs six, and on Zen 4 a broadcast and an FMA compete for a port. Pixels and taps outside are left out,
 * exactly. */
#include "impl/direct/wgrad_3x3.h"

enum { K = 3, TAPS = K * K };

/* A row of cells: the operands of its even and its odd row of pixels from column u = 0 on, and dst there and in the row
 * above. have: which rows of pixels there are; meet: which of dst, as bits. */
typedef struct {
  wgrad_input in[2];
  const float *dst[2];
  int have, meet;
} cells;

/* Cell x. pixels, meet: which columns of its pixels and of dst (its own, the one to the left) there are; HAVE, MEET:
 * the rows likewise. */
INLINE void cell(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET,
                 const int pixels, const int meets, int x, const v_f32 d[2][2], v_f32 acc[]) {
  UNROLLED (v, 2)
    UNROLLED (u, 2) {
      if (!(HAVE >> v & 1) || !(pixels >> u & 1)) continue;
      v_f32 in[2];
      UNROLLED (n, NI) in[n] = wgrad_operand(&row->in[v], mode, n, (ptrdiff_t)(2 * x + u) * BLOCK);
      UNROLLED (up, 2 - v)
        UNROLLED (left, 2 - u) {
          if (!(MEET >> up & 1) || !(meets >> left & 1)) continue;
          const int t = (v + 2 * up) * K + u + 2 * left;
          UNROLLED (n, NI) acc[n * TAPS + t] = v_fma(in[n], d[up][left], acc[n * TAPS + t]);
        }
    }
}

/* A cell at the side of the image. */
INLINE void edge_cell(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET, int x,
                      v_f32 acc[]) {
  const gconv_problem *p = row->in[0].a->p;
  const int c = 2 * x - p->pad_left;
  const int pixels = (c >= 0 && c < p->iw) | (c + 1 >= 0 && c + 1 < p->iw) << 1;
  const int meets = (x < p->ow) | (x > 0) << 1;
  v_f32 d[2][2];
  UNROLLED (up, 2)
    UNROLLED (left, 2)
      d[up][left] =
          MEET >> up & 1 && meets >> left & 1 ? v_load(row->dst[up] + (ptrdiff_t)(x - left) * BLOCK) : v_zero();
  cell(row, mode, NI, HAVE, MEET, pixels, meets, x, d, acc);
}

INLINE void cell_row(const cells *row, const operand_mode mode, const int NI, const int HAVE, const int MEET,
                     v_f32 acc[]) {
  const gconv_problem *p = row->in[0].a->p;
  int first = (p->pad_left + 1) / 2, end = (p->iw + p->pad_left) / 2; /* whole cells */
  if (first < 1) first = 1;
  if (end > p->ow) end = p->ow;
  for (int x = 0; x < first && x <= p->ow; x++) edge_cell(row, mode, NI, HAVE, MEET, x, acc);
  v_f32 d[2][2] = {{v_zero(), v_zero()}, {v_zero(), v_zero()}};
  if (first < end)
    UNROLLED (up, 2)
      if (MEET >> up & 1) d[up][0] = v_load(row->dst[up] + (ptrdiff_t)(first - 1) * BLOCK);
  for (int x = first; x < end; x++) {
    UNROLLED (up, 2) {
      if (!(MEET >> up & 1)) continue;
      d[up][1] = d[up][0];
      d[up][0] = v_load(row->dst[up] + (ptrdiff_t)x * BLOCK);
    }
    cell(row, mode, NI, HAVE, MEET, 3, 3, x, d, acc);
  }
  for (int x = end > first ? end : first; x <= p->ow; x++) edge_cell(row, mode, NI, HAVE, MEET, x, acc);
}

INLINE void gradients(const wgrad_strip *a, const operand_mode mode, const int NI) {
  const gconv_problem *p = a->p;
  float *gradient = a->wei + (ptrdiff_t)a->i * TAPS * VL;
  v_f32 acc[2 * TAPS]; /* [NI][TAPS] of it live in registers */
  UNROLLED (t, NI * TAPS) acc[t] = wgrad_load(a, gradient + t * VL);
  for (int y = a->y_first; y <= a->y_last; y++) {
    const int q = 2 * y - p->pad_top;
    const ptrdiff_t place = ((ptrdiff_t)q * p->iw - p->pad_left) * BLOCK;
    cells row = {
        .in = {wgrad_input_at(a, mode, NI, place), wgrad_input_at(a, mode, NI, place + (ptrdiff_t)p->iw * BLOCK)},
        .dst = {a->dst + (ptrdiff_t)y * p->ow * BLOCK, a->dst + (ptrdiff_t)(y - 1) * p->ow * BLOCK},
        .have = (q >= 0 && q < p->ih) | (q + 1 >= 0 && q + 1 < p->ih) << 1,
        .meet = (y < a->y_last) | (y > a->y_first) << 1};
    if (row.have == 3 && row.meet == 3)
      cell_row(&row, mode, NI, 3, 3, acc);
    else if (row.have == 3 && row.meet == 1)
      cell_row(&row, mode, NI, 3, 1, acc);
    else if (row.have & 1 && row.meet == 2)
      cell_row(&row, mode, NI, 1, 2, acc);
    else
      cell_row(&row, mode, NI, row.have, row.meet, acc);
  }
  UNROLLED (t, NI * TAPS) v_store(gradient + t * VL, acc[t]);
}

WGRAD_3X3_KERNELS
static const wgrad_kernel table[][OPERANDS] = WGRAD_3X3_ROWS;

const wgrad_kernel *ISA_NAME(wgrad_3x3_stride2)(operand_mode mode, int inputs) {
  return wgrad_3x3_choice(table, mode, inputs);
}
