/* jobs.c - which vectors of output channels run together, and with which microkernel.
 *
 * Consecutive vectors that take their input from one group, or from two with one vector across the border, can share
 * operands. The vectors are cut into such runs so that the work, by a simple count of instructions, is least. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/operand_source.h"
#include "impl/direct/cost.h"

#include <math.h>

/* A longer job must save more than rounding: of two tiles of equal cost the one of fewer vectors is faster, since it
 * forms each operand once for all taps. */
static const double BETTER = 1 - 1e-9;

/* Down columns where the registers allow it, else by rows. */
static const microkernel *depthwise_tile(const gconv_problem *p) {
  const bool square = p->kw == 3 && p->kh == 3 && p->stride_h == p->stride_w;
  const microkernel *columns = square ? ISA_NAME(direct_columns)(p->stride_w, p->ow) : NULL,
                    *rows = square && !columns ? ISA_NAME(direct_rows_3x3)(p->stride_w, p->ow) : NULL;
  return columns ? columns : rows ? rows : ISA_NAME(direct_depthwise)(p->kw, p->stride_w, p->ow);
}

/* The fast families need no dilation, and borders that their edge columns cover; 3x3 square strides, too. */
static direct_family family_of(const gconv_problem *p, const direct_state *state) {
  const int edge = (p->kw - 1) / 2;
  const bool rows = p->stride_w <= 2 && !p->dilation_h && !p->dilation_w && p->pad_left <= edge && p->pad_right <= edge;
  if (state->image) return IMAGE;
  if (!rows || state->dst_strided) return ANY_TAPS;
  const bool depthwise = p->icg == 1 && p->ocg == 1 && VL > 1 && (p->kw == 3 || p->kw == 5 || p->kw == 7);
  if (depthwise && depthwise_tile(p)) return DEPTHWISE;
  if (p->kh != p->kw || p->stride_h != p->stride_w) return ANY_TAPS;
  if (p->kw == 3 && (ISA_NAME(direct_3x3_row)(p, BCAST) || ISA_NAME(direct_3x3)(BCAST, p->stride_w, 1, p->ow)))
    return TAPS_3X3;
  return ANY_TAPS;
}

static int round_down(int value, int multiple) { return value / multiple * multiple; }

/* Input indices per pass: a vector's weights take at most five eighths of the L1 cache, which leaves the rows of src
 * room; a tail shorter than half a chunk is not split off. */
static int choose_chunk(const gconv_problem *p, direct_family f, const gconv_caches *caches) {
  if (f != TAPS_3X3) return p->icg;
  const int bytes = p->kh * p->kw * VL * (int)sizeof(float);
  const int chunk = round_down((int)(caches->l1d / 8 * 5) / bytes, BLOCK);
  return chunk < BLOCK || p->icg <= chunk + chunk / 2 ? p->icg : chunk;
}

/* The stride of a 1x1 layer all of whose outputs have their pixel in src, if it is one or two; else 0. */
static int pixel_stride(const gconv_problem *p, const direct_state *state) {
  if (state->flat) return 1;
  return state->one_tap && p->stride_h == 2 && p->stride_w == 2 && !state->dst_strided ? 2 : 0;
}

/* The tile for a 1x1 job whose last vector has output channels in its lower half only; NULL for any other. */
static const microkernel *half_tile(const gconv_problem *p, int stride, int ow, const vector_job *job) {
  const int last = (job->vector + job->vectors - 1) * VL;
  const bool half = p->oc > last && p->oc - last <= VL / 2;
  return stride && job->source.mode == BCAST && half ? ISA_NAME(direct_1x1_half)(stride, job->vectors, ow) : NULL;
}

static void choose_microkernels(const gconv_plan *plan, const direct_state *state, vector_job *job) {
  const geometry *g = &state->g;
  const gconv_problem *p = &plan->problem;
  const operand_mode mode = job->source.mode;
  job->half = false;
  job->chunk = choose_chunk(p, job->family, &plan->env.caches);
  if (job->family == TAPS_3X3 && ROWS_3X3) {
    job->main = job->tail = ISA_NAME(direct_3x3_row)(p, mode);
  } else if (job->family == TAPS_3X3) {
    job->tail = ISA_NAME(direct_3x3)(mode, p->stride_w, 1, g->ow);
    job->main = g->oh > 1 ? ISA_NAME(direct_3x3)(mode, p->stride_w, 2, g->ow) : job->tail;
    const microkernel *wide = ISA_NAME(direct_3x3_wide)(p, mode);
    if (wide && columns_computed(wide->width, g->ow) <= columns_computed(job->main->width, g->ow))
      job->main = job->tail = wide;
  } else if (job->family == DEPTHWISE) {
    job->main = job->tail = depthwise_tile(p);
  } else if (job->family == PIXELS) {
    job->main = job->tail = ISA_NAME(direct_pixels)(job->vectors);
  } else if (job->family == IMAGE) {
    job->main = job->tail = ISA_NAME(direct_image)(p->stride_w, job->vectors);
  } else if (mode == LOAD) {
    job->main = job->tail = ISA_NAME(direct_depthwise_any)(p);
  } else {
    const int stride = pixel_stride(p, state);
    const microkernel *pixels = stride ? ISA_NAME(direct_1x1)(mode, job->mixed, stride, job->vectors, g->ow) : NULL;
    const microkernel *half = half_tile(p, stride, g->ow, job);
    job->half = half;
    if (half) pixels = half;
    job->main = pixels ? pixels : ISA_NAME(direct_any)(mode, job->mixed, p->stride_w, job->vectors, g->ow);
    if (job->main)
      job->tail = ISA_NAME(direct_any)(mode, job->mixed, p->stride_w, job->vectors, g->ow % job->main->width);
  }
  job->cost = ISA_NAME(direct_cost_of_job)(p, g->ow, job);
}

