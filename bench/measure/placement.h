/* placement.h - how much it matters where in their pages the tensors begin: the same call at several places, in a run
 * of its own. Headline times know one place only, and a caller's buffers lie wherever malloc puts them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_PLACEMENT_H
#define GCONV_RUN_PLACEMENT_H

#include "rotation.h"

typedef struct {
  bool made;                /* false without --placements */
  double min_ns, max_ns;    /* of a call, at the best and the worst place: medians of a few turns each */
  const char *best, *worst; /* "src+0 dst+64": bytes behind the start of a page; "staggered": as headline times */
} placement_spread;

/* Warm, one copy of everything. All places take turns. */
gconv_status placement_measure(arena *a, const gconv_plan *plan, const check_case *data, double call_seconds,
                               placement_spread *result);

#endif
