/* run.c - the order of the work and its split over threads; weights packed for the microkernels.
 *
 * A unit is (image, vector job, tile rows), so that a job's weights stay in the L1 cache while it walks down the image,
 * or, where the input is what must stay in a cache, (image, range of rows or of flattened columns, vector job). Each
 * thread takes a contiguous range of units, all ranges of about the same work. Every output is summed by one thread in
 * one order: results do not depend on the thread count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/operand_source.h"
#include "core/taps.h"
#include "impl/direct/direct.h"

#include <string.h>

typedef struct {
  const gconv_problem *problem;
  const direct_state *state;
  const float *src, *wei;
  float *dst;
  bool stream;
  ptrdiff_t src_image;
  int y_units, x_units; /* ranges of rows or, where there are any, of columns */
} pass;

static float *vector_dst(const pass *p, int n, int vector) {
  return p->dst + n * p->state->dst_image +
         channel_offset(direct_channels(p->problem, p->state, vector).first, p->state->g.dst_block);
}

static strip strip_of(const pass *p, int n, const vector_job *job) {
  float *const dst = vector_dst(p, n, job->vector);
  strip a = {
      .g = &p->state->g,
      .source = &job->source,
      .src = p->src + n * p->src_image,
      .wei = p->wei + job->vector * p->state->wei_vector,
      .wei_vector = p->state->wei_vector,
      .dst = dst,
      .x_first = 0,
      .x_last = p->state->g.ow,
      .i_first = 0,
      .i_last = job->source.icg,
      .prefetch = p->state->prefetch,
      .one_tap = p->state->one_tap,
      .stream = p->stream && job->chunk == job->source.icg, /* chunks read what the one before stored */
  };
  const gconv_range last = direct_channels(p->problem, p->state, job->vector + job->vectors - 1);
  a.last_lanes = (uint32_t)((UINT64_C(1) << (last.end - last.first)) - 1);
  for (int v = 0; v < gconv_min(job->vectors, VECTORS_MAX); v++)
    a.dst_vector[v] = vector_dst(p, n, job->vector + v) - dst;
  return a;
}

/* Units [first, last) of one job's rows: all of them for one chunk of input indices before the next chunk. */
static void run_rows(const pass *p, int n, const vector_job *job, int first, int last) {
  const direct_state *state = p->state;
  const int end = gconv_min(last * state->row_step, state->g.oh);
  strip a = strip_of(p, n, job);
  int i = 0;
  do { /* once where nothing is summed: zeros are stored */
    a.i_first = i;
    a.i_last = gconv_min(i + job->chunk, job->source.icg);
    a.accumulate = i > 0;
    for (a.y = first * state->row_step, a.y_last = end; a.y < end;) {
      const microkernel *m = a.y + job->main->rows <= end ? job->main : job->tail;
      m->run(&a);
      a.y = m->rows == ALL_ROWS ? end : a.y + m->rows;
    }
    i += job->chunk;
  } while (i < job->source.icg);
}

static void run_columns(const pass *p, int n, const vector_job *job, int x_unit) {
  strip a = strip_of(p, n, job);
  a.x_first = x_unit * p->state->x_step;
  const int end = gconv_min(a.x_first + p->state->x_step, p->state->g.ow);
  const int width = job->main->any_width ? 1 : job->main->width, full = (end - a.x_first) / width * width;
  a.x_last = a.x_first + full;
  job->main->run(&a);
  a.x_first = a.x_last;
  a.x_last = end;
  if (a.x_first < end) job->tail->run(&a);
}

/* Units [first, last). In the order image, job, rows whole runs of rows are handed on. */
static void run_units(const pass *p, int64_t first, int64_t last) {
  const direct_state *state = p->state;
  while (first < last) {
    if (state->jobs_inner) {
      const int ranges = p->x_units ? p->x_units : p->y_units;
      const int n = (int)(first / state->jobs / ranges), range = (int)(first / state->jobs % ranges);
      const vector_job *job = &state->job[first % state->jobs];
      if (p->x_units)
        run_columns(p, n, job, range);
      else
        run_rows(p, n, job, range, range + 1);
      first++;
      continue;
    }
    const int64_t plane = first / p->y_units;
    const int begin = (int)(first % p->y_units);
    const int end = (int)gconv_min64(begin + last - first, p->y_units);
    run_rows(p, (int)(plane / state->jobs), &state->job[plane % state->jobs], begin, end);
    first += end - begin;
  }
}

/* Vectors times rows (or columns) in the units before `unit`: units differ, as jobs have one to three vectors and the
 * last range of an image may be short. */
