/* output.h - what timed calls leave behind is what a verified call left: a kernel that is right when it is checked and
 * wrong when it is timed (it trusts what an earlier call left in its workspace, or computes nothing the second time)
 * has no time worth having. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_OUTPUT_H
#define GCONV_RUN_OUTPUT_H

#include "rotation.h"

/* The bytes of the written tensor as a verified call left them: bits that it does not write (the filling of blocked
 * layouts) are poison there as in the timed buffers. */
typedef struct {
  void *bytes;  /* NULL: none, nothing is compared */
  double slack; /* how far another run may be off; 0: no bit, the plan says that it is deterministic */
} output;

/* Takes what a call left in the first copy, and compares every element with the reference, unless `unknown`: numbers
 * that the reference does not have. GCONV_FAILED with a sentence if it is wrong. */
gconv_status output_take(output *o, const rotation *r, const gconv_plan *plan, const check_case *data, bool unknown);
/* Spots of what was written become poison again: a kernel that leaves the last result as it is shows. Few enough to
 * leave the caches as they are. */
void output_spoil(const rotation *r, const gconv_plan *plan);
/* Of each copy that was timed. Costs no more than reading once what the timed calls wrote. */
gconv_status output_verify(const output *o, const rotation *r, const gconv_plan *plan);
void output_free(output *o);

#endif
