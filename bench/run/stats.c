/* stats.c - minimum (the least disturbed repetition), median (what is compared) and coefficient of variation (how far
 * to trust it). */
#include "stats.h"

#include <math.h>

/* The value with `rank` smaller ones before it. Quadratic, for a handful of repetitions, and needs no copy. */
static double ranked(const double *values, int count, int rank) {
  for (int i = 0; i < count; i++) {
    int smaller = 0, equal = 0;
    for (int j = 0; j < count; j++) smaller += values[j] < values[i], equal += values[j] == values[i];
    if (smaller <= rank && rank < smaller + equal) return values[i];
  }
  return NAN;
}

stats stats_of(const double *values, int count) {
  double mean = 0, squares = 0;
  for (int i = 0; i < count; i++) mean += values[i] / count;
  for (int i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
  return (stats){
      .min = ranked(values, count, 0),
      .median = (ranked(values, count, (count - 1) / 2) + ranked(values, count, count / 2)) / 2,
      .cv = count > 1 && mean > 0 ? sqrt(squares / (count - 1)) / mean : 0,
  };
}
