/* rotation.h - what one plan is timed on: its tensors, packed weights and workspace, laid out in the arena. Warm: one
 * set, used again and again. Cold: enough copies that each has left the caches when its turn comes; the workspace stays
 * one, as in a network whose layers share it. The timed loop only moves on to the next copy: nothing is flushed, and
 * the clock never stops. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ROTATION_H
#define GCONV_RUN_ROTATION_H

#include "arena.h"
#include "check.h"
#include "conditions.h"
#include "gbench.h"

/* Copies of src and dst, and of the weights; {1, 1} is warm. */
typedef struct {
  int tensors, weights;
} rotation_size;

typedef struct {
  gconv_args *args; /* one for each copy; in the arena */
  int copies;
  int used;            /* the first ones, by the last timed loop */
  double pack_seconds; /* of the weights, when they were laid out; NaN where nothing is packed */
} rotation;

/* As many as pass twice the last-level cache. GCONV_NO_MEMORY, with a sentence, where that needs more than a quarter of
 * the memory: a figure called cold would not be. */
gconv_status rotation_choose(const gconv_plan *plan, cache_mode cache, rotation_size *size);
/* Bytes that are used before the first copy's turn comes again. */
size_t rotation_bytes(const gconv_plan *plan, rotation_size size);
/* How many sets of buffers, of `most`, its repetitions may take turns in: one where caches are cold, as the copies are
 * many pages already, and where all of them would be a large part of the memory. */
int rotation_allocations(const gconv_plan *plan, rotation_size size, int most);
/* What a call with these arguments writes, besides its workspace. */
gconv_buffer rotation_output(const gconv_plan *plan, const gconv_args *args);
/* Of a whole result: nothing of an earlier one is left. */
void rotation_poison(gconv_buffer written);
/* Lays out the copies, fills the tensors that are read from `data`, poisons the one that is written and packs the
 * weights. */
gconv_status rotation_set_up(rotation *r, arena *a, const gconv_plan *plan, const check_case *data, rotation_size size);

typedef gconv_status (*execute_function)(const gconv_plan *plan, const gconv_args *args);
/* The timed loop: a call per iteration on the next copy. All that is measured passes through here. */
gconv_status rotation_time(rotation *r, gbench_state *state, execute_function execute, const gconv_plan *plan);

#endif
