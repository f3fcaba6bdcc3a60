/* passes.c - the plan of a pass by blocks or nhwc: geometry, jobs, and how outputs are divided into units. Forward is
 * one pass, the gradient of src is one or several. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/direct.h"

#include "core/error.h"
#include "core/saturate.h"

#include <stdio.h>
#include <stdlib.h>

/* In NHWC the next block of channels is BLOCK floats away. */
static geometry geometry_of(const gconv_problem *p, const direct_pass *pass, bool flat, const direct_state *state) {
  const gconv_layout layout = state->method->layout;
  const bool nhwc = layout == GCONV_NHWC;
  const ptrdiff_t pixel = direct_pixel(state->image ? GCONV_NCHW : layout, p->ic),
                  dst_pixel = direct_pixel(layout, p->oc);
  geometry g = {
      .ih = p->ih,
      .iw = p->iw,
      .oh = p->oh,
      .ow = p->ow,
      .kh = p->kh,
      .kw = p->kw,
      .stride_h = p->stride_h,
      .stride_w = p->stride_w,
      .step_h = p->dilation_h + 1,
      .step_w = p->dilation_w + 1,
      .pad_top = p->pad_top,
      .pad_left = p->pad_left,
      .src_block = nhwc ? BLOCK : (ptrdiff_t)p->ih * p->iw * pixel,
      .src_pixel = pixel,
      .dst_block = nhwc ? BLOCK : (ptrdiff_t)pass->ih * pass->iw * BLOCK,
      .dst_row = (ptrdiff_t)pass->dst_stride_h * pass->iw * dst_pixel,
      .dst_pixel = pass->dst_stride_w * dst_pixel,
  };
  if (flat) {
    g.iw = g.ow = p->ih * p->iw;
    g.ih = g.oh = 1;
  }
  g.src_row = (ptrdiff_t)g.iw * pixel;
  const gconv_range left = gconv_outputs_inside(-(int64_t)g.pad_left, g.stride_w, g.iw, g.ow),
                    right = gconv_outputs_inside(gconv_tap_origin(g.kw - 1, p->dilation_w, g.pad_left), g.stride_w,
                                                 g.iw, g.ow);
  g.whole = (gconv_range){left.first, gconv_max(right.end, left.first)};
  return g;
}

/* Columns per unit of a flattened layer: their inputs take at most a quarter of L2 and every thread gets work. All
 * units have about the same number of them. */
static int choose_columns(const gconv_plan *plan, const geometry *g, int jobs, int width) {
  const gconv_problem *p = &plan->problem;
  const int64_t pixel = (int64_t)p->ic * (int64_t)sizeof(float);
  int64_t columns = (int64_t)(plan->env.caches.l2 / 4) / pixel;
  const int64_t share = gconv_ceil_div((int64_t)g->ow * p->batch, plan->env.threads);
  columns = gconv_max64(gconv_min64(columns, share), 2 * width);
  int64_t units = gconv_ceil_div(g->ow, columns);
  if (units * jobs * p->batch < 16 * (int64_t)plan->env.threads)
    units += plan->env.threads - 1 - (units - 1) % plan->env.threads; /* too few to be shared evenly by chance */
  return (int)(gconv_ceil_div(g->ow, units * width) * width);
}

/* Output rows per unit of a microkernel that walks down columns: every row boundary costs it a window, idle threads
 * cost more. */
static int choose_rows(const gconv_plan *plan, int jobs) {
  const gconv_problem *p = &plan->problem;
  int rows = p->oh;
  while (rows >= 16 && (int64_t)p->batch * jobs * (p->oh / rows) < 8 * (int64_t)plan->env.threads)
    rows = (rows + 1) / 2;
  return rows;
}

/* The most rows, a multiple of `step`, that divide all of them; 0 if there are none. */
static int even_rows(int all, int most, int step) {
  int rows = most;
  while (rows > 0 && (all % rows || rows % step)) rows--;
  return rows;
}

/* Dense layers read their input once per job, or their weights once per range of rows that fits L2: whichever moves
 * fewer bytes. */
static void choose_order(const gconv_plan *plan, direct_state *state) {
  const gconv_problem *p = &plan->problem;
  const int64_t l2 = (int64_t)plan->env.caches.l2, channels = p->icg > BLOCK || state->image ? p->icg : BLOCK,
                pixel = (int64_t)sizeof(float) * channels;
  const int rows_read = gconv_min(p->kh, p->stride_h),
            columns_read = gconv_min(p->kw, p->stride_w); /* of every stride */
  const int64_t row = pixel * p->iw * columns_read / p->stride_w * rows_read, input = row * p->ih / p->stride_h;
  const int64_t weights = (int64_t)sizeof(float) * p->oc * p->icg * p->kh * p->kw;
  state->jobs_inner = state->x_step > 0;
  if (p->groups > 1 || state->x_step || input <= l2 / 2) return;
  const int most = gconv_min((int)(l2 / 4 / row), p->oh);
  int rows = even_rows(p->oh, most, state->row_step);
  if (!rows) return;
  if ((int64_t)p->batch * state->jobs * (p->oh / rows) < 16 * (int64_t)plan->env.threads && rows % 2 == 0)
    rows /= 2; /* too few to be shared evenly by chance */
  const int64_t ranges = p->oh / rows;
  state->jobs_inner = ranges * weights + input < state->jobs * input + weights;
  if (state->jobs_inner) state->row_step = rows;
}

