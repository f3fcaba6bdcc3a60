/* cost.h - what tiles should cost, in the time of an FMA of a vector: the unit in which all of them are compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_COST_H
#define GCONV_DIRECT_COST_H

#include "impl/direct/direct.h"
#include "impl/direct/rates.h"

/* In the time of so many FMAs: between two tiles, and for each vector of outputs that a tile stores. */
enum { TILE_COST = 60, STORE_COST = 2 };

/* One input index of the taps that share operands: FMAs, operands that are formed and vectors of weights. */
typedef struct {
  double fmas, operands, weights;
} direct_step;

double ISA_NAME(direct_cost_of_step)(const operand_source *source, const direct_step *step);

/* Of a job per output pixel of rows of `ow`; INFINITY where it has no tile. */
double ISA_NAME(direct_cost_of_job)(const gconv_problem *p, int ow, const vector_job *job);

#endif
