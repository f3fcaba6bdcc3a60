/* rotation.h - what one plan is timed on: its tensors, packed weights and workspace, laid out in the pool. Warm: one
 * set, used again and again. Cold: enough copies of src, dst and weights that each has left the caches when its turn
 * comes; the workspace stays one, as in a network whose layers share it. */
#ifndef GCONV_RUN_ROTATION_H
#define GCONV_RUN_ROTATION_H

#include "gbench.h"
#include "pool.h"
#include "check.h"

typedef struct {
  gconv_args *args; /* one for each copy; in the pool */
  int copies;
} rotation;

/* 1 for warm; for cold as many as pass twice the last-level cache, within a quarter of the memory. */
int rotation_copies(const gconv_plan *plan, bool cold);
/* Lays out `copies` sets, fills the tensors that are read from `data` and packs the weights. */
gconv_status rotation_set_up(rotation *r, pool *p, const gconv_plan *plan, const check_case *data, int copies);

typedef gconv_status (*execute_function)(const gconv_plan *plan, const gconv_args *args);
/* The timed loop: a call per iteration on the next copy. All that is measured passes through here. */
gconv_status rotation_time(const rotation *r, gbench_state *state, execute_function execute, const gconv_plan *plan);

#endif
