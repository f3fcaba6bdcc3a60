/* cost.c - what a job costs by a count of its instructions: FMAs, or loads where they are more, since a core does two
 * of each a cycle, or all instructions where operands take many; and what a tile costs beside them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/cost.h"

#include <math.h>

/* FMAs that fit into the time between two taps of a tile for one group, and between two kernel rows of an input index
 * (AVX2 on Zen 4: pairs of vectors win from 16 channels a group on). */
enum { TAP_COST = 40, ROW_COST = 4 };

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

static double slowest(double fmas, double loads, double all) {
  return gconv_max(gconv_max(fmas, loads), all / INSTRUCTIONS);
}

/* Tiles that cut a row into widths which differ by one at most. */
static double any_width_cost(const gconv_problem *p, int ow, const vector_job *job) {
  const bool rows = job->family == TAPS_3X3; /* an operand meets all taps of a kernel row */
  const int64_t tiles = gconv_ceil_div(ow, job->main->width), wider = ow % tiles;
  const int width = (int)(ow / tiles), taps = p->kh * p->kw;
  const forming operand = forming_of(&job->source);
  double cost = 0;
  for (int more = 0; more < 2; more++) {
    const int columns = width + more, fmas = columns * job->vectors;
    const double operands = rows ? ((columns - 1.0) * p->stride_w + p->kw) / p->kw : columns; /* of a tap */
    const double loads = operands * operand.loads + job->vectors, all = fmas + operands * operand.all + job->vectors;
    const double index = gconv_max(slowest(fmas, loads, rows || operand.all > 1 ? all : 0), IN_FLIGHT);
    const double start = rows ? (double)ROW_COST * p->kh * p->icg : taps > 1 ? (double)TAP_COST * taps : 0;
    cost += (double)(more ? wider : tiles - wider) * (index * p->icg * taps + start + TILE_COST);
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
  const int rows = tile->rows == ALL_ROWS ? p->oh : tile->rows, columns = tile->width * rows;
  const double fmas = (2 * job->vectors - job->half) * columns / 2.0, operands = operands_of_tap(p, job, rows);
  const forming operand = forming_of(&job->source);
  const bool cheap = job->family == DEPTHWISE || tile->shares_loads; /* operands of several indices and taps */
  const double loads = job->vectors + operands * operand.loads,
               all = operand.all > 1 ? fmas + operands * operand.all + job->vectors : 0;
  const double index = cheap ? fmas : slowest(fmas, loads, all);
  const double waste = columns_computed(tile->width, ow) / (double)ow;
  return (index * p->icg * p->kh * p->kw + TILE_COST) / columns * waste;
}
