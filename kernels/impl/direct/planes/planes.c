/* planes.c - the method "planes": its plan and its weights. share.c has the order of its work. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"

#include "core/error.h"
#include "core/saturate.h"
#include "core/workspace.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static planes_axis axis_of(int stride, int dilation, int pad, int taps) {
  planes_axis a = {.stride = stride, .step = dilation + 1, .pad = pad, .taps = taps};
  a.classes = gconv_min(taps, stride / gconv_gcd(stride, a.step));
  a.reach = planes_reach(&a, taps - 1);
  return a;
}

/* Outputs of a strip that are enough for full tiles, and those that two strips on two threads must have at least. */
enum { WANTED_OUTPUTS = 48 * VL, LEAST_OUTPUTS = 8 * VL };

static int64_t buffer_floats(const planes_state *state, int images, int rows, int columns) {
  return gconv_saturated_product((int64_t)images * (rows + state->y.reach) * (columns + state->x.reach),
                                 (int64_t)state->icg * state->y.classes * state->x.classes);
}

/* A strip's inputs take half of L2. Every one of `threads` gets work, if that leaves tiles full. */
static void choose_strips(const gconv_plan *plan, planes_state *state, int threads) {
  const gconv_problem *p = &plan->problem;
  const int64_t most = state->in_place ? INT64_MAX : (int64_t)(plan->env.caches.l2 / 2 / sizeof(float)),
                planes = (int64_t)p->batch * p->groups, wanted = threads > 1 ? 4 * threads : 1;
  int images = 1, rows = state->oh, columns = state->ow;
  while (columns > LEAST_OUTPUTS && buffer_floats(state, 1, 1, columns) > most) columns = (columns + 1) / 2;
  while (rows > 1 && buffer_floats(state, 1, rows, columns) > most) rows = (rows + 1) / 2;
  while (rows > 1 && (int64_t)rows * columns > LEAST_OUTPUTS && planes * gconv_ceil_div(state->oh, rows) < wanted)
    rows = (rows + 1) / 2;
  while (rows == 1 && columns > LEAST_OUTPUTS && planes * state->oh * gconv_ceil_div(state->ow, columns) < wanted)
    columns = (columns + 1) / 2;
  if (rows == state->oh && columns == state->ow && !state->in_place)
    while (images < p->batch && (int64_t)images * rows * columns < WANTED_OUTPUTS &&
           buffer_floats(state, images + 1, rows, columns) <= most &&
           p->groups * gconv_ceil_div(p->batch, images + 1) >= wanted)
      images++;
  ISA_NAME(planes_divide)(state, p->batch, images, rows, columns);
}

void ISA_NAME(planes_divide)(planes_state *state, int batch, int images, int rows, int columns) {
  state->image_strips = (int)gconv_ceil_div(batch, images);
  state->images = (int)gconv_ceil_div(batch, state->image_strips);
  state->row_strips = (int)gconv_ceil_div(state->oh, rows);
  state->rows = (int)gconv_ceil_div(state->oh, state->row_strips);
  state->column_strips = (int)gconv_ceil_div(state->ow, columns);
  state->columns = (int)gconv_ceil_div(state->ow, state->column_strips);
}

/* Floats of a class of one channel. */
static ptrdiff_t class_of(const planes_state *state) {
  return (ptrdiff_t)state->images * state->image_rows * state->pitch;
}

void ISA_NAME(planes_lay_out)(planes_state *state) {
  state->pitch = state->columns + state->x.reach;
  state->image_rows = state->rows + state->y.reach;
  const ptrdiff_t class = class_of(state);
  for (int r = 0; r < state->y.taps; r++)
    for (int s = 0; s < state->x.taps; s++)
      state->tap[(ptrdiff_t)r * state->x.taps + s] =
          (r % state->y.classes * state->x.classes + s % state->x.classes) * class +
          (ptrdiff_t)planes_reach(&state->y, r) * state->pitch + planes_reach(&state->x, s);
  state->channel = state->in_place ? state->src_plane : planes_spaced(state->y.classes * state->x.classes * class + VL);
}

/* Returns their bytes. */
static size_t book_buffers(planes_state *state) {
  if (state->in_place) return 0;
  state->out_channel = planes_spaced(class_of(state));
  gconv_book book = {0};
  gconv_book_add(&book, (size_t)(state->channel * state->icg) * sizeof(float));
  state->out_buffer =
      gconv_book_add(&book, (size_t)(state->out_channel * gconv_min(state->ocg, PLANES_ROWS)) * sizeof(float));
  return book.bytes;
}

/* The plane is one long row, which has a whole vector and can be counted in them. */
static bool is_in_place(const gconv_problem *p, const direct_pass *pass) {
  const int64_t plane = (int64_t)p->ih * p->iw;
  return direct_is_flat(p, pass) && plane >= VL && plane <= INT_MAX / 2;
}

/* Every `stride`-th float of a row: the vectors that hold a vector of them are merged one by one. Lane l is found
 * l * stride floats further on. */
