/* stages.c - calls with the clock on, and the arithmetic that makes lanes of threads a share of wall time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stages.h"

#include "core/clock.h"
#include "core/error.h"
#include "now.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPETITIONS = 5, CLOCK_READINGS = 20000 };

static const double repetition_seconds = 0.01; /* as the headline runs */

double stages_clock_ns(void) {
  gconv_clock_lane lane = {0};
  gconv_clock clock = {.lanes = 1, .lane = &lane};
  const double start = seconds_now();
  for (int i = 0; i < CLOCK_READINGS; i++) gconv_tock(&clock, 0, GCONV_STAGE_COMPUTE, gconv_tick(&clock));
  return 1e9 * (seconds_now() - start) / CLOCK_READINGS;
}

static stage_times divide(const gconv_clock *clock, double total_ns, int calls, double clock_ns) {
  stage_times times = {.total_ns = total_ns / calls, .other_ns = total_ns / calls};
  const double share = 1.0 / calls / clock->lanes;
  for (int lane = 0; lane < clock->lanes; lane++)
    for (int stage = 0; stage < GCONV_STAGES; stage++) {
      times.ns[stage] += share * (double)clock->lane[lane].ns[stage];
      times.clock_ns += share * (double)clock->lane[lane].calls[stage] * clock_ns;
    }
  for (int stage = 0; stage < GCONV_STAGES; stage++) times.other_ns -= times.ns[stage];
  return times;
}

static int compare_totals(const void *a, const void *b) {
  const double x = ((const stage_times *)a)->total_ns, y = ((const stage_times *)b)->total_ns;
  return (x > y) - (x < y);
}

gconv_status stages_time(const callable *work, double call_seconds, double budget, double clock_ns,
                         stage_times *times) {
  gconv_clock clock = {.lanes = work->threads};
  const size_t bytes = (size_t)clock.lanes * sizeof *clock.lane;
  clock.lane = malloc(bytes);
  if (!clock.lane) return gconv_error(GCONV_NO_MEMORY, "no memory for a clock of %d lanes", clock.lanes);
  const int calls = 1 + (int)(repetition_seconds / fmax(call_seconds, 1e-9));
  gconv_status status = callable_run(work, 1, NULL); /* warms up, as before a headline repetition */
  stage_times repetition[REPETITIONS];
  int count = 0;
  const double end = seconds_now() + budget;
  while (!status && count < REPETITIONS && (!count || seconds_now() < end)) {
    memset(clock.lane, 0, bytes);
    const double start = seconds_now();
    status = callable_run(work, calls, &clock);
    repetition[count++] = divide(&clock, 1e9 * (seconds_now() - start), calls, clock_ns);
  }
  free(clock.lane);
  if (status) return status;
  qsort(repetition, (size_t)count, sizeof *repetition, compare_totals);
  *times = repetition[count / 2];
  return GCONV_OK;
}

void stages_report(const stage_times *times, gbench_state *state) {
  for (int stage = 0; stage < GCONV_STAGES; stage++) {
    char name[64];
    snprintf(name, sizeof name, "%s_ns", gconv_stage_name((gconv_stage)stage));
    gbench_counter(state, name, times->ns[stage]);
  }
  gbench_counter(state, "other_ns", times->other_ns);
}