static int64_t work_before(const pass *p, int64_t unit) {
  const direct_state *state = p->state;
  const int ranges = p->x_units ? p->x_units : p->y_units, step = p->x_units ? state->x_step : state->row_step,
            extent = p->x_units ? state->g.ow : state->g.oh;
  const vector_job *last = &state->job[state->jobs - 1];
  const int64_t image = (int64_t)state->jobs * ranges, rest = unit % image, vectors = last->vector + last->vectors;
  const int range = (int)(state->jobs_inner ? rest / state->jobs : rest % ranges);
  const vector_job *job = &state->job[state->jobs_inner ? rest % state->jobs : rest / ranges];
  const int64_t begin = (int64_t)range * step, before = unit / image * vectors * extent;
  if (!state->jobs_inner) return before + (int64_t)job->vector * extent + job->vectors * begin;
  return before + vectors * begin + job->vector * gconv_min64(step, extent - begin);
}

/* The first unit of a thread: the border of two units that is nearest to where its share begins. */
static int64_t first_unit(const pass *p, int64_t units, int thread, int threads) {
  const int64_t work = work_before(p, units);
  int64_t low = 0, high = units;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (work_before(p, middle) * threads < work * thread)
      low = middle + 1;
    else
      high = middle;
  }
  const bool nearer_before = low > 0 && (work_before(p, low) + work_before(p, low - 1)) * threads > 2 * work * thread;
  return low - nearer_before;
}

void ISA_NAME(direct_share)(const gconv_plan *plan, const direct_tensors *t, int thread, int threads) {
  const gconv_problem *problem = &plan->problem;
  const direct_state *state = plan->state;
  gconv_dims image = gconv_tensor_dims(problem, GCONV_SRC);
  image.n = 1;
  const pass p = {
      .problem = problem,
      .state = state,
      .src = t->src,
      .wei = t->wei,
      .dst = t->dst,
      .stream = state->large && (uintptr_t)t->dst % (BLOCK * sizeof(float)) == 0,
      .src_image = gconv_layout_elems(plan->native_src_layout, image),
      .y_units = (int)gconv_ceil_div(state->g.oh, state->row_step),
      .x_units = state->x_step ? (int)gconv_ceil_div(state->g.ow, state->x_step) : 0,
  };
  const int64_t units = (int64_t)problem->batch * state->jobs * (p.x_units ? p.x_units : p.y_units);
  run_units(&p, first_unit(&p, units, thread, threads), first_unit(&p, units, thread + 1, threads));
  if (p.stream) v_stream_end();
}

/* Inputs that are packed for one lane before the next lane: a training step packs all weights, and sizes are powers of
 * two, so that more would meet in one set of the L1 cache (which has eight ways and more). */
enum { PACK_INPUTS = 8 };

static void pack_lane(const gconv_plan *plan, const vector_job *job, int oc, gconv_range inputs, const float *wei,
                      float *out) {
  const gconv_problem *p = &plan->problem;
  const weight_view view = ((const direct_state *)plan->state)->wei;
  const int kh = p->kh, kw = p->kw, group_channel = oc / p->ocg * p->icg;
  const bool taps_inner = job->main->taps_inner;
  const ptrdiff_t index = taps_inner ? (ptrdiff_t)kh * kw * VL : VL, tap = taps_inner ? VL : (ptrdiff_t)p->icg * VL;
  const float *in = wei + oc / p->ocg * view.group + oc % p->ocg * view.oc + view.first;
  if (kh * kw == 1 && !job->source.index) {
    for (int i = inputs.first; i < inputs.end; i++) out[i * index] = in[i * view.ic];
    return;
  }
  for (int i = inputs.first; i < inputs.end; i++) {
    const float *from = in + operand_input(&job->source, group_channel, i, oc % VL) * view.ic;
    float *to = out + i * index;
    for (int r = 0; r < kh; r++)
      for (int s = 0; s < kw; s++, to += tap) *to = from[r * view.row + s * view.column];
  }
}

static void pack_vector(const gconv_plan *plan, const vector_job *job, int vector, const float *wei, float *out) {
  const gconv_problem *p = &plan->problem;
  const gconv_range lanes = direct_channels(p, plan->state, vector);
  for (int i = 0; i < p->icg; i += PACK_INPUTS)
    for (int oc = lanes.first; oc < lanes.end; oc++)
      pack_lane(plan, job, oc, (gconv_range){i, gconv_min(i + PACK_INPUTS, p->icg)}, wei, out + oc - lanes.first);
}

/* [vector][i][r][s][lane] or [vector][r][s][i][lane]; lanes beyond oc are zero. */
void ISA_NAME(direct_pack_vectors)(const gconv_plan *plan, const float *wei, void *packed) {
  const direct_state *state = plan->state;
  memset(packed, 0, plan->packed_bytes);
  for (int j = 0; j < state->jobs; j++)
    for (int v = 0; v < state->job[j].vectors; v++) {
      const int vector = state->job[j].vector + v;
      pack_vector(plan, &state->job[j], vector, wei, (float *)packed + vector * state->wei_vector);
    }
}
