/* spread.c - a growing array of doubles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "spread.h"

#include <stdlib.h>

void spread_add(spread *s, double value) {
  if (s->count == s->capacity) {
    const int capacity = s->capacity ? 2 * s->capacity : 64;
    double *values = realloc(s->values, (size_t)capacity * sizeof *values);
    s->lost += !values;
    if (!values) return;
    s->values = values, s->capacity = capacity;
  }
  s->values[s->count++] = value;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double spread_median(spread *s) {
  if (!s->count) return 0;
  qsort(s->values, (size_t)s->count, sizeof *s->values, ascending);
  return (s->values[(s->count - 1) / 2] + s->values[s->count / 2]) / 2;
}

double spread_min(const spread *s) {
  double least = s->count ? s->values[0] : 0;
  for (int i = 1; i < s->count; i++)
    if (s->values[i] < least) least = s->values[i];
  return least;
}

double spread_max(const spread *s) {
  double most = 0;
  for (int i = 0; i < s->count; i++)
    if (s->values[i] > most) most = s->values[i];
  return most;
}

void spread_free(spread *s) {
  free(s->values);
  *s = (spread){0};
}
