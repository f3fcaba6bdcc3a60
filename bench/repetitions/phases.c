/* phases.c - one reading of the clock for each change of phase: calls of kernels are inside one, never around. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "phases.h"

#include "now.h"

const char *phase_name(phase p) {
  static const char *const names[PHASES] = {
      [PHASE_OTHER] = "other",      [PHASE_CEILINGS] = "ceilings", [PHASE_REFERENCE] = "references",
      [PHASE_PLAN] = "plans",       [PHASE_CHECK] = "checks",      [PHASE_TRIAL] = "trials",
      [PHASE_SET_UP] = "set-up",    [PHASE_WATCH] = "watching",    [PHASE_STEPS] = "steps",
      [PHASE_TIMED] = "repetitions"};
  return names[p];
}

void phases_start(phase_clock *clock) {
  *clock = (phase_clock){.start = seconds_now()};
  clock->since = clock->start;
}

phase phase_enter(phase_clock *clock, phase next) {
  const phase left = clock->now;
  const double now = seconds_now();
  clock->seconds[left] += now - clock->since;
  clock->since = now;
  clock->now = next;
  return left;
}

void phases_merge(phase_clock *clock, const double seconds[PHASES]) {
  for (int p = 0; p < PHASES; p++) {
    clock->seconds[p] += seconds[p];
    clock->seconds[clock->now] -= seconds[p];
  }
}