/* Where one group fills the vectors: tiles of any width instead of tiles of one, if they cost less. */
static void consider_group_tile(const gconv_plan *plan, const direct_state *state, vector_job *job) {
  const gconv_problem *p = &plan->problem;
  const direct_tile asked = state->method->tile;
  vector_job other = *job;
  if (job->family != ANY_TAPS || job->source.mode != BCAST || (job->main && asked == TAP_TILE)) return;
  other.half = false;
  other.main = other.tail = ISA_NAME(direct_group)(p->stride_w, job->vectors);
  other.cost = ISA_NAME(direct_cost_of_job)(p, state->g.ow, &other);
  if (!job->main || asked == ROW_TILE || other.cost < BETTER * job->cost) *job = other;
}

/* NHWC: `count` vectors of a group. */
static bool of_group(const gconv_problem *p, int group_vectors, vector_job *job, int count) {
  if (job->vector % group_vectors + count > group_vectors) return false;
  const int channel = job->vector / group_vectors * p->icg;
  job->source = (operand_source){.mode = BCAST, .groups = 1, .channel = channel, .icg = p->icg};
  job->vectors = count;
  job->mixed = 0;
  job->family = PIXELS;
  return true;
}

/* A vector alone; depthwise all of a block. */
static void single(const gconv_problem *p, direct_family f, vector_job *job, int32_t *index) {
  job->source = operand_source_of(p, job->vector, index);
  const bool whole_block = job->source.mode == LOAD && f != IMAGE && job->vector % BLOCK_VECTORS == 0;
  job->vectors = whole_block ? BLOCK_VECTORS : 1;
  job->mixed = 0;
  const bool padding_only = job->source.groups == 0;
  job->family = padding_only ? ANY_TAPS : f;
  if (padding_only) job->source.icg = 0; /* nothing is summed */
}

/* `count` vectors together: false where they do not share operands. */
static bool together(const gconv_problem *p, direct_family f, vector_job *job, int count) {
  const int first = job->vector * VL, end = first + count * VL, group = first / p->ocg;
  if (end - VL >= p->oc || f == DEPTHWISE) return false;
  const int last_group = (gconv_min(end, p->oc) - 1) / p->ocg, border = (group + 1) * p->ocg;
  job->source = (operand_source){.mode = BCAST, .groups = 1, .channel = group * p->icg, .icg = p->icg};
  job->vectors = count;
  job->mixed = 0;
  job->family = f == IMAGE ? IMAGE : ANY_TAPS;
  if (last_group == group) return true;
  if (last_group > group + 1 || border % VL == 0 || f == TAPS_3X3) return false;
  job->source.mode = MIX2;
  job->source.groups = 2;
  job->source.lanes[0] = (1u << border % VL) - 1;
  job->source.lanes[1] = ((1u << VL) - 1) & ~job->source.lanes[0];
  job->mixed = border / VL - job->vector;
  return true;
}

void ISA_NAME(direct_choose_jobs)(const gconv_plan *plan, direct_state *state, int vectors, int32_t *index) {
  const gconv_problem *p = &plan->problem;
  const direct_family f = family_of(p, state);
  const int per_group = state->group_vectors;
  const int asked = state->method->vectors;
  /* four vectors are for rows that give fewer too little to do */
  const int few = state->g.ow <= ISA_NAME(direct_group)(1, VECTORS_MAX)->width ? VECTORS_MAX : VECTORS_MAX - 1,
            most = asked ? asked : few;
  for (int v = vectors - 1; v >= 0; v--) { /* the best job that begins with vector v, and the cost of all from there */
    vector_job *best = &state->job[v], job = {.vector = v};
    best->cost = INFINITY;
    if (per_group)
      of_group(p, per_group, &job, 1);
    else
      single(p, f, &job, index + (index ? (ptrdiff_t)v * p->icg * VL : 0));
    do {
      choose_microkernels(plan, state, &job);
      consider_group_tile(plan, state, &job);
      if (v + job.vectors < vectors) job.cost += state->job[v + job.vectors].cost;
      if (job.cost < BETTER * best->cost || (asked && isfinite(job.cost))) *best = job;
    } while (job.vectors < most &&
             (per_group ? of_group(p, per_group, &job, job.vectors + 1) : together(p, f, &job, job.vectors + 1)));
  }
  for (int v = 0; v < vectors; v += state->job[state->jobs++].vectors) state->job[state->jobs] = state->job[v];
}
