/* timekeeping.h - the clock of the run under watch: tried at the start, compared with its like while the ceilings are
 * measured, and once more over the whole run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_TIMEKEEPING_H
#define GCONV_RUN_TIMEKEEPING_H

#include "clocks.h"
#include "facts.h"

#include <stdbool.h>

typedef struct {
  bool begun;
  clock_quality quality;
  clock_reading start, middle; /* the middle of the ceilings: what ran before it is compared with what runs after */
  clock_rates first;
} timekeeping;

void timekeeping_begin(timekeeping *t);
void timekeeping_middle(timekeeping *t);
/* Into the context, and a sentence on stderr if the clock is not to be trusted. */
void timekeeping_record(const timekeeping *t);
/* Since the middle: into `outcome`, and a sentence if it has become untrustworthy. */
void timekeeping_end(const timekeeping *t, facts *f);

#endif
