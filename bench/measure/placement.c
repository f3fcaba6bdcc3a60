/* placement.c - places that differ in the two things hardware looks at: the distance of loads and stores in their pages
 * (a store and a later load at one page offset look dependent), and where vectors fall across cache lines. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "placement.h"

#include "now.h"
#include "stats.h"

#include <math.h>

enum { TURNS = 5 };

static const double turn_seconds = 0.004;

static const struct {
  const arena_offsets *at; /* NULL: as for headline times */
  const char *name;
} places[] = {
    {NULL, "staggered"},
    {&(const arena_offsets){0, 0}, "src+0 dst+0"},
    {&(const arena_offsets){0, 64}, "src+0 dst+64"},
    {&(const arena_offsets){0, 1024}, "src+0 dst+1024"},
    {&(const arena_offsets){0, 2048}, "src+0 dst+2048"},
    {&(const arena_offsets){4, 324}, "src+4 dst+324"},
    {&(const arena_offsets){16, 336}, "src+16 dst+336"},
    {&(const arena_offsets){32, 352}, "src+32 dst+352"},
};

enum { PLACES = sizeof places / sizeof *places };

static gconv_status take_turn(arena *a, const gconv_plan *plan, const check_case *data, int calls, double *seconds) {
  rotation r;
  gconv_status status = rotation_set_up(&r, a, plan, data, (rotation_size){1, 1});
  if (!status) status = gconv_execute(plan, &r.args[0]);
  const double start = seconds_now();
  for (int i = 0; i < calls && !status; i++) status = gconv_execute(plan, &r.args[0]);
  *seconds = (seconds_now() - start) / calls;
  return status;
}

gconv_status placement_measure(arena *a, const gconv_plan *plan, const check_case *data, double call_seconds,
                               placement_spread *result) {
  double seconds[PLACES][TURNS];
  const int calls = 1 + (int)(turn_seconds / fmax(call_seconds, 1e-9));
  gconv_status status = GCONV_OK;
  for (int turn = 0; turn < TURNS; turn++)
    for (int i = 0; i < PLACES && !status; i++) {
      a->offsets = places[i].at;
      status = take_turn(a, plan, data, calls, &seconds[i][turn]);
    }
  a->offsets = NULL;
  if (status) return status;
  *result = (placement_spread){.made = true, .min_ns = INFINITY};
  for (int i = 0; i < PLACES; i++) {
    const double ns = 1e9 * stats_of(seconds[i], TURNS).median;
    if (ns < result->min_ns) result->min_ns = ns, result->best = places[i].name;
    if (ns > result->max_ns) result->max_ns = ns, result->worst = places[i].name;
  }
  return GCONV_OK;
}
