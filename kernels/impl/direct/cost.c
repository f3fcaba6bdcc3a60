/* cost.c - what a job costs by a count of its instructions: FMAs, or loads where they are more, since a core does two
 * of each a cycle, or all instructions where operands take many; and what a tile costs beside them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/cost.h"

#include <math.h>

/* FMAs that fit into the time between two taps of a tile, if it has one for each input channel only, and between two
 * kernel rows of an input index (AVX2 on Zen 4: pairs of vectors win from 16 channels a group on). */
enum { TAP_COST = 40, DEPTHWISE_TAP_COST = 10, ROW_COST = 4 };

/* Loads, and all instructions, that form an operand; of MIX for each group: it finds every address anew. */
typedef struct {
  int loads, all;
} forming;

static forming forming_of(const operand_source *source) {
  static const forming of[OPERANDS] = {
      [LOAD] = {1, 1},  [SHUFFLE] = {1, 2}, [PERMUTE] = {1, 2}, [PERMUTE2] = {2, MANY_REGISTERS ? 3 : 5},
      [BCAST] = {1, 1}, [MIX2] = {2, 3},    [MIX] = {1, 6},
  };
  const int times = source->mode == MIX ? gconv_max(source->groups, 1) : 1;
  return (forming){of[source->mode].loads * times, of[source->mode].all * times};
}

static double slowest(const operand_source *source, const direct_step *step, bool count_all) {
  const forming operand = forming_of(source);
  const double loads = step->weights + step->operands * operand.loads,
               all = step->fmas + step->operands * operand.all + step->weights;
  const double counted = count_all || operand.all > 1 ? all : 0;
  return gconv_max(gconv_max(step->fmas, loads), counted / ISA_NAME(direct_rates_of_machine)()->instructions);
}

double ISA_NAME(direct_cost_of_step)(const operand_source *source, const direct_step *step) {
  return slowest(source, step, false);
}

static double cost_of_taps(const vector_job *job, int taps) {
  if (taps == 1) return 0;
  return (double)(job->source.mode == LOAD ? DEPTHWISE_TAP_COST : TAP_COST) * taps;
}

/* Kernel rows of every input index. */
static double cost_of_rows(const vector_job *job, int rows) { return (double)ROW_COST * rows * job->source.icg; }

/* Tiles that cut a row into widths which differ by one at most. */
static double any_width_cost(const gconv_problem *p, int ow, const vector_job *job) {
  const bool rows = job->family == TAPS_3X3; /* an operand meets all taps of a kernel row */
  const int64_t tiles = gconv_ceil_div(ow, job->main->width), wider = ow % tiles;
  const int width = (int)(ow / tiles), taps = p->kh * p->kw;
  const double start = rows ? cost_of_rows(job, p->kh) : cost_of_taps(job, taps);
  double cost = 0;
  for (int more = 0; more < 2; more++) {
    const int columns = width + more, fmas = columns * job->vectors;
    const double operands = rows ? ((columns - 1.0) * p->stride_w + p->kw) / p->kw : columns; /* of a tap */
    const double index = gconv_max(slowest(&job->source, &(direct_step){fmas, operands, job->vectors}, rows),
                                   ISA_NAME(direct_rates_of_machine)()->in_flight);
    cost += (double)(more ? wider : tiles - wider) *
            (index * job->source.icg * taps + start + TILE_COST + STORE_COST * fmas);
  }
  return cost / ow;
}

/* Operands of a tile's input index for each of its taps: formed for every tap, or once for all of them. */
static double operands_of_tap(const gconv_problem *p, const vector_job *job, int rows) {
  const microkernel *tile = job->main;
  if (job->family != TAPS_3X3) return tile->width * rows;
  const int down = (rows - 1) * p->stride_h + p->kh, along = (tile->width - 1) * p->stride_w + p->kw;
  return (double)down * along / (p->kh * p->kw);
}

double ISA_NAME(direct_cost_of_job)(const gconv_problem *p, int ow, const vector_job *job) {
  const microkernel *tile = job->main;
  if (!tile) return INFINITY;
  if (tile->any_width) return any_width_cost(p, ow, job);
  const int rows = tile->rows == ALL_ROWS ? p->oh : tile->rows, columns = tile->width * rows, taps = p->kh * p->kw;
  const double fmas = (2 * job->vectors - job->half) * columns / 2.0, operands = operands_of_tap(p, job, rows);
  const bool cheap = job->family == DEPTHWISE || tile->shares_loads; /* operands of several indices and taps */
  const double index = cheap ? fmas : slowest(&job->source, &(direct_step){fmas, operands, job->vectors}, false);
  const bool rows_of_taps = job->family == TAPS_3X3 && tile->shares_loads;
  const double start = rows_of_taps ? cost_of_rows(job, p->kh) : job->family == ANY_TAPS ? cost_of_taps(job, taps) : 0;
  const double waste = columns_computed(tile->width, ow) / (double)ow;
  return (index * job->source.icg * taps + start + TILE_COST + STORE_COST * fmas) / columns * waste;
}
