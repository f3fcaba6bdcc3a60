/* schedule.c - see the header. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule.h"

/* A few milliseconds: enough to see that the machine has become faster. */
static const double probe_seconds = 0.003;

void schedule_begin(session *s, const char *title, size_t benchmarks) {
  progress_unit(&s->progress, title);
  s->turn = 0;
  if (!s->job) s->budget = deadline_budget(&s->deadline, benchmarks, &s->phases);
  const phase outer = phase_enter(&s->phases, PHASE_CEILINGS);
  peak_probe(&s->peaks, s->probe_mask, probe_seconds);
  phase_enter(&s->phases, outer);
}

/* Registers those that have not been repeated enough; false if none has to be. */
static bool repeat(bench_case *const *cases, size_t count) {
  bool more = false;
  for (size_t i = 0; i < count; i++) more = bench_case_repeat(cases[i]) || more;
  return more;
}

void schedule_run(session *s, bench_case *const *cases, size_t count) {
  const uint64_t seed = s->options.seed;
  gbench_run(seed, s->job);
  while (!gbench_stopped() && repeat(cases, count)) gbench_run(seed, true);
  for (size_t i = 0; i < count; i++) bench_case_finish(cases[i]);
}