static void choose_lanes(planes_state *state) {
  const int stride = state->x.stride;
  for (int merged = 1; merged < stride && stride <= PLANES_STRIDE_MAX; merged++)
    for (int l = 0; l < VL; l++) {
      const int from = l * stride, vector = from / VL;
      state->lanes[merged][l] = vector == merged ? VL + from % VL : vector == 0 && merged == 1 ? from : l;
    }
}

gconv_status ISA_NAME(planes_describe)(const gconv_problem *p, const direct_pass *pass, planes_state **described) {
  enum { TAPS_MAX = 1 << 16 }; /* a kernel may be as large as images can be, a table may not */
  const int64_t taps = (int64_t)p->kh * p->kw;
  *described = NULL;
  if (taps > TAPS_MAX)
    return gconv_error(GCONV_UNSUPPORTED, "direct@planes: no kernels of more than %d taps, this one has %dx%d",
                       TAPS_MAX, p->kh, p->kw);
  planes_state *state = *described = calloc(1, sizeof *state + (size_t)taps * sizeof *state->tap);
  if (!state) return gconv_error(GCONV_NO_MEMORY, "no memory for the plan's %lld taps", (long long)taps);
  state->method = &ISA_NAME(direct_planes);
  state->y = axis_of(p->stride_h, p->dilation_h, p->pad_top, p->kh);
  state->x = axis_of(p->stride_w, p->dilation_w, p->pad_left, p->kw);
  state->icg = p->icg;
  state->ocg = p->ocg;
  state->tiles = (int)gconv_ceil_div(p->ocg, PLANES_ROWS);
  state->in_place = is_in_place(p, pass);
  state->oh = state->in_place ? 1 : p->oh;
  state->ow = state->in_place ? p->ih * p->iw : p->ow;
  state->wei = pass->wei;
  state->src_plane = (ptrdiff_t)p->ih * p->iw;
  state->dst_plane = (ptrdiff_t)pass->ih * pass->iw;
  state->dst_row = (ptrdiff_t)pass->dst_stride_h * pass->iw;
  state->pixel = pass->dst_stride_w;
  choose_lanes(state);
  return GCONV_OK;
}

void ISA_NAME(planes_account)(gconv_plan *plan, const planes_state *state) {
  const gconv_problem *p = &plan->problem;
  const int64_t row = state->in_place ? p->ow : (int64_t)state->column_strips * state->pitch; /* outputs computed */
  plan->native_src_layout = plan->native_dst_layout = GCONV_NCHW;
  plan->executed_macs = gconv_saturated_product(gconv_problem_count(p).macs_nominal / p->ow, row);
  plan->lane_use = (double)p->ow / (double)row;
}

static gconv_status plan_planes(gconv_plan *plan, const direct_method *method, const direct_pass *pass) {
  const gconv_problem *p = &plan->problem;
  planes_state *state;
  const gconv_status status = ISA_NAME(planes_describe)(p, pass, &state);
  if (status) return status;
  plan->state = state;
  state->method = method;
  choose_strips(plan, state, 1);
  state->cost = ISA_NAME(planes_cost)(p, state);
  choose_strips(plan, state, plan->env.threads);
  ISA_NAME(planes_lay_out)(state);
  ISA_NAME(planes_account)(plan, state);
  plan->packed_bytes = (size_t)gconv_problem_count(p).params * sizeof(float);
  plan->kernel_workspace_bytes = book_buffers(state);
  snprintf(plan->text, sizeof plan->text, "planes%s, tile %d channels, strips of %d images x %d rows x %d columns",
           state->in_place ? " in place" : "", (int)gconv_ceil_div(p->ocg, state->tiles), state->images, state->rows,
           state->columns);
  return GCONV_OK;
}

/* [group][tile][r][s][input][output channel of the tile] */
static void pack_planes(const gconv_plan *plan, const float *wei, void *packed) {
  const planes_state *state = plan->state;
  const weight_view *view = &state->wei;
  float *out = packed;
  for (int g = 0; g < plan->problem.groups; g++)
    for (int tile = 0; tile < state->tiles; tile++) {
      const int first = planes_first_row(state, tile), end = planes_first_row(state, tile + 1);
      const float *in = wei + g * view->group + view->first;
      for (int r = 0; r < state->y.taps; r++)
        for (int s = 0; s < state->x.taps; s++)
          for (int i = 0; i < state->icg; i++)
            for (int o = first; o < end; o++)
              *out++ = in[o * view->oc + i * view->ic + r * view->row + s * view->column];
    }
}

static double cost_of_planes(const gconv_plan *plan) { return ((const planes_state *)plan->state)->cost; }

const direct_method ISA_NAME(direct_planes) = {.name = "planes",
                                               .plan = plan_planes,
                                               .cost = cost_of_planes,
                                               .pack = pack_planes,
                                               .share = ISA_NAME(planes_share),
                                               .layout = GCONV_NCHW};
