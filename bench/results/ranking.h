/* ranking.h - rows of the CSV, put beside those that were timed on the same thing, fastest first: for whoever shows
 * results to people (gconv-bench's tables, gconv-info best). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_RANKING_H
#define GCONV_RUN_RANKING_H

#include <stdbool.h>
#include <stddef.h>

/* The columns that are kept, as the texts they are. */
enum {
  RANKED_LEVEL,
  RANKED_DIRECTION,
  RANKED_LAYOUT,
  RANKED_PROBLEM,
  RANKED_THREADS,
  RANKED_CACHE,
  RANKED_DATA,
  RANKED_BATCH,
  RANKED_PASS,
  RANKED_KEYS, /* what these say is the thing that is timed */
  RANKED_FORM = RANKED_KEYS,
  RANKED_KERNEL,
  RANKED_NAMES, /* these tell the rows of a group apart */
  RANKED_STATUS = RANKED_NAMES,
  RANKED_REASON,
  RANKED_LAYER,
  RANKED_MEDIAN,
  RANKED_LOW,
  RANKED_HIGH,
  RANKED_REPETITIONS,
  RANKED_PEAK,
  RANKED_ROOF_SHARE,
  RANKED_ROOF,
  RANKED_IMAGES,
  RANKED_MARKS,
  RANKED_CELLS
};

typedef struct {
  const char *cell[RANKED_CELLS];
  char *memory;               /* of the cells */
  size_t layer, group, place; /* numbers, in the order of first appearance */
} ranked;

typedef struct {
  ranked *items;
  size_t count;
} ranking;

/* Adds complete rows of CSV text, whose columns `header` names, and sorts: layers in the order in which they appear,
 * of each one thread, warm caches and native layouts first; in a group what was timed by its median, then what failed,
 * then what was skipped. Steps of networks, and a row that stands for another layer of the same measurement, are left
 * out. False without memory; the ranking is then empty. */
bool ranking_read(ranking *r, const char *header, const char *rows, size_t size);
size_t ranking_end(const ranking *r, size_t first); /* behind the last one of first's group */
void ranking_free(ranking *r);

double ranked_number(const ranked *r, int cell); /* NaN where it says nothing */
bool ranked_is(const ranked *r, const char *status);

/* Are the medians of two kernels told apart by their confidence intervals? Less than six repetitions have none. */
typedef enum { RANKED_APART, RANKED_ALIKE, RANKED_UNKNOWN } ranked_difference;
ranked_difference ranked_compare(const ranked *a, const ranked *b);

/* In front of a ratio: nothing, "≈" (or "~" where the terminal has only ASCII), "?". One column wide. */
const char *ranked_sign(ranked_difference difference);

#endif