static gconv_status plan_vectors(gconv_plan *plan, const direct_method *method, const direct_pass *pass) {
  const gconv_problem *p = &plan->problem;
  const bool nhwc = method->layout == GCONV_NHWC;
  const int64_t group_vectors = gconv_ceil_div(p->ocg, VL);
  const int vectors = nhwc ? (int)(p->groups * group_vectors) : vectors_of(p->oc);
  const bool small = p->icg <= VL && !nhwc; /* only then can a vector need lane numbers */
  const size_t index_count = small ? (size_t)vectors * (size_t)p->icg * VL : 0;
  direct_state *state = calloc(1, sizeof *state + (size_t)vectors * sizeof *state->job + index_count * sizeof(int32_t));
  if (!state) return gconv_error(GCONV_NO_MEMORY, "no memory for the plan's %d vectors", vectors);
  plan->state = state;
  state->method = method;
  state->group_vectors = nhwc ? (int)group_vectors : 0;
  state->dst_strided = pass->dst_stride_h > 1 || pass->dst_stride_w > 1;
  state->flat = direct_is_flat(p, pass);
  state->one_tap = p->kh == 1 && p->kw == 1 && !p->pad_top && !p->pad_left &&
                   (p->oh - 1) * (int64_t)p->stride_h < p->ih && (p->ow - 1) * (int64_t)p->stride_w < p->iw;
  state->image = pass->image && !nhwc && ISA_NAME(direct_is_image)(p);
  state->g = geometry_of(p, pass, state->flat, state);
  state->wei = pass->wei;
  state->dst_image = nhwc ? (ptrdiff_t)p->oc * pass->ih * pass->iw : gconv_ceil_div(p->oc, BLOCK) * state->g.dst_block;
  ISA_NAME(direct_choose_jobs)(plan, state, vectors, small ? (int32_t *)&state->job[vectors] : NULL);
  for (int j = 0; j < state->jobs; j++)
    if (state->job[j].main->rows > state->row_step) state->row_step = state->job[j].main->rows;
  const vector_job *first = &state->job[0];
  if (first->main->rows == ALL_ROWS) state->row_step = choose_rows(plan, state->jobs);
  state->x_step = state->flat ? choose_columns(plan, &state->g, state->jobs, first->main->width) : 0;
  choose_order(plan, state);
  const gconv_counts counts = gconv_problem_count(p);
  state->prefetch = direct_prefetches(plan);
  state->large = direct_bytes(plan) > plan->env.caches.l3;
  state->wei_vector = (ptrdiff_t)p->icg * p->kh * p->kw * VL;

  plan->native_src_layout = state->image ? GCONV_NCHW : method->layout;
  plan->native_dst_layout = method->layout;
  plan->packed_bytes = (size_t)vectors * (size_t)state->wei_vector * sizeof(float);
  int64_t lanes = state->job[state->jobs - 1].half ? -VL / 2 : 0;
  for (int j = 0; j < state->jobs; j++)
    if (state->job[j].source.icg) lanes += (int64_t)state->job[j].vectors * VL;
  plan->executed_macs = gconv_saturated_product(counts.macs_nominal / p->oc, lanes);
  plan->lane_use = (double)p->oc / (double)lanes;
  snprintf(plan->text, sizeof plan->text, "%s %s, %d jobs, tile %d vectors x %d rows x %s%d columns, chunk %d of %d",
           direct_family_name(first->family), operand_mode_name(first->source.mode), state->jobs, first->vectors,
           first->main->rows, first->main->any_width ? "up to " : "", first->main->width, first->chunk, p->icg);
  return GCONV_OK;
}

/* Taps outside the image are left out. */
static double cost_of_vectors(const gconv_plan *plan) {
  const gconv_counts counts = gconv_problem_count(&plan->problem);
  const direct_state *state = plan->state;
  return state->job[0].cost * plan->problem.batch * state->g.oh * state->g.ow * (double)counts.macs /
         (double)counts.macs_nominal;
}

#define OF_VECTORS                                                                                                     \
  .plan = plan_vectors, .cost = cost_of_vectors, .pack = ISA_NAME(direct_pack_vectors), .share = ISA_NAME(direct_share)
#define BLOCKS(...) OF_VECTORS, .layout = GCONV_NCHW16C, __VA_ARGS__
#define NHWC(...)   OF_VECTORS, .layout = GCONV_NHWC, __VA_ARGS__

const direct_method ISA_NAME(direct_blocks) = {BLOCKS(.name = "blocks")};
const direct_method ISA_NAME(direct_nhwc) = {NHWC(.name = "nhwc")};
const direct_method ISA_NAME(direct_tiles)[] = {
    {BLOCKS(.name = "blocks3", .vectors = 3)},  {BLOCKS(.name = "blocks4", .vectors = 4)},
    {BLOCKS(.name = "taps", .tile = TAP_TILE)}, {BLOCKS(.name = "rows", .tile = ROW_TILE)},
    {NHWC(.name = "nhwc3", .vectors = 3)},      {NHWC(.name = "nhwc4", .vectors = 4)},
};
