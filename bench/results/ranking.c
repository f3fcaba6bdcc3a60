/* ranking.c - reads the columns that it keeps by name, groups, sorts. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking.h"

#include "csv_reader.h"
#include "printing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const column_names[RANKED_CELLS] = {
    [RANKED_LEVEL] = "level",         [RANKED_DIRECTION] = "direction", [RANKED_LAYOUT] = "layout",
    [RANKED_PROBLEM] = "problem",     [RANKED_THREADS] = "threads",     [RANKED_CACHE] = "cache",
    [RANKED_DATA] = "data",           [RANKED_BATCH] = "batch",         [RANKED_PASS] = "pass",
    [RANKED_FORM] = "form",           [RANKED_KERNEL] = "kernel",       [RANKED_STATUS] = "status",
    [RANKED_REASON] = "reason",       [RANKED_LAYER] = "name",          [RANKED_MEDIAN] = "time_median_ns",
    [RANKED_LOW] = "time_ci_lo_ns",   [RANKED_HIGH] = "time_ci_hi_ns",  [RANKED_REPETITIONS] = "repetitions",
    [RANKED_PEAK] = "pct_peak",       [RANKED_ROOF_SHARE] = "pct_roof", [RANKED_ROOF] = "roof",
    [RANKED_IMAGES] = "images_per_s", [RANKED_MARKS] = "marks"};

double ranked_number(const ranked *r, int cell) { return *r->cell[cell] ? strtod(r->cell[cell], NULL) : NAN; }

bool ranked_is(const ranked *r, const char *status) { return !strcmp(r->cell[RANKED_STATUS], status); }

static bool same(const ranked *a, const ranked *b, int cells) {
  for (int c = 0; c < cells; c++)
    if (strcmp(a->cell[c], b->cell[c])) return false;
  return true;
}

/* Sets cell[] to the row's fields in `cells`, the first one at its beginning; columns that are not there are empty.
 * `used` is then their size. False at the end of the complete rows. */
static bool next_row(csv_reader *in, const int *column_of, ranked *row, char *cells, size_t *used) {
  csv_field_end end = CSV_FIELD;
  size_t offset[RANKED_CELLS] = {0};
  *cells = 0; /* of columns that are not there */
  *used = 1;
  for (int column = 0; end == CSV_FIELD; column++) {
    end = csv_next_field(in);
    if (end == CSV_TORN) return false;
    for (int c = 0; c < RANKED_CELLS; c++)
      if (column_of[c] == column) {
        offset[c] = *used;
        strcpy(cells + *used, in->field);
        *used += strlen(in->field) + 1;
      }
  }
  for (int c = 0; c < RANKED_CELLS; c++) row->cell[c] = cells + offset[c];
  return true;
}

static bool same_layer(const ranked *a, const ranked *b) {
  return !strcmp(a->cell[RANKED_DIRECTION], b->cell[RANKED_DIRECTION]) &&
         !strcmp(a->cell[RANKED_PROBLEM], b->cell[RANKED_PROBLEM]);
}

/* Those of the rows that are there already, or new ones. Networks take turns: the order in which they end is none. */
static void number(const ranking *r, ranked *row) {
  row->layer = row->group = row->place = r->count;
  if (strcmp(row->cell[RANKED_LEVEL], "layer")) row->layer = 0;
  for (size_t i = 0; i < r->count; i++) {
    if (same_layer(&r->items[i], row)) row->layer = r->items[i].layer;
    if (same(&r->items[i], row, RANKED_KEYS)) row->group = r->items[i].group;
  }
}

static bool has(const ranking *r, const ranked *row) {
  for (size_t i = 0; i < r->count; i++)
    if (same(&r->items[i], row, RANKED_NAMES)) return true;
  return false;
}

