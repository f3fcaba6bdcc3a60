/* measure.h - direct@measure: the fastest of all ways to do a problem, measured while planning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_MEASURE_H
#define GCONV_DIRECT_MEASURE_H

#include "simd/simd.h"

#define DIRECT_MEASURE "measure"

/* Plans each method that a parameter can ask for, races those that differ, and plans the winner with `plan_asked`. */
gconv_status ISA_NAME(direct_measure)(gconv_plan *plan, gconv_status (*plan_asked)(gconv_plan *plan));

#endif
