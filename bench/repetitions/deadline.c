/* deadline.c - the rule. Kernels so slow that three repetitions pass their share take it from those that follow. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "deadline.h"

#include "now.h"

/* Before the first benchmarks have shown it. */
static const double first_guess = 0.05, least_budget = 0.01;

void deadline_start(deadline *d, double start, size_t benchmarks, double most) {
  d->end = start + 60 * d->minutes;
  d->left = benchmarks;
  d->begun = 0;
  d->most = most;
}

bool deadline_over(const deadline *d) { return d->minutes > 0 && seconds_now() >= d->end; }

/* Seconds on a benchmark beside its repetitions and what is around them. */
static double preparation(const deadline *d, const phase_clock *phases) {
  static const phase of_repetitions[] = {PHASE_TIMED, PHASE_SET_UP, PHASE_WATCH, PHASE_CEILINGS};
  double seconds = 0;
  if (!d->begun) return first_guess;
  for (int p = 0; p < PHASES; p++) seconds += phases->seconds[p];
  for (size_t i = 0; i < sizeof of_repetitions / sizeof *of_repetitions; i++)
    seconds -= phases->seconds[of_repetitions[i]];
  return seconds / (double)d->begun;
}

double deadline_budget(deadline *d, size_t benchmarks, const phase_clock *phases) {
  if (!(d->minutes > 0) || !d->left) return d->most;
  const double share = (d->end - seconds_now()) / (double)d->left - preparation(d, phases);
  d->left -= benchmarks < d->left ? benchmarks : d->left;
  d->begun += benchmarks;
  return share < least_budget ? least_budget : share < d->most ? share : d->most;
}
