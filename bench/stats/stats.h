/* stats.h - what the repetitions of one benchmark say together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_STATS_H
#define GCONV_RUN_STATS_H

#include <stdbool.h>

typedef struct {
  double min, median;
  double cv;           /* standard deviation / mean; 0 for one value */
  double ci_lo, ci_hi; /* the median lies between them with a confidence of 95 % at least; NaN for less than 6 values */
} stats;

stats stats_of(const double *values, int count); /* count >= 1; all NaN without memory */

/* Which of `count` sorted values (from 0) bound the median: *low and count - 1 - *low. False for less than 6. */
bool stats_median_rank(int count, int *low);

#endif
