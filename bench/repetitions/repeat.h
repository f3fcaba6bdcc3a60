/* repeat.h - when a benchmark has been repeated enough. */
#ifndef GCONV_RUN_REPEAT_H
#define GCONV_RUN_REPEAT_H

#include "samples.h"

typedef struct {
  int planned;      /* repetitions of the first round */
  int enough;       /* undisturbed ones, for the disturbed to be left out */
  double budget;    /* seconds for all of them */
  double precision; /* widest confidence interval of the median, as a share of it */
} repeat_rule;

/* Repetitions of the next round: 0 once the planned number was undisturbed and the median is precise, or no other fits
 * into the budget. `spent`: seconds so far. */
int repeat_wanted(const repeat_rule *rule, const sample_list *samples, double spent);

#endif
