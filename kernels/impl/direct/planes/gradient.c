/* gradient.c - gradients of the weights by "planes": the plan, the order of the work, and the sum of its parts.
 *
 * A unit is (group, part of its strips). The inputs and the gradients of a strip's outputs are copied into buffers of
 * one pitch, dst with zeros where outputs would be dropped; then some output channels of dst stay in L1 while all
 * columns, that is input channels and taps, pass by. Parts have gradients of their own, which are then added in order;
 * strips and parts depend on the problem alone: results do not depend on the number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/planes/planes.h"
#include "impl/direct/wgrad.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/saturate.h"
#include "core/workspace.h"

#include <stdio.h>
#include <string.h>

/* Units for many threads; outputs of a strip that are worth the sums of their lanes. */
enum { WANTED_UNITS = 32, LEAST_OUTPUTS = 24 * VL };

/* The rows of dst that a tile reads stay in half of L1, all of a strip in half of L2. */
static bool fits(const gconv_plan *plan, const planes_state *state, int images, int rows, int columns) {
  const gconv_caches *caches = &plan->env.caches;
  const int64_t area = (int64_t)images * (rows + state->y.reach) * (columns + state->x.reach),
                channels = (int64_t)state->icg * state->y.classes * state->x.classes + state->ocg;
  return area * PLANES_GRADIENT_ROWS <= (int64_t)(caches->l1d / 2 / sizeof(float)) &&
         gconv_saturated_product(area, channels) <= (int64_t)(caches->l2 / 2 / sizeof(float));
}

static void choose_strips(const gconv_plan *plan, planes_state *state) {
  const gconv_problem *p = &plan->problem;
  int images = 1, rows = state->oh, columns = state->ow;
  const int64_t planes = (int64_t)p->batch * p->groups;
  while (rows > 1 && (int64_t)rows * columns > LEAST_OUTPUTS && !fits(plan, state, 1, rows, columns))
    rows = (rows + 1) / 2;
  while (rows == 1 && columns > LEAST_OUTPUTS && !fits(plan, state, 1, rows, columns)) columns = (columns + 1) / 2;
  while (rows > 1 && (int64_t)rows * columns > 2 * LEAST_OUTPUTS &&
         planes * gconv_ceil_div(state->oh, rows) < WANTED_UNITS)
    rows = (rows + 1) / 2;
  if (rows == state->oh && columns == state->ow)
    while (images < p->batch && fits(plan, state, images + 1, rows, columns) &&
           ((int64_t)images * rows * columns < LEAST_OUTPUTS ||
            p->groups * gconv_ceil_div(p->batch, images + 1) >= WANTED_UNITS))
      images++;
  ISA_NAME(planes_divide)(state, p->batch, images, rows, columns);
}

/* Returns the bytes of one thread. */
static size_t book_buffers(planes_state *state) {
  if (state->in_place) {
    state->out_channel = state->dst_plane;
    return 0;
  }
  state->out_image = gconv_round_up((int64_t)(state->rows - 1) * state->pitch + state->columns, VL);
  state->out_channel = planes_spaced(state->images * state->out_image);
  gconv_book book = {0};
  gconv_book_add(&book, (size_t)(state->channel * state->icg) * sizeof(float));
  state->out_buffer = gconv_book_add(&book, (size_t)(state->out_channel * state->ocg) * sizeof(float));
  return book.bytes;
}

gconv_status ISA_NAME(planes_gradient_plan)(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  const direct_pass pass = {.dst_stride_h = 1, .dst_stride_w = 1, .ih = p->oh, .iw = p->ow};
  planes_state *state;
  const gconv_status status = ISA_NAME(planes_describe)(p, &pass, &state);
  if (status) return status;
  plan->state = state;
  state->tiles = (int)gconv_ceil_div(p->ocg, PLANES_GRADIENT_ROWS);
  choose_strips(plan, state);
  ISA_NAME(planes_lay_out)(state);
  state->cost = ISA_NAME(planes_gradient_cost)(p, state);
  const int64_t strips = (int64_t)state->image_strips * state->row_strips * state->column_strips;
  state->parts = (int)gconv_min64(strips, gconv_ceil_div(WANTED_UNITS, p->groups));
  ISA_NAME(planes_account)(plan, state);
  plan->kernel_workspace_bytes = book_buffers(state) * (size_t)plan->env.threads +
                                 (size_t)(state->parts - 1) * (size_t)gconv_problem_count(p).params * sizeof(float);
  snprintf(plan->text, sizeof plan->text,
           "gradients by planes%s, %d channels at a time, strips of %d images x %d rows x %d columns in %d parts",
           state->in_place ? " in place" : "", (int)gconv_ceil_div(p->ocg, state->tiles), state->images, state->rows,
           state->columns, state->parts);
  return GCONV_OK;
}

double ISA_NAME(planes_gradient_cost_of)(const gconv_plan *plan) { return ((const planes_state *)plan->state)->cost; }

typedef struct {
  const gconv_plan *plan;
  const planes_state *state;
  const float *src, *dst;
  float *wei, *partial; /* gradients of part 0, and of the others one after the other */
  void *buffers;
  size_t buffer_bytes; /* of a thread */
  ptrdiff_t src_image, dst_image;
} pass;

