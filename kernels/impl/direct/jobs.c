/* jobs.c - which vectors of output channels run together, and with which microkernel.
 *
 * Consecutive vectors that take their input from one group, or from two with one vector across the border, can share
 * operands. The vectors are cut into such runs so that the work, by a simple count of instructions, is least. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/operand_source.h"
#include "impl/direct/direct.h"

#include <math.h>

/* FMAs that fit into the time between two tiles (30 cycles, measured on Zen 5), two taps of a tile for one group, two
 * kernel rows of an input index (both with AVX2 on Zen 4: pairs of vectors win from 16 channels a group on). */
enum { TILE_COST = 60, TAP_COST = 24, ROW_COST = 4 };

/* A longer job must save more than rounding: of two tiles of equal cost the one of fewer vectors is faster, since it
 * forms each operand once for all taps. */
static const double BETTER = 1 - 1e-9;

/* Down columns where the registers allow it, else by rows. */
static const microkernel *depthwise_tile(const gconv_problem *p) {
  const bool square = p->kw == 3 && p->kh == 3 && p->stride_h == p->stride_w;
  const microkernel *columns = square ? ISA_NAME(direct_columns)(p->stride_w, p->ow) : NULL;
  return columns ? columns : ISA_NAME(direct_depthwise)(p->kw, p->stride_w, p->ow);
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
  const bool inside =
      !p->pad_top && !p->pad_left && (p->oh - 1) * INT64_C(2) < p->ih && (p->ow - 1) * INT64_C(2) < p->iw;
  return p->kh == 1 && p->kw == 1 && p->stride_h == 2 && p->stride_w == 2 && inside && !state->dst_strided ? 2 : 0;
}

/* The tile for a 1x1 job whose last vector has output channels in its lower half only; NULL for any other. */
static const microkernel *half_tile(const gconv_problem *p, int stride, int ow, const vector_job *job) {
  const int last = (job->vector + job->vectors - 1) * VL;
  const bool half = p->oc > last && p->oc - last <= VL / 2;
  return stride && job->source.mode == BCAST && half ? ISA_NAME(direct_1x1_half)(stride, job->vectors, ow) : NULL;
}

/* FMAs that two units with a latency of four cycles can have under way. */
enum { IN_FLIGHT = 8 };

/* cost_of for tiles that cut a row into widths which differ by one at most. */
static double any_width_cost(const gconv_problem *p, int ow, const vector_job *job) {
  const bool rows = job->family == TAPS_3X3; /* an operand meets all taps of a kernel row */
  const int64_t tiles = gconv_ceil_div(ow, job->main->width), wider = ow % tiles;
  const int width = (int)(ow / tiles), taps = p->kh * p->kw;
  double cost = 0;
  for (int more = 0; more < 2; more++) {
    const int columns = width + more, fmas = columns * job->vectors, loads = columns + job->vectors;
    const double index = gconv_max(gconv_max(fmas, rows ? 0 : loads), IN_FLIGHT);
    const double start = rows ? (double)ROW_COST * p->kh * p->icg : taps > 1 ? (double)TAP_COST * taps : 0;
    cost += (double)(more ? wider : tiles - wider) * (index * p->icg * taps + start + TILE_COST);
  }
  return cost / ow;
}

/* Instructions of a job per output pixel: the FMAs, or the loads where they are more (a core does two of each a cycle),
 * for every input index, and what a tile costs beside them; `ow` columns are computed by whole tiles. */
static double cost_of(const gconv_problem *p, int ow, const vector_job *job) {
  if (!job->main) return INFINITY;
  if (job->main->any_width) return any_width_cost(p, ow, job);
  const int rows = job->main->rows == ALL_ROWS ? p->oh : job->main->rows, columns = job->main->width * rows;
  const int fmas = (2 * job->vectors - job->half) * columns / 2;
  const int loads = job->vectors + columns * gconv_max(job->source.groups, 1);
  const bool operands_shared_by_taps = job->family == TAPS_3X3 || job->family == DEPTHWISE;
  const double index = operands_shared_by_taps ? fmas : gconv_max(fmas, loads);
  const double waste = columns_computed(job->main->width, ow) / (double)ow;
  return (index * p->icg * p->kh * p->kw + TILE_COST) / columns * waste;
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
  } else if (job->family == IMAGE) {
    job->main = job->tail = ISA_NAME(direct_image)(p->stride_w, job->vectors);
  } else if (mode == LOAD) {
    job->main = job->tail = ISA_NAME(direct_depthwise_any)(p->stride_w);
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
  job->cost = cost_of(p, g->ow, job);
}

/* Where one group fills the vectors: tiles of any width instead of tiles of one, if they cost less. */
static void consider_group_tile(const gconv_plan *plan, const direct_state *state, vector_job *job) {
  const gconv_problem *p = &plan->problem;
  vector_job other = *job;
  if (job->family != ANY_TAPS || job->source.mode != BCAST) return;
  other.half = false;
  other.main = other.tail = ISA_NAME(direct_group)(p->stride_w, job->vectors);
  other.cost = cost_of(p, state->g.ow, &other);
  if (!job->main || other.cost < BETTER * job->cost) *job = other;
}

/* A vector alone; depthwise all of a block. */
static void single(const gconv_problem *p, direct_family f, vector_job *job, int32_t *index) {
  job->source = operand_source_of(p, job->vector, index);
  job->vectors = job->source.mode == LOAD && job->vector % BLOCK_VECTORS == 0 ? BLOCK_VECTORS : 1;
  job->mixed = 0;
  const bool padding_only = job->source.groups == 0;
  job->family = padding_only ? ANY_TAPS : f;
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
  for (int v = vectors - 1; v >= 0; v--) { /* the best job that begins with vector v, and the cost of all from there */
    vector_job *best = &state->job[v], job = {.vector = v};
    best->cost = INFINITY;
    single(p, f, &job, index + (index ? (ptrdiff_t)v * p->icg * VL : 0));
    do {
      choose_microkernels(plan, state, &job);
      consider_group_tile(plan, state, &job);
      if (v + job.vectors < vectors) job.cost += state->job[v + job.vectors].cost;
      if (job.cost < BETTER * best->cost) *best = job;
    } while (job.vectors < VECTORS_MAX && together(p, f, &job, job.vectors + 1));
  }
  for (int v = 0; v < vectors; v += state->job[state->jobs++].vectors) state->job[state->jobs] = state->job[v];
}
