/* wgrad_blocks.c - gradients of the weights by blocks: the plan, the order of the work, and the sum of its parts.
 *
 * A unit is (vectors, block of 16 input channels, part of the rows of all images). Within it a range of rows that fits
 * L2 is walked once for every few input indices, so src and dst come from memory once a unit. Where vectors and blocks
 * give few units the rows are cut into parts with gradients of their own, which are then added in order. The cut
 * depends on the problem alone: results do not depend on the number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_blocks.h"
#include "common/operand_source.h"

#include "core/clock.h"
#include "core/error.h"
#include "core/parallel.h"
#include "core/saturate.h"
#include "core/workspace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static direct_family family_of(const gconv_problem *p, const operand_source *o) {
  const bool regular = p->kh == p->kw && p->stride_h == p->stride_w && !p->dilation_h && !p->dilation_w;
  if (!regular || o->groups == 0) return ANY_TAPS;
  if (o->mode == LOAD && ISA_NAME(wgrad_depthwise)(p->kw, p->stride_w, p->kh)) return DEPTHWISE;
  return p->kw == 3 && p->stride_w <= 2 && ISA_NAME(wgrad_3x3)(o->mode, p->stride_w, p->icg) ? TAPS_3X3 : ANY_TAPS;
}

/* Rows of a plane that is one long row are as many together as make the loop along them a long one. */
static void widen_rows(gconv_problem *p) {
  enum { LONG_ROW = 48 };
  if (!direct_is_flat(p, &(direct_pass){.dst_stride_h = 1, .dst_stride_w = 1}) || p->ow >= LONG_ROW) return;
  int rows = 1;
  while (rows < p->oh && ((int64_t)rows * p->ow < LONG_ROW || p->oh % rows)) rows++;
  p->oh = p->ih = p->oh / rows;
  p->ow = p->iw = p->ow * rows;
}

/* Parts of the rows: enough units for many threads, each of enough rows to be worth its sum. */
static int choose_parts(const gconv_problem *p, const wgrad_state *state) {
  enum { WANTED_UNITS = 64, LEAST_ROWS = 8 };
  const int64_t units = (int64_t)state->jobs * state->blocks, rows = (int64_t)p->batch * p->oh;
  const int64_t parts = gconv_min64(gconv_ceil_div(WANTED_UNITS, units), rows / LEAST_ROWS);
  return (int)gconv_max64(gconv_min64(parts, (int64_t)state->p.batch * state->p.oh), 1);
}

/* Rows of src and dst that stay in half of the L2 cache while the input indices of a block pass over them; with few
 * registers there are more passes than L2 can feed: in three quarters of L1. */
static int choose_rows(const gconv_plan *plan, const gconv_problem *p) {
  enum { LEAST_ROWS = MANY_REGISTERS ? 4 : 1 };
  const int64_t row = ((int64_t)p->iw * p->stride_h + 2 * (int64_t)p->ow) * BLOCK * (int64_t)sizeof(float);
  const gconv_caches *caches = &plan->env.caches;
  const int64_t rows = (int64_t)(MANY_REGISTERS ? caches->l2 / 2 : caches->l1d / 4 * 3) / row;
  return rows < LEAST_ROWS ? LEAST_ROWS : (int)gconv_min64(rows, p->oh);
}

static int64_t units_of(const wgrad_state *state) {
  return state->image ? state->parts : (int64_t)state->jobs * state->blocks * state->parts;
}

