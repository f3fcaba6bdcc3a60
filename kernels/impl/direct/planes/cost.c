/* cost.c - what a pass by "planes" should cost, by a count of instructions as in direct/cost.c: the FMAs, or the loads
 * where they are more, and what copying and the start of a tile take in the time of so many FMAs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/cost.h"
#include "impl/direct/planes/planes.h"

/* A vector of a row copied, and the start of a row. */
enum { COPY_VECTOR = 4, COPY_ROW = 15 };

static double cost_of_tiles(const planes_state *state, int rows, int vectors) {
  const int count = (int)gconv_ceil_div(vectors, ISA_NAME(planes_widest)(rows)), wider = vectors % count,
            width = vectors / count;
  const double steps = (double)state->icg * state->y.taps * state->x.taps;
  double cost = 0;
  for (int more = 0; more < 2; more++) {
    const int W = width + more;
    const double step = gconv_max(gconv_max(rows * W, rows + W), ISA_NAME(direct_rates_of_machine)()->in_flight);
    cost += (more ? wider : count - wider) * (steps * step + TILE_COST + STORE_COST * rows * W);
  }
  return cost;
}

double ISA_NAME(planes_cost)(const gconv_problem *p, const planes_state *state) {
  const double strips = (double)state->image_strips * p->groups * state->row_strips * state->column_strips;
  const int64_t rows = (int64_t)state->images * (state->rows + state->y.reach), pitch = state->columns + state->x.reach;
  const int64_t outputs = state->in_place ? state->columns : (rows - state->y.reach) * pitch - state->x.reach;
  double cost = 0;
  for (int tile = 0; tile < state->tiles; tile++)
    cost += cost_of_tiles(state, planes_first_row(state, tile + 1) - planes_first_row(state, tile),
                          (int)gconv_ceil_div(outputs, VL));
  if (state->in_place) return cost * strips;
  const double row = COPY_ROW + (double)COPY_VECTOR * (double)gconv_ceil_div(pitch, VL);
  const int classes = state->y.classes * state->x.classes;
  cost += row * (double)rows * ((double)state->icg * classes + state->ocg);
  return cost * strips;
}

/* What a tile of sums takes beside its steps: its pointers, the sums of the lanes and the weights, for each of them. */
enum { SUMS_COST = 40, SUM_COST = 5, IMAGE_COST = 10 };

static double cost_of_sums(const planes_state *state, int rows, int vectors) {
  const int columns = state->icg * state->y.taps * state->x.taps;
  const int count = (int)gconv_ceil_div(columns, ISA_NAME(planes_gradient_widest)(rows)), wider = columns % count;
  double cost = 0;
  for (int more = 0; more < 2; more++) {
    const int C = columns / count + more;
    const double step = gconv_max(gconv_max(rows * C, rows + C), ISA_NAME(direct_rates_of_machine)()->in_flight);
    cost += (more ? wider : count - wider) *
            (state->images * (vectors * step + IMAGE_COST) + SUMS_COST + (double)SUM_COST * rows * C);
  }
  return cost;
}

double ISA_NAME(planes_gradient_cost)(const gconv_problem *p, const planes_state *state) {
  const double strips = (double)state->image_strips * p->groups * state->row_strips * state->column_strips;
  const int64_t outputs = (int64_t)(state->rows - 1) * state->pitch + state->columns;
  double cost = 0;
  for (int tile = 0; tile < state->tiles; tile++)
    cost += cost_of_sums(state, planes_first_row(state, tile + 1) - planes_first_row(state, tile),
                         (int)gconv_ceil_div(outputs, VL));
  if (state->in_place) return cost * strips;
  const double row = COPY_ROW + (double)COPY_VECTOR * (double)gconv_ceil_div(state->pitch, VL);
  const int classes = state->y.classes * state->x.classes;
  cost += row * state->images * ((double)state->image_rows * state->icg * classes + (double)state->rows * state->ocg);
  return cost * strips;
}
