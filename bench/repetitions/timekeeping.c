/* timekeeping.c - readings at the right moments, and what they say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "timekeeping.h"

#include "gbench.h"

#include <stdio.h>

void timekeeping_begin(timekeeping *t) {
  t->quality = clocks_try();
  t->start = clocks_read();
  t->begun = true;
}

void timekeeping_middle(timekeeping *t) {
  t->middle = clocks_read();
  t->first = clocks_between(&t->start, &t->middle);
}

static void judge(const timekeeping *t, const clock_rates *now, char *verdict, size_t size) {
  char why_not[192];
  const bool trusted = clocks_trusted(&t->quality, &t->first, now, why_not, sizeof why_not);
  snprintf(verdict, size, "%s%s", trusted ? "yes" : "no: ", why_not);
  if (!trusted) fprintf(stderr, "gconv-bench: the clock is not to be trusted: %s\n", why_not);
}

/* "+0.01 ppm in 0.61 s against CLOCK_MONOTONIC_RAW, the processor's counter +0.02 ppm against that" */
static void describe_drift(const timekeeping *t, const clock_rates *now, char *text, size_t size) {
  snprintf(text, size,
           "%+.2f ppm in %.2f s against CLOCK_MONOTONIC_RAW, the processor's counter %+.2f ppm against that",
           now->slew_ppm, now->seconds, clocks_tsc_drift_ppm(&t->first, now));
}

void timekeeping_record(const timekeeping *t) {
  char value[256];
  const clock_reading reading = clocks_read();
  const clock_rates now = clocks_between(&t->middle, &reading);
  snprintf(value, sizeof value, "CLOCK_MONOTONIC, %.1f ns a reading, smallest step %.0f ns", t->quality.cost_ns,
           t->quality.step_ns);
  gbench_context("clock", value);
  snprintf(value, sizeof value, "%s, %.6f GHz",
           !t->quality.has_tsc        ? "none"
           : t->quality.tsc_invariant ? "invariant"
                                      : "not invariant",
           now.tsc_ghz);
  gbench_context("clock_tsc", value);
  describe_drift(t, &now, value, sizeof value);
  gbench_context("clock_drift", value);
  judge(t, &now, value, sizeof value);
  gbench_context("clock_trusted", value);
}

void timekeeping_end(const timekeeping *t, facts *f) {
  char value[256];
  if (!t->begun) return;
  const clock_reading reading = clocks_read();
  const clock_rates now = clocks_between(&t->middle, &reading);
  describe_drift(t, &now, value, sizeof value);
  facts_text(f, "outcome", "clock_drift", "%s", value);
  judge(t, &now, value, sizeof value);
  facts_text(f, "outcome", "clock_trusted", "%s", value);
}
