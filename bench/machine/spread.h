/* spread.h - measurements of one quantity, as many as there were, and what they say together. On a machine with
 * neighbours the largest is what it can do, and how far the others fall behind says how far to trust a run. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_SPREAD_H
#define GCONV_MACHINE_SPREAD_H

typedef struct {
  double *values;
  int count, capacity, lost;
} spread;

/* Without memory the value is lost, and counted: the spread is then of the others. */
void spread_add(spread *s, double value);
/* 0 where there is no value. */
double spread_min(const spread *s);
double spread_median(spread *s); /* sorts */
double spread_max(const spread *s);
void spread_free(spread *s);

#endif