gconv_status ISA_NAME(wgrad_blocks_plan)(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  const int vectors = (int)gconv_ceil_div(p->oc, VL);
  const size_t index_count = p->icg <= VL ? (size_t)vectors * (size_t)p->icg * VL : 0; /* as for the forward pass */
  wgrad_state *state = calloc(1, sizeof *state + (size_t)vectors * sizeof *state->job + index_count * sizeof(int32_t));
  if (!state) return gconv_error(GCONV_NO_MEMORY, "no memory for the plan's %d vectors", vectors);
  plan->state = state;
  state->method = &ISA_NAME(direct_blocks);
  state->p = *p;
  widen_rows(&state->p);
  int32_t *index = (int32_t *)&state->job[vectors];
  for (int vector = 0; vector < vectors;) {
    wgrad_job *job = &state->job[state->jobs++];
    job->vector = vector;
    job->source = operand_source_of(p, vector, index);
    if (job->source.index) index += (ptrdiff_t)p->icg * VL;
    job->family = family_of(p, &job->source);
    job->vectors = job->family == ANY_TAPS && operand_shared(p, &job->source, vector) ? 2 : 1;
    vector += job->vectors;
  }
  state->vectors = vectors;
  state->wei_vector = (ptrdiff_t)p->icg * p->kh * p->kw * VL;
  state->blocks = (int)gconv_ceil_div(p->icg, BLOCK);
  state->parts = choose_parts(p, state);
  state->rows = choose_rows(plan, &state->p);
  state->prefetch = direct_prefetches(plan);
  const gconv_status status = ISA_NAME(direct_is_image)(p) ? ISA_NAME(wgrad_image_plan)(plan, state) : GCONV_OK;
  if (status && status != GCONV_UNSUPPORTED) return status;

  plan->native_src_layout = state->image ? GCONV_NCHW : GCONV_NCHW16C;
  plan->native_dst_layout = GCONV_NCHW16C;
  plan->packed_bytes = (size_t)vectors * (size_t)state->wei_vector * sizeof(float);
  plan->kernel_workspace_bytes =
      (size_t)plan->env.threads * state->image_bytes + (size_t)(state->parts - 1) * plan->packed_bytes;
  plan->executed_macs = gconv_saturated_product(gconv_problem_count(p).macs / p->oc, (int64_t)vectors * VL);
  plan->lane_use = (double)p->oc / ((double)vectors * VL);
  snprintf(plan->text, sizeof plan->text,
           "gradients in registers, %s, %" PRId64 " units of %d rows at a time, rows in %d parts",
           direct_family_name(state->image ? IMAGE : state->job[0].family), units_of(state), state->rows, state->parts);
  return GCONV_OK;
}

typedef struct {
  const gconv_plan *plan;
  const float *src, *dst;
  float *packed, *partial; /* gradients of part 0, and of the others one after the other */
  char *buffers;           /* of the threads, for images */
  ptrdiff_t src_image, dst_image;
} pass;

/* Input indices [first, last) over the rows of the strip. */
static void run_block(const wgrad_job *job, wgrad_strip *a, int first, int last) {
  const gconv_problem *p = a->p;
  for (a->i = first; a->i < last;) {
    const wgrad_kernel *k = NULL;
    switch (job->family) {
    case TAPS_3X3:
      k = ISA_NAME(wgrad_3x3)(job->source.mode, p->stride_w, last - a->i);
      a->pass = (a->i - first) / k->inputs;
      a->passes = (int)gconv_ceil_div(last - first, k->inputs);
      k->run(a);
      break;
    case DEPTHWISE:
      for (a->row_of_taps = 0; a->row_of_taps < p->kh; a->row_of_taps += k->rows) {
        k = ISA_NAME(wgrad_depthwise)(p->kw, p->stride_w, p->kh - a->row_of_taps);
        k->run(a);
      }
      break;
    default:
      k = ISA_NAME(wgrad_any)(job->source.mode, job->vectors, last - a->i);
      k->run(a);
      break;
    }
    a->i += k->inputs; /* NOLINT(clang-analyzer-core.NullDereference): windows have a row */
  }
}

/* Where the strip after this one begins: at `row` of the rows of all images. */
static void find_next(const pass *s, const wgrad_job *job, int input, int64_t row, wgrad_strip *a) {
  const gconv_problem *p = a->p;
  const int64_t n = row / p->oh, y = row % p->oh;
  a->src_ahead = s->src + n * s->src_image + channel_offset(job->source.channel + input, a->src_block) +
                 y * p->stride_h * p->iw * BLOCK;
  a->dst_ahead = s->dst + n * s->dst_image + channel_offset(job->vector * VL, (ptrdiff_t)p->oh * p->ow * BLOCK) +
                 y * p->ow * BLOCK;
}

static float *gradients_of(const pass *s, int part) {
  const wgrad_state *state = s->plan->state;
  return part ? s->partial + (part - 1) * (ptrdiff_t)state->vectors * state->wei_vector : s->packed;
}

static void run_unit(const pass *s, int64_t unit) {
  const wgrad_state *state = s->plan->state;
  const gconv_problem *p = &state->p;
  const int part = (int)(unit % state->parts), block = (int)(unit / state->parts % state->blocks);
  const wgrad_job *job = &state->job[unit / state->parts / state->blocks];
  const int first = block * BLOCK, last = gconv_min(first + BLOCK, p->icg);
  const int64_t rows = (int64_t)p->batch * p->oh, end = rows * (part + 1) / state->parts;
  const ptrdiff_t dst_block = (ptrdiff_t)p->oh * p->ow * BLOCK;
  const ptrdiff_t dst_first = channel_offset(job->vector * VL, dst_block);
  wgrad_strip a = {.p = p,
                   .source = &job->source,
                   .dst_vector = channel_offset((job->vector + job->vectors - 1) * VL, dst_block) - dst_first,
                   .src_block = (ptrdiff_t)p->ih * p->iw * BLOCK,
                   .wei = gradients_of(s, part) + job->vector * state->wei_vector,
                   .wei_vector = state->wei_vector,
                   .prefetch = state->prefetch,
                   .fresh = true};
  for (int64_t row = rows * part / state->parts; row < end;) {
    const int n = (int)(row / p->oh), y = (int)(row % p->oh);
    const int count = (int)gconv_min64(gconv_min(state->rows, p->oh - y), end - row);
    a.src = s->src + n * s->src_image;
    a.dst = s->dst + n * s->dst_image + dst_first;
    a.y_first = y;
    a.y_last = y + count;
    find_next(s, job, first, row + count, &a);
    run_block(job, &a, first, last);
    a.fresh = false;
    row += count;
  }
}

