/* groups.c - the median and range of each group, and whether any two of them are apart. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "groups.h"

#include "stats.h"

#include <math.h>
#include <stdlib.h>

static const double apart_by = 1.05;

enum { FEWEST = 3 /* repetitions, for a range to say anything */ };

typedef struct {
  double low, high, median;
  int count;
} range;

static range range_of(const double *seconds, const int *group, int count, int wanted, double *scratch) {
  range r = {INFINITY, -INFINITY, NAN, 0};
  for (int i = 0; i < count; i++) {
    if (group[i] != wanted) continue;
    scratch[r.count++] = seconds[i];
    r.low = fmin(r.low, seconds[i]), r.high = fmax(r.high, seconds[i]);
  }
  if (r.count) r.median = stats_of(scratch, r.count).median;
  return r;
}

static bool apart(const range *a, const range *b) {
  if (a->count < FEWEST || b->count < FEWEST) return false;
  return (a->low > b->high && a->median > apart_by * b->median) ||
         (b->low > a->high && b->median > apart_by * a->median);
}

bool groups_of(const double *seconds, const int *group, int count, sample_groups *groups) {
  sample_groups g = {.spread = 1};
  range found[GROUPS_MAX];
  double *scratch = malloc((size_t)count * sizeof *scratch + 1);
  if (!scratch) return false;
  bool known = true;
  for (int wanted = 0; wanted < GROUPS_MAX; wanted++) {
    const range r = range_of(seconds, group, count, wanted, scratch);
    if (!r.count) continue;
    known = known && !isnan(r.median);
    for (int other = 0; other < g.count; other++) {
      const double ratio = r.median / found[other].median;
      g.spread = fmax(g.spread, fmax(ratio, 1 / ratio));
      g.differ = g.differ || apart(&r, &found[other]);
    }
    g.repetitions[g.count] = r.count, g.median[g.count] = r.median;
    found[g.count++] = r;
  }
  free(scratch);
  *groups = g;
  return known;
}
