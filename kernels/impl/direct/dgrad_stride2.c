/* dgrad_stride2.c - the gradient of src at stride 2 in one pass over src: which problems, the plan, the order of the
 * rows.
 *
 * As four forward passes, one for each phase of the two axes, each pass has a quarter of the taps, reads dst once and
 * writes every second pixel of every second row; depthwise kernels then spend their time between tiles and on half-used
 * cache lines of src. Here a row of src is computed at once. Each is summed by one thread in one order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/dgrad_stride2.h"
#include "impl/direct/dgrad_stride2_tile.h"
#include "common/operand_source.h"
#include "impl/direct/cost.h"

#include "core/error.h"
#include "core/saturate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  operand_source source;
  const dgrad_tile *tile;
} vector;

struct dgrad_stride2 {
  gconv_problem mirrored; /* ic and oc have changed places: what the operands are those of the forward pass of */
  int vectors;
  ptrdiff_t wei_vector; /* floats of one vector's weights */
  vector vector[];
};

/* How many channels a sum of the narrow tiles has, 0 where they do not apply. */
static int narrow_channels(const gconv_problem *p) {
  const bool few = p->icg == 1 || p->icg == 2 || p->icg == 4 || p->icg == 8;
  return few && p->icg == p->ocg && p->icg < VL ? p->icg : 0;
}

static const dgrad_tile *tile_of(const gconv_problem *p, operand_mode mode) {
  const int channels = mode <= PERMUTE ? narrow_channels(p) : 0;
  if (channels) return ISA_NAME(dgrad_stride2_narrow)(channels, p->kw, p->iw);
  const dgrad_tile *tile = p->kw == 3 ? ISA_NAME(dgrad_stride2_3x3)(mode, p->iw) : NULL;
  /* Wider groups have pairs of vectors, which the tap tile runs on rows of any width: 67 instead of 50 % of peak. */
  return tile && tile->columns == DGRAD_NARROW && p->icg > BLOCK ? NULL : tile;
}

/* The borders of dst must be no further from those of src than the tiles' edge columns reach. */
static bool fits(const gconv_problem *p) {
  const bool depthwise = narrow_channels(p) == 1;
  return p->stride_h == 2 && p->stride_w == 2 && p->kh == p->kw && !p->dilation_h && !p->dilation_w &&
         p->pad_left >= 0 && p->pad_top >= 0 && (p->iw - 1 + p->pad_left) / 2 - (p->ow - 1) <= DGRAD_EDGE(p->kw) &&
         tile_of(p, depthwise ? LOAD : BCAST);
}

/* Depthwise: also where there is but one channel, or none, in the vector. */
static operand_source source_of(const gconv_problem *mirrored, int number, int32_t *index) {
  operand_source o = operand_source_of(mirrored, number, index);
  if (narrow_channels(mirrored) != 1) return o;
  o.mode = LOAD;
  o.channel = number * VL;
  return o;
}

gconv_status ISA_NAME(dgrad_stride2_plan)(gconv_plan *plan, dgrad_stride2 **pass) {
  const gconv_problem *p = &plan->problem;
  *pass = NULL;
  if (!fits(p)) return GCONV_OK;
  const int vectors = vectors_of(p->ic);
  const size_t index_count = p->ocg <= VL ? (size_t)vectors * (size_t)p->ocg * VL : 0;
  dgrad_stride2 *state =
      calloc(1, sizeof *state + (size_t)vectors * sizeof *state->vector + index_count * sizeof(int32_t));
  if (!state) return gconv_error(GCONV_NO_MEMORY, "no memory for the plan's %d vectors", vectors);
  *pass = state;
  state->mirrored = *p;
  state->mirrored.ic = p->oc;
  state->mirrored.oc = p->ic;
  state->mirrored.icg = p->ocg;
  state->mirrored.ocg = p->icg;
  state->vectors = vectors;
  state->wei_vector = (ptrdiff_t)p->ocg * p->kh * p->kw * VL;
  int32_t *index = (int32_t *)&state->vector[vectors];
  for (int v = 0; v < vectors; v++) {
    vector *job = &state->vector[v];
    job->source = source_of(&state->mirrored, v, index + (index_count ? (ptrdiff_t)v * p->ocg * VL : 0));
    job->tile = tile_of(p, job->source.mode);
  }
  plan->packed_bytes = (size_t)vectors * (size_t)state->wei_vector * sizeof(float);
  plan->executed_macs = gconv_saturated_product(gconv_problem_count(p).macs_nominal / p->ic, (int64_t)vectors * VL);
  plan->lane_use = (double)p->ic / ((double)vectors * VL);
  snprintf(plan->text, sizeof plan->text, "both phases of a row at once, tile 1 row x %d columns",
           state->vector[0].tile->columns);
  return GCONV_OK;
}

