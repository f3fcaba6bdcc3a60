/* stats.h - what the repetitions of one benchmark say together. */
#ifndef GCONV_RUN_STATS_H
#define GCONV_RUN_STATS_H

typedef struct {
  double min, median;
  double cv; /* standard deviation / mean; 0 for one value */
} stats;

stats stats_of(const double *values, int count); /* count >= 1 */

#endif
