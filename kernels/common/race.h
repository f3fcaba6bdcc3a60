/* race.h - which of several ways to do one thing is fastest on this machine, measured while planning. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_RACE_H
#define GCONV_COMMON_RACE_H

#include "gconv_kernel.h"

/* Where the entrants run: one execution of entrant number `entrant`, and how long it took. */
typedef struct {
  gconv_status (*run)(const void *course, int entrant, double *seconds);
  const void *course;
} gconv_race_track;

typedef struct {
  bool runs;   /* false: out of the race */
  double best; /* of its executions; INFINITY before the first */
} gconv_racer;

/* Who expects to take longer than this is not run twice to find out. */
extern const double gconv_race_budget_seconds;

/* The entrant of the least `best`, one that still runs before one that does not. */
int gconv_race_fastest(const gconv_racer *racers, int count);
/* Who is so far behind the fastest that no disturbance explains it runs no more. */
void gconv_race_drop_hopeless(gconv_racer *racers, int count);

/* Races those that run, of `count` >= 1, and sets *winner; alone nobody runs. Takes about 50 ms, on a busy machine up
 * to 200 ms, or one execution of each where that takes longer; with `may_skip` not even that: those whose turn does not
 * come within the time do not run, so that the best prospects should come first. */
gconv_status gconv_race(const gconv_race_track *track, gconv_racer *racers, int count, bool may_skip, int *winner);

#endif