/* Copies the row's cells, `used` bytes. False without memory. */
static bool keep(ranking *r, const ranked *row, const char *cells, size_t used) {
  ranked *items = realloc(r->items, (r->count + 1) * sizeof *items);
  if (!items) return false;
  r->items = items;
  ranked *added = &items[r->count];
  *added = (ranked){.memory = malloc(used)};
  if (!added->memory) return false;
  memcpy(added->memory, cells, used);
  for (int c = 0; c < RANKED_CELLS; c++) added->cell[c] = added->memory + (row->cell[c] - cells);
  number(r, added);
  r->count++;
  return true;
}

static int rank_of(const ranked *r) { return ranked_is(r, "ok") ? 0 : ranked_is(r, "failed") ? 1 : 2; }

static int compare_numbers(double a, double b) { return (a > b) - (a < b); }

/* As --layout= lists them. */
static int layout_number(const ranked *r) {
  static const char *const layouts[] = {"native", "nchw", "nhwc"};
  int i = 0;
  while (i < 3 && strcmp(r->cell[RANKED_LAYOUT], layouts[i])) i++;
  return i;
}

static int compare_groups(const ranked *x, const ranked *y) {
  int order = compare_numbers((double)x->layer, (double)y->layer);
  if (!order) order = strcmp(x->cell[RANKED_PROBLEM], y->cell[RANKED_PROBLEM]);
  if (!order) order = compare_numbers(ranked_number(x, RANKED_THREADS), ranked_number(y, RANKED_THREADS));
  if (!order) order = strcmp(y->cell[RANKED_CACHE], x->cell[RANKED_CACHE]); /* warm, cold-weights, cold */
  if (!order) order = strcmp(y->cell[RANKED_DATA], x->cell[RANKED_DATA]);   /* real, flushed, denormal */
  if (!order) order = layout_number(x) - layout_number(y);
  return order ? order : compare_numbers((double)x->group, (double)y->group);
}

static int compare(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  int order = compare_groups(x, y);
  if (!order) order = rank_of(x) - rank_of(y);
  if (!order) order = compare_numbers(ranked_number(x, RANKED_MEDIAN), ranked_number(y, RANKED_MEDIAN));
  return order ? order : compare_numbers((double)x->place, (double)y->place);
}

bool ranking_read(ranking *r, const char *header, const char *rows, size_t size) {
  const size_t head = strlen(header), room = (head > size ? head : size) + 1;
  csv_reader in = {header, header + head, malloc(room)};
  char *cells = malloc(room + RANKED_CELLS + 1);
  int column_of[RANKED_CELLS];
  bool enough = in.field && cells;
  if (enough) csv_find_columns(&in, column_names, RANKED_CELLS, column_of);
  in.at = rows, in.end = rows + size;
  ranked row;
  size_t used;
  while (enough && next_row(&in, column_of, &row, cells, &used))
    if (strcmp(row.cell[RANKED_LEVEL], "network-layer") && !has(r, &row)) enough = keep(r, &row, cells, used);
  free(in.field);
  free(cells);
  if (r->count) qsort(r->items, r->count, sizeof *r->items, compare);
  if (!enough) ranking_free(r);
  return enough;
}

size_t ranking_end(const ranking *r, size_t first) {
  size_t end = first;
  while (end < r->count && r->items[end].group == r->items[first].group) end++;
  return end;
}

void ranking_free(ranking *r) {
  for (size_t i = 0; i < r->count; i++) free(r->items[i].memory);
  free(r->items);
  *r = (ranking){0};
}

ranked_difference ranked_compare(const ranked *a, const ranked *b) {
  const double low = ranked_number(a, RANKED_LOW), high = ranked_number(a, RANKED_HIGH);
  const double other_low = ranked_number(b, RANKED_LOW), other_high = ranked_number(b, RANKED_HIGH);
  if (isnan(low) || isnan(high) || isnan(other_low) || isnan(other_high)) return RANKED_UNKNOWN;
  return low <= other_high && other_low <= high ? RANKED_ALIKE : RANKED_APART;
}

const char *ranked_sign(ranked_difference difference) {
  return difference == RANKED_ALIKE ? sign_about() : difference == RANKED_APART ? " " : "?";
}