/* dst: the first of the strip's outputs in channel 0 of the group. */
static void fill_dst(const pass *s, const planes_place *at, const float *dst, float *buffer) {
  const planes_state *state = s->state;
  const size_t row = (size_t)at->columns * sizeof *dst, gap = (size_t)(state->pitch - at->columns) * sizeof *dst;
  const ptrdiff_t used = (ptrdiff_t)(at->rows - 1) * state->pitch + at->columns;
  const size_t rest = (size_t)(gconv_round_up(used, VL) - used) * sizeof *dst;
  for (int o = 0; o < state->ocg; o++)
    for (int n = 0; n < at->images; n++) {
      const float *in = dst + o * state->dst_plane + n * s->dst_image;
      float *out = buffer + o * state->out_channel + n * state->out_image;
      for (int y = 0; y < at->rows; y++, in += state->dst_row, out += state->pitch) {
        memcpy(out, in, row);
        memset(out + at->columns, 0, y + 1 < at->rows ? gap : rest);
      }
    }
}

/* What tiles read behind the last image of a class meets zeros of dst, but must be a number. */
static void fill_src(const pass *s, const planes_place *at, const float *src, float *buffer) {
  const planes_state *state = s->state;
  const ptrdiff_t image = (ptrdiff_t)state->image_rows * state->pitch;
  for (int i = 0; i < state->icg; i++)
    for (int class = 0; class < state->y.classes * state->x.classes; class ++)
      memset(buffer + i * state->channel + (class * state->images + at->images) * image, 0, VL * sizeof *buffer);
  ISA_NAME(planes_fill)(&s->plan->problem, state, at, src, s->src_image, buffer);
}

/* All columns of a tile of output channels; sums.wei is that of column 0. */
static void run_columns(const planes_state *state, planes_sums sums, int rows, const float *src) {
  const int columns = state->icg * state->y.taps * state->x.taps;
  const int count = (int)gconv_ceil_div(columns, ISA_NAME(planes_gradient_widest)(rows));
  const float *in[PLANES_GRADIENT_COLUMNS];
  planes_columns next = {state, src, 0};
  sums.in = in;
  for (int tile = 0; tile < count; tile++) {
    const gconv_range c = planes_range(columns, count, tile);
    const int width = c.end - c.first;
    planes_next_columns(&next, width, in);
    ISA_NAME(planes_gradient_tile_of)(rows, width)(&sums);
    sums.wei += width;
  }
}

static void run_strip(const pass *s, int group, const planes_place *at, void *buffer, planes_sums a) {
  const planes_state *state = s->state;
  const ptrdiff_t first = (ptrdiff_t)group * state->ocg;
  const float *src = s->src + at->n * s->src_image + (ptrdiff_t)group * state->icg * state->src_plane;
  const float *dst =
      s->dst + at->n * s->dst_image + first * state->dst_plane + at->y * state->dst_row + (ptrdiff_t)at->x;
  int64_t outputs = at->columns;
  if (state->in_place) {
    src += at->x;
    a.src_image = s->src_image;
    a.dst_image = s->dst_image;
    a.rest = (1u << outputs % VL) - 1;
  } else {
    float *const out = gconv_grant(buffer, state->out_buffer);
    fill_src(s, at, src, buffer);
    fill_dst(s, at, dst, out);
    src = buffer;
    dst = out;
    a.src_image = (ptrdiff_t)state->image_rows * state->pitch;
    a.dst_image = state->out_image;
    outputs = gconv_round_up((int64_t)(at->rows - 1) * state->pitch + at->columns, VL);
  }
  a.images = at->images;
  a.vectors = (int)(outputs / VL);
  float *const wei = a.wei + first * a.wei_channel;
  for (int tile = 0; tile < state->tiles; tile++) {
    const int row = planes_first_row(state, tile), rows = planes_first_row(state, tile + 1) - row;
    a.dst = dst + row * state->out_channel;
    a.wei = wei + row * a.wei_channel;
    run_columns(state, a, rows, src);
  }
}

static void run_share(const void *arg, int thread, int threads) {
  const pass *s = arg;
  const gconv_problem *p = &s->plan->problem;
  const planes_state *state = s->state;
  const int64_t params = gconv_problem_count(p).params;
  const int64_t places = (int64_t)state->row_strips * state->column_strips, strips = places * state->image_strips;
  const int64_t units = (int64_t)p->groups * state->parts;
  planes_sums a = {.dst_channel = state->out_channel,
                   .wei_channel = (ptrdiff_t)state->icg * state->y.taps * state->x.taps};
  for (int64_t unit = units * thread / threads; unit < units * (thread + 1) / threads; unit++) {
    const int64_t part = unit % state->parts, end = strips * (part + 1) / state->parts;
    a.wei = part ? s->partial + (part - 1) * params : s->wei;
    a.fresh = true;
    for (int64_t place = strips * part / state->parts; place < end; place++, a.fresh = false) {
      const planes_place at =
          planes_place_of(state, planes_range(p->batch, state->image_strips, (int)(place / places)), place % places);
      run_strip(s, (int)(unit / state->parts), &at, (char *)s->buffers + s->buffer_bytes * (size_t)thread, a);
    }
  }
  wgrad_add_parts(s->wei, s->partial, params, state->parts, thread, threads);
}

gconv_status ISA_NAME(planes_gradient_execute)(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const gconv_problem *p = &plan->problem;
  const planes_state *state = plan->state;
  const size_t partial = (size_t)(state->parts - 1) * (size_t)gconv_problem_count(p).params * sizeof(float);
  const size_t buffer_bytes = (plan->kernel_workspace_bytes - partial) / (size_t)plan->env.threads;
  gconv_parallel(plan->env.threads, run_share,
                 &(pass){.plan = plan,
                         .state = state,
                         .src = args->src.data,
                         .dst = args->dst.data,
                         .wei = args->wei.data,
                         .partial = gconv_grant(args->workspace.data, buffer_bytes * (size_t)plan->env.threads),
                         .buffers = args->workspace.data,
                         .buffer_bytes = buffer_bytes,
                         .src_image = p->ic * state->src_plane,
                         .dst_image = p->oc * state->dst_plane});
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return GCONV_OK;
}
