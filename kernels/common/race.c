/* race.c - the entrants take turns, so that a disturbance hits all of them, and each is judged by its best time. In a
 * turn an entrant runs several times: the first finds the caches as another one left them. Who is hopelessly behind
 * runs no more, so that planning is not as slow as the slowest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/race.h"

#include "core/clock.h"

#include <math.h>

/* Enough turns to see a short kernel undisturbed. A busy machine or a long kernel gets fewer: the race ends after the
 * first budget if everyone had its fair turns, and after the last one in any case. */
enum { TURNS = 12, FAIR_TURNS = 3, RUNS = 2, FIRST_RUNS = 4 };
const double gconv_race_budget_seconds = 0.025;
static const double last_budget_seconds = 0.2;

/* Times differ by a factor of two from one run to the next on a busy machine, hardly by three; the best of several
 * turns hardly by a half. Cold caches do not explain the rest of an execution that takes longer than this. */
static const double hopeless = 3, behind = 1.5, cold_seconds = 0.002;
enum { SEVERAL_TURNS = 2 };

static double least(const gconv_racer *racers, int count) {
  double best = INFINITY;
  for (int i = 0; i < count; i++) best = fmin(best, racers[i].best);
  return best;
}

static void drop_slow(gconv_racer *racers, int count, double factor) {
  const double best = least(racers, count);
  for (int i = 0; i < count; i++)
    if (racers[i].best > factor * best) racers[i].runs = false;
}

void gconv_race_drop_hopeless(gconv_racer *racers, int count) { drop_slow(racers, count, hopeless); }

static int running(const gconv_racer *racers, int count) {
  int running = 0;
  for (int i = 0; i < count; i++) running += racers[i].runs;
  return running;
}

int gconv_race_fastest(const gconv_racer *racers, int count) {
  int winner = 0;
  for (int i = 1; i < count; i++)
    if ((racers[i].runs && !racers[winner].runs) || racers[i].best < racers[winner].best) winner = i;
  return winner;
}

/* The first turn of a short entrant has more runs: one of them undisturbed is not hopelessly slow. */
static gconv_status turn(const gconv_race_track *track, int entrant, bool first, double limit, double *best) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < (first ? FIRST_RUNS : RUNS) && !status; i++) {
    double seconds = 0;
    status = track->run(track->course, entrant, &seconds);
    *best = fmin(*best, seconds);
    if (seconds > gconv_race_budget_seconds || (seconds > cold_seconds && (i + 1 >= RUNS || seconds > limit))) break;
  }
  return status;
}

static bool is_over(int turns, double seconds) {
  return turns >= TURNS || seconds > last_budget_seconds ||
         (turns >= FAIR_TURNS && seconds > gconv_race_budget_seconds);
}

gconv_status gconv_race(const gconv_race_track *track, gconv_racer *racers, int count, bool may_skip, int *winner) {
  gconv_status status = GCONV_OK;
  *winner = gconv_race_fastest(racers, count);
  const uint64_t start = gconv_now_ns();
  for (int turns = 0;
       !status && running(racers, count) > 1 && (turns == 0 || !is_over(turns, gconv_seconds_since(start))); turns++) {
    for (int i = 0; i < count && !status; i++) {
      const double limit = hopeless * least(racers, count);
      if (may_skip && isfinite(limit) && gconv_seconds_since(start) > last_budget_seconds) break;
      if (racers[i].runs) status = turn(track, i, turns == 0, limit, &racers[i].best);
    }
    drop_slow(racers, count, turns + 1 < SEVERAL_TURNS ? hopeless : behind);
    if (!status) *winner = gconv_race_fastest(racers, count);
  }
  return status;
}