/* An operand meets all taps of a kernel row, every second row of which meets a row of src. */
double ISA_NAME(dgrad_stride2_cost)(const gconv_plan *plan, const dgrad_stride2 *pass) {
  const gconv_problem *p = &plan->problem;
  double cost = 0;
  for (int v = 0; v < pass->vectors; v++) {
    const int columns = pass->vector[v].tile->columns;
    const direct_step kernel_row = {columns * p->kw / 2.0, columns / 2.0 + DGRAD_EDGE(p->kw), p->kw};
    const double index = ISA_NAME(direct_cost_of_step)(&pass->vector[v].source, &kernel_row) * p->kh / 2;
    cost += (double)gconv_ceil_div(p->iw, columns) * (index * p->ocg + TILE_COST + STORE_COST * columns);
  }
  return cost * p->ih * p->batch;
}

/* [vector][ocg][r][s][lane]; lanes beyond ic are zero. */
void ISA_NAME(dgrad_stride2_pack)(const gconv_plan *plan, const dgrad_stride2 *pass, const float *wei, void *packed) {
  const gconv_problem *p = &plan->problem;
  const int taps = p->kh * p->kw;
  memset(packed, 0, plan->packed_bytes);
  for (int channel = 0; channel < p->ic; channel++) {
    const int group = channel / p->icg, lane = channel % VL;
    float *out = (float *)packed + channel / VL * pass->wei_vector + lane;
    for (int i = 0; i < p->ocg; i++) {
      const int output = operand_input(&pass->vector[channel / VL].source, group * p->ocg, i, lane);
      const float *in = wei + (((int64_t)group * p->ocg + output) * p->icg + channel % p->icg) * taps;
      for (int t = 0; t < taps; t++) out[((ptrdiff_t)i * taps + t) * VL] = in[t];
    }
  }
}

void ISA_NAME(dgrad_stride2_share)(const gconv_plan *plan, const dgrad_stride2 *pass, const gconv_args *args,
                                   int thread, int threads) {
  const gconv_problem *p = &plan->problem;
  gconv_dims src = gconv_tensor_dims(p, GCONV_SRC), dst = gconv_tensor_dims(p, GCONV_DST);
  src.n = dst.n = 1;
  const int64_t src_image = gconv_layout_elems(GCONV_NCHW16C, src), dst_image = gconv_layout_elems(GCONV_NCHW16C, dst);
  const int64_t planes = (int64_t)p->batch * pass->vectors, rows = planes * p->ih;
  const int64_t first = rows * thread / threads, last = rows * (thread + 1) / threads;
  for (int64_t row = first; row < last;) {
    const int64_t n = row / p->ih / pass->vectors;
    const int v = (int)(row / p->ih % pass->vectors);
    const dgrad_strip a = {
        .p = p,
        .source = &pass->vector[v].source,
        .dst = (const float *)args->dst.data + n * dst_image,
        .wei = (const float *)args->packed.data + v * pass->wei_vector,
        .src = (float *)args->src.data + n * src_image + channel_offset(v * VL, (ptrdiff_t)p->ih * p->iw * BLOCK),
        .dst_block = (ptrdiff_t)p->oh * p->ow * BLOCK,
    };
    const int64_t end = gconv_min64((row / p->ih + 1) * p->ih, last);
    for (int64_t first_row = row / p->ih * p->ih; row < end; row++)
      pass->vector[v].tile->row(&a, (int)(row - first_row));
  }
}
