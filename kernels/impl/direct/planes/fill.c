/* fill.c - the buffer of a strip: its input rows at one pitch, zeros where the image ends, pixels that lie the stride
 * apart side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"

#include <string.h>

/* The rows of a class of columns: outputs [inside.first, inside.end) of `pitch` lie in the image, output 0 at float
 * `first` of its row, which has `in` floats. A plane of src has src_rows of them, `rows` of the buffer's are not all
 * zero. */
typedef struct {
  int stride, pitch, in, src_rows, rows;
  gconv_range inside;
  int64_t first;
  const int32_t (*lanes)[VL]; /* planes_state.lanes */
} row_shape;

/* Every `stride`-th float of a row. */
static void gather_row(const row_shape *row, const float *src, float *out) {
  const int stride = row->stride, count = row->inside.end - row->inside.first;
  const int64_t first = row->first + (int64_t)row->inside.first * stride, room = row->in - first;
  src += first;
  out += row->inside.first;
  int x = 0;
  /* what a vector writes beyond `count` is cleared later */
  const int fits = stride <= PLANES_STRIDE_MAX ? row->pitch - row->inside.first : 0;
  for (; x < count && x + VL <= fits && (x + VL) * (int64_t)stride <= room; x += VL) {
    const float *from = src + x * (ptrdiff_t)stride;
    v_f32 all = v_load(from);
    for (int v = 1; v < stride; v++) all = v_permute2(v_index_load(row->lanes[v]), all, v_load(from + v * VL));
    v_store(out + x, all);
  }
  for (; x < count; x++) out[x] = src[x * (ptrdiff_t)stride];
}

static void fill_row(const row_shape *row, const float *src, float *out) {
  const gconv_range in = row->inside;
  for (int x = 0; x < in.first; x++) out[x] = 0;
  if (row->stride == 1)
    memcpy(out + in.first, src + row->first + in.first, (size_t)(in.end - in.first) * sizeof(float));
  else
    gather_row(row, src, out);
  for (int x = in.end; x < row->pitch; x++) out[x] = 0;
}

/* The rows of a class of one channel of one image, the first of which is row `top` of it. */
static void fill_class(const planes_state *state, const row_shape *row, int64_t top, const float *src, float *out) {
  for (int y = 0; y < state->image_rows; y++, out += state->pitch) {
    const int64_t in = top + (int64_t)y * state->y.stride;
    if (in < 0 || in >= row->src_rows || y >= row->rows)
      memset(out, 0, (size_t)state->pitch * sizeof(float));
    else
      fill_row(row, src + (ptrdiff_t)in * row->in, out);
  }
}

void ISA_NAME(planes_fill)(const gconv_problem *p, const planes_state *state, const planes_place *at, const float *src,
                           ptrdiff_t image, float *buffer) {
  const ptrdiff_t image_class = (ptrdiff_t)state->image_rows * state->pitch;
  row_shape row = {.stride = state->x.stride,
                   .pitch = state->pitch,
                   .in = p->iw,
                   .src_rows = p->ih,
                   .rows = at->rows + state->y.reach,
                   .lanes = state->lanes};
  for (int cx = 0; cx < state->x.classes; cx++) {
    row.first = (int64_t)at->x * row.stride + planes_residue(&state->x, cx) - state->x.pad;
    row.inside = gconv_outputs_inside(row.first, row.stride, p->iw, at->columns + state->x.reach);
    for (int cy = 0; cy < state->y.classes; cy++) {
      const int64_t top = (int64_t)at->y * state->y.stride + planes_residue(&state->y, cy) - state->y.pad;
      float *const out = buffer + (cy * state->x.classes + cx) * state->images * image_class;
      for (int i = 0; i < state->icg; i++)
        for (int n = 0; n < at->images; n++)
          fill_class(state, &row, top, src + n * image + i * state->src_plane,
                     out + i * state->channel + n * image_class);
    }
  }
}