static void run_image(const pass *s, int part, int thread) {
  const wgrad_state *state = s->plan->state;
  wgrad_image image = {.state = state->image,
                       .src = s->src,
                       .dst = s->dst,
                       .buffer = (float *)(s->buffers + state->image_bytes * (size_t)thread),
                       .wei = gradients_of(s, part),
                       .dst_image = s->dst_image,
                       .wei_vector = state->wei_vector,
                       .vectors = state->vectors,
                       .fresh = true};
  const gconv_range strips = {(int)((int64_t)state->strips * part / state->parts),
                              (int)((int64_t)state->strips * (part + 1) / state->parts)};
  for (int place = strips.first; place < strips.end; place++, image.fresh = false)
    ISA_NAME(wgrad_image_run)(&s->plan->problem, &image, place);
}

static void run_share(const void *arg, int thread, int threads) {
  const pass *s = arg;
  const wgrad_state *state = s->plan->state;
  const int64_t units = units_of(state);
  for (int64_t unit = units * thread / threads; unit < units * (thread + 1) / threads; unit++)
    if (state->image)
      run_image(s, (int)unit, thread);
    else
      run_unit(s, unit);
  wgrad_add_parts(s->packed, s->partial, (int64_t)state->vectors * state->wei_vector, state->parts, thread, threads);
}

gconv_status ISA_NAME(wgrad_blocks_execute)(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const wgrad_state *state = plan->state;
  gconv_dims src = gconv_tensor_dims(&plan->problem, GCONV_SRC), dst = gconv_tensor_dims(&plan->problem, GCONV_DST);
  src.n = dst.n = 1;
  gconv_parallel(plan->env.threads, run_share,
                 &(pass){.plan = plan,
                         .src = args->src.data,
                         .dst = args->dst.data,
                         .packed = args->packed.data,
                         .partial = gconv_grant(args->workspace.data, (size_t)plan->env.threads * state->image_bytes),
                         .buffers = args->workspace.data,
                         .src_image = gconv_layout_elems(GCONV_NCHW16C, src),
                         .dst_image = gconv_layout_elems(GCONV_NCHW16C, dst)});
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return GCONV_OK;
}

/* Input indices that are unpacked for one lane before the next: as many lines as lie in L1 whatever their size. */
enum { UNPACK_INPUTS = 8 };

static void unpack_lane(const gconv_problem *p, const wgrad_job *job, int oc, gconv_range inputs,
                        const float *gradients, float *wei) {
  const int taps = p->kh * p->kw, lane = oc % VL, group_channel = oc / p->ocg * p->icg;
  if (taps == 1 && !job->source.index) {
    for (int i = inputs.first; i < inputs.end; i++) wei[(int64_t)oc * p->icg + i] = gradients[(ptrdiff_t)i * VL + lane];
    return;
  }
  for (int i = inputs.first; i < inputs.end; i++) {
    const float *in = gradients + (ptrdiff_t)i * taps * VL + lane;
    float *out = wei + ((int64_t)oc * p->icg + operand_input(&job->source, group_channel, i, lane)) * taps;
    for (int t = 0; t < taps; t++) out[t] = in[(ptrdiff_t)t * VL];
  }
}

void ISA_NAME(wgrad_blocks_unpack)(const gconv_plan *plan, const void *packed, float *wei) {
  const gconv_problem *p = &plan->problem;
  const wgrad_state *state = plan->state;
  for (int j = 0; j < state->jobs; j++) {
    const wgrad_job *job = &state->job[j];
    for (int vector = job->vector; vector < job->vector + job->vectors; vector++)
      for (int i = 0; i < p->icg; i += UNPACK_INPUTS)
        for (int oc = vector * VL; oc < gconv_min((vector + 1) * VL, p->oc); oc++)
          unpack_lane(p, job, oc, (gconv_range){i, gconv_min(i + UNPACK_INPUTS, p->icg)},
                      (const float *)packed + vector * state->wei_vector, wei);
  }
}
