/* stats.c - minimum (the least disturbed repetition), median (what is compared), coefficient of variation and the
 * median's confidence interval (how far to trust it). The interval is that of order statistics: of n values, the number
 * below the true median is binomial with p = 1/2 whatever their distribution, and times are nothing like normal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double tail = 0.025; /* on each side */

bool stats_median_rank(int count, int *low) {
  double below = 0; /* probability that at most `rank` values lie below the median */
  int rank = -1;
  while (rank < count / 2) {
    const int next = rank + 1;
    below += exp(lgamma(count + 1.0) - lgamma(next + 1.0) - lgamma(count - next + 1.0) - count * log(2));
    if (below > tail) break;
    rank = next;
  }
  *low = rank;
  return rank >= 0;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double variation(const double *values, int count) {
  double mean = 0, squares = 0;
  for (int i = 0; i < count; i++) mean += values[i] / count;
  for (int i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
  return count > 1 && mean > 0 ? sqrt(squares / (count - 1)) / mean : 0;
}

stats stats_of(const double *values, int count) {
  stats s = {NAN, NAN, NAN, NAN, NAN};
  double *sorted = malloc((size_t)count * sizeof *sorted);
  if (!sorted) return s;
  memcpy(sorted, values, (size_t)count * sizeof *sorted);
  qsort(sorted, (size_t)count, sizeof *sorted, ascending);
  int low;
  s.min = sorted[0];
  s.median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  s.cv = variation(values, count);
  if (stats_median_rank(count, &low)) s.ci_lo = sorted[low], s.ci_hi = sorted[count - 1 - low];
  free(sorted);
  return s;
}
