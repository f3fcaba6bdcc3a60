/* share.c - the order of the work of "planes" and its split over threads.
 *
 * A unit is (images, group, range of rows or columns); each thread takes a contiguous range of units and has buffers of
 * its own. Every output is summed by one thread in one order: results do not depend on the number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"

#include "core/workspace.h"

#include <string.h>

typedef struct {
  const gconv_plan *plan;
  const planes_state *state;
  const float *src, *wei;
  float *dst, *in, *out; /* in, out: this thread's buffers */
  ptrdiff_t src_image, dst_image;
} pass;

/* All vectors of some output channels. `exact`: no vector may reach beyond the last output, so that the last tile
 * moves left over outputs that are computed already. */
static void run_tile_row(const planes_product *a, int rows, int outputs, bool exact) {
  const int vectors = (int)gconv_ceil_div(outputs, VL);
  int count = (int)gconv_ceil_div(vectors, ISA_NAME(planes_widest)(rows));
  if (exact && outputs % VL && count == 1 && vectors > 1) count = 2;
  for (int v = 0; count > 0; count--) {
    const int width = (int)gconv_ceil_div(vectors - v, count);
    const int n = exact ? gconv_min(v * VL, outputs - width * VL) : v * VL;
    ISA_NAME(planes_tile_of)(rows, width)(a, n);
    v += width;
  }
}

/* Outputs from the buffer to where dst has them. */
static void store(const planes_state *state, const planes_place *at, const float *out, float *dst, ptrdiff_t image) {
  for (int n = 0; n < at->images; n++, dst += image)
    for (int y = 0; y < at->rows; y++) {
      const float *from = out + ((ptrdiff_t)n * state->image_rows + y) * state->pitch;
      float *to = dst + y * state->dst_row;
      if (state->pixel == 1)
        memcpy(to, from, (size_t)at->columns * sizeof(float));
      else
        for (int x = 0; x < at->columns; x++) to[x * state->pixel] = from[x];
    }
}

static void run_strip(const pass *s, int group, const planes_place *at) {
  const planes_state *state = s->state;
  const ptrdiff_t taps = (ptrdiff_t)state->y.taps * state->x.taps, first = (ptrdiff_t)group * state->ocg;
  const float *src = s->src + at->n * s->src_image + (ptrdiff_t)group * state->icg * state->src_plane;
  float *dst = s->dst + at->n * s->dst_image + first * state->dst_plane + at->y * state->dst_row + at->x * state->pixel;
  planes_product a = {.src = s->in,
                      .dst = s->out,
                      .src_channel = state->channel,
                      .dst_channel = state->out_channel,
                      .tap = state->tap,
                      .taps = (int)taps,
                      .inputs = state->icg};
  int outputs = at->columns;
  if (state->in_place) {
    a.src = src + at->x;
    a.src_channel = state->src_plane;
    a.dst_channel = state->dst_plane;
  } else {
    ISA_NAME(planes_fill)(&s->plan->problem, state, at, src, s->src_image, s->in);
    outputs += ((at->images - 1) * state->image_rows + at->rows - 1) * state->pitch;
  }
  for (int tile = 0; tile < state->tiles; tile++) {
    const int row = planes_first_row(state, tile), rows = planes_first_row(state, tile + 1) - row;
    a.wei = s->wei + (first + row) * taps * state->icg;
    if (state->in_place) a.dst = dst + row * state->dst_plane;
    run_tile_row(&a, rows, outputs, state->in_place);
    for (int r = 0; r < rows && !state->in_place; r++)
      store(state, at, s->out + r * state->out_channel, dst + (row + r) * state->dst_plane, s->dst_image);
  }
}

void ISA_NAME(planes_share)(const gconv_plan *plan, const direct_tensors *t, int thread, int threads) {
  const gconv_problem *p = &plan->problem;
  const planes_state *state = plan->state;
  const pass s = {.plan = plan,
                  .state = state,
                  .src = t->src,
                  .wei = t->wei,
                  .dst = t->dst,
                  .in = t->workspace,
                  .out = gconv_grant(t->workspace, state->out_buffer),
                  .src_image = p->ic * state->src_plane,
                  .dst_image = p->oc * state->dst_plane};
  const int64_t strips = (int64_t)state->row_strips * state->column_strips;
  const int64_t units = state->image_strips * p->groups * strips;
  for (int64_t unit = units * thread / threads; unit < units * (thread + 1) / threads; unit++) {
    const int64_t plane = unit / strips;
    const planes_place at =
        planes_place_of(state, planes_range(p->batch, state->image_strips, (int)(plane / p->groups)), unit % strips);
    run_strip(&s, (int)(plane % p->groups), &at);
  }
}
