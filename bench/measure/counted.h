/* counted.h - what the counters say of one call, from runs of their own: one for each group of events that fits the
 * hardware, so that nothing is multiplexed and headline times stay clean. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_COUNTED_H
#define GCONV_RUN_COUNTED_H

#include "counters.h"
#include "callable.h"
#include "gbench.h"

typedef struct {
  bool made;                     /* false without --counters */
  double per_call[COUNTERS_MAX]; /* all threads together; NAN where not counted */
  double ipc;                    /* instructions a cycle; NAN unless both are counted */
  double ghz;                    /* cycles of the busiest thread over the time they took: the frequency it really had */
} counted;

gconv_status counted_measure(const callable *work, double call_seconds, const counters *c, counted *result);
/* "cycles=1234.5;instructions=..." divided by `divisor`; NULL where nothing was counted or memory is short. To be
 * freed. */
char *counted_list(const counted *result, const counters *c, double divisor);
void counted_report(const counted *result, const counters *c, gbench_state *state);

#endif
