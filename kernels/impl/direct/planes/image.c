/* image.c - gradients of a first layer, one group of one to four input channels: lanes are output channels, src
 * is NCHW as the image comes, since sixteen channels a block would hold thirteen zeros.
 *
 * A strip's rows of src are copied without border and stride, as planes do (planes/fill.c). Then the inputs of any
 * column, that is input channel and tap, are neighbours, and a row of dst meets T columns at a time: a load of each
 * vector of dst and T broadcasts for T FMAs a vector. A unit is a part of the strips. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"
#include "impl/direct/wgrad_blocks.h"

#include "core/workspace.h"

/* The most columns beside a vector, and beside a pair of them. */
enum { SINGLE = WGRAD_SINGLE, PAIRED = WGRAD_PAIRED, MOST = SINGLE > PAIRED ? SINGLE : PAIRED };

/* Some rows of dst, and where each column has the input of the first pixel. */
typedef struct {
  const float *dst, *in[MOST];
  ptrdiff_t dst_vector, dst_row, in_row, wei_vector;
  int rows, width;
  float *wei; /* of the first column: [column][lane] */
  bool fresh;
} image_sums;

INLINE void tile(const image_sums *a, const int NV, const int T) {
  v_f32 acc[2][MOST]; /* [NV][T] of it live in registers */
  const float *in[MOST], *dst = a->dst;
  UNROLLED (v, NV)
    UNROLLED (t, T) acc[v][t] = a->fresh ? v_zero() : v_load(a->wei + v * a->wei_vector + (ptrdiff_t)t * VL);
  UNROLLED (t, T) in[t] = a->in[t];
  for (int y = 0; y < a->rows; y++, dst += a->dst_row) {
    const float *pixel = dst;
    for (ptrdiff_t x = 0; x < a->width; x++, pixel += BLOCK) {
      v_f32 d[2];
      UNROLLED (v, NV) d[v] = v_load_once(pixel + v * a->dst_vector);
      UNROLLED (t, T) {
        if (NV == 1) {
          acc[0][t] = v_fma_bcast(in[t] + x, d[0], acc[0][t]);
          continue;
        }
        const v_f32 input = v_bcast(in[t] + x);
        UNROLLED (v, NV) acc[v][t] = v_fma_kept(input, d[v], acc[v][t]);
      }
    }
    UNROLLED (t, T) in[t] += a->in_row;
  }
  UNROLLED (v, NV)
    UNROLLED (t, T) v_store(a->wei + v * a->wei_vector + (ptrdiff_t)t * VL, acc[v][t]);
}

typedef void image_tile(const image_sums *a);
// clang-format off
#define TO_6(M, NV) M(NV, 1) M(NV, 2) M(NV, 3) M(NV, 4) M(NV, 5) M(NV, 6)
#define TO_8(M, NV) TO_6(M, NV) M(NV, 7) M(NV, 8)
#if V_REGISTERS >= 32
#define ALL(M) TO_8(M, 1) TO_8(M, 2) M(2, 9) M(2, 10) M(2, 11) M(2, 12)
#else
#define ALL(M) TO_8(M, 1) TO_6(M, 2)
#endif
#define TILE(NV, T) static void v##NV##_t##T(const image_sums *a) { tile(a, NV, T); }
#define NAME(NV, T) [NV][T] = v##NV##_t##T,
ALL(TILE)
static image_tile *const table[3][MOST + 1] = {ALL(NAME)};
// clang-format on

/* Rows whose inputs, and whose pixels of a pair of vectors, take a quarter of L2 each. */
gconv_status ISA_NAME(wgrad_image_plan)(const gconv_plan *plan, wgrad_state *state) {
  enum { LEAST_ROWS = 4, MOST_PARTS = 16 };
  const gconv_problem *p = &plan->problem;
  const direct_pass pass = {.dst_stride_h = 1, .dst_stride_w = 1, .ih = p->oh, .iw = p->ow};
  planes_state *image;
  const gconv_status status = ISA_NAME(planes_describe)(p, &pass, &image);
  if (status) return status;
  state->image = image;
  const int64_t quarter = (int64_t)(plan->env.caches.l2 / 4 / sizeof(float)),
                in = (int64_t)(p->ow + image->x.reach) * p->icg * image->y.classes * image->x.classes,
                rows = gconv_min64(quarter / in - image->y.reach, quarter / ((int64_t)p->ow * 2 * VL));
  state->rows = (int)gconv_min64(gconv_max64(rows, LEAST_ROWS), p->oh);
  ISA_NAME(planes_divide)(image, p->batch, 1, state->rows, p->ow);
  ISA_NAME(planes_lay_out)(image);
  state->rows = image->rows;
  state->strips = image->image_strips * image->row_strips;
  state->parts = gconv_min(state->strips, MOST_PARTS);
  state->image_bytes =
      (size_t)gconv_round_up((int64_t)((size_t)(image->channel * image->icg) * sizeof(float)), GCONV_ALIGN);
  return GCONV_OK;
}

static void run_vectors(const planes_state *state, image_sums a, int vectors, const float *buffer) {
  const int columns = state->icg * state->y.taps * state->x.taps;
  const int count = (int)gconv_ceil_div(columns, vectors == 2 ? PAIRED : SINGLE);
  planes_columns next = {state, buffer, 0};
  for (int part = 0; part < count; part++) {
    const gconv_range c = planes_range(columns, count, part);
    const int width = c.end - c.first;
    planes_next_columns(&next, width, a.in);
    table[vectors][width](&a);
    a.wei += (ptrdiff_t)width * VL;
  }
}

void ISA_NAME(wgrad_image_run)(const gconv_problem *p, const wgrad_image *image, int place) {
  const planes_state *state = image->state;
  const ptrdiff_t dst_block = (ptrdiff_t)p->oh * p->ow * BLOCK;
  const int n = place / state->row_strips;
  const planes_place at = planes_place_of(state, (gconv_range){n, n + 1}, place % state->row_strips);
  ISA_NAME(planes_fill)(p, state, &at, image->src + n * p->ic * state->src_plane, 0, image->buffer);
  image_sums a = {.dst_row = (ptrdiff_t)p->ow * BLOCK,
                  .in_row = state->pitch,
                  .wei_vector = image->wei_vector,
                  .rows = at.rows,
                  .width = p->ow,
                  .fresh = image->fresh};
  const float *dst = image->dst + n * image->dst_image + at.y * a.dst_row;
  for (int vector = 0; vector < image->vectors;) {
    const int count = gconv_min(image->vectors - vector, 2);
    a.dst = dst + channel_offset(vector * VL, dst_block);
    a.dst_vector = channel_offset((vector + count - 1) * VL, dst_block) - channel_offset(vector * VL, dst_block);
    a.wei = image->wei + vector * image->wei_vector;
    run_vectors(state, a, count, image->buffer);
    vector += count;
  }
}
