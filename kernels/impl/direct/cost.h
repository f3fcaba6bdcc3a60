/* cost.h - what tiles should cost, in the time of an FMA of a vector: the unit in which all of them are compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_COST_H
#define GCONV_DIRECT_COST_H

#include "impl/direct/direct.h"

/* The time between two tiles (30 cycles, measured on Zen 5), and the FMAs that two units with a latency of four cycles
 * can have under way. */
enum { TILE_COST = 60, IN_FLIGHT = 8 };

/* Instructions a core does in the time of an FMA: two units, three instructions or more a cycle. */
static const double INSTRUCTIONS = 1.5;

/* Of a job per output pixel of rows of `ow`; INFINITY where it has no tile. */
double ISA_NAME(direct_cost_of_job)(const gconv_problem *p, int ow, const vector_job *job);

#endif
