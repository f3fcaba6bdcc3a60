/* best_print.c - a table for each layer, direction and number of threads, with a line a layout: who is fastest, by how
 * much, and whether the repetitions carry that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "best.h"
#include "printing.h"
#include "ranking.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char yardstick[] = "onednn";

/* The rows of one layout: those timed come first, fastest first. */
typedef struct {
  const ranked *first, *end;
} group;

static bool is_timed(const group *g, const ranked *r) { return r < g->end && ranked_is(r, "ok"); }

static const ranked *find_kernel(const group *g, const char *kernel) {
  for (const ranked *r = g->first; is_timed(g, r); r++)
    if (!strcmp(r->cell[RANKED_KERNEL], kernel)) return r;
  return NULL;
}

static bool same_table(const ranked *a, const ranked *b) {
  return a->layer == b->layer && !strcmp(a->cell[RANKED_THREADS], b->cell[RANKED_THREADS]);
}

static void print_heading(const ranked *r) {
  char text[1024];
  const char *const *c = r->cell;
  snprintf(text, sizeof text, "%s %s, %s thread%s%s%s", c[RANKED_DIRECTION], c[RANKED_PROBLEM], c[RANKED_THREADS],
           strcmp(c[RANKED_THREADS], "1") ? "s" : "", *c[RANKED_LAYER] ? ", " : "", c[RANKED_LAYER]);
  put_wrapped(text, 0, 0);
}

/* "≈ 1.04"; nothing to compare with is "-". */
static void print_ratio(const ranked *other, const ranked *fastest) {
  char text[FIGURE_MAX];
  const double ratio = other ? ranked_number(other, RANKED_MEDIAN) / ranked_number(fastest, RANKED_MEDIAN) : NAN;
  const bool compared = other && other != fastest;
  printf("  %s%5s", compared ? ranked_sign(ranked_compare(fastest, other)) : " ", figure_text(ratio, 3, text));
}

static void print_layout(const group *g, time_unit unit, int width) {
  char median[FIGURE_MAX], low[FIGURE_MAX], high[FIGURE_MAX], peak[FIGURE_MAX];
  const ranked *r = g->first, *runner_up = is_timed(g, r + 1) ? r + 1 : NULL;
  if (!is_timed(g, r)) {
    printf("%-6s  no kernel was timed\n", r->cell[RANKED_LAYOUT]);
    return;
  }
  printf("%-6s  %-*s  %9s", r->cell[RANKED_LAYOUT], width, r->cell[RANKED_KERNEL],
         figure_text(ranked_number(r, RANKED_MEDIAN) / unit.ns, 4, median));
  printf("  %7s..%-7s  %6s", figure_text(ranked_number(r, RANKED_LOW) / unit.ns, 4, low),
         figure_text(ranked_number(r, RANKED_HIGH) / unit.ns, 4, high),
         figure_text(ranked_number(r, RANKED_PEAK), 3, peak));
  print_ratio(runner_up, r);
  printf(" %-*s", width, runner_up ? runner_up->cell[RANKED_KERNEL] : "");
  print_ratio(find_kernel(g, yardstick), r);
  putchar('\n');
  if (!*r->cell[RANKED_MARKS]) return;
  fputs("        marked: ", stdout);
  put_wrapped(r->cell[RANKED_MARKS], 16, 16);
}

/* What is wrong is never fastest: its name stands below. */
static void print_failures(const group *g) {
  for (const ranked *r = g->first; r < g->end; r++) {
    char text[2048];
    snprintf(text, sizeof text, "FAILED %s, %s: %s", r->cell[RANKED_KERNEL], r->cell[RANKED_LAYOUT],
             r->cell[RANKED_REASON]);
    if (ranked_is(r, "failed")) put_wrapped(text, 0, 0);
  }
}

static int widest_name(const ranked *first, const ranked *end) {
  size_t width = strlen("runner-up");
  for (const ranked *r = first; r < end; r++)
    if (strlen(r->cell[RANKED_KERNEL]) > width) width = strlen(r->cell[RANKED_KERNEL]);
  return (int)(width < 18 ? width : 18);
}

/* The groups of one table; returns the index behind them. */
static size_t print_table(const ranking *r, size_t first) {
  size_t end = first;
  while (end < r->count && same_table(&r->items[first], &r->items[end])) end++;
  const int width = widest_name(&r->items[first], &r->items[end]);
  const time_unit unit = time_unit_of(ranked_number(&r->items[first], RANKED_MEDIAN));
  print_heading(&r->items[first]);
  printf("%-6s  %-*s  %6s %-2s  %-16s  %6s   %-*s   %s\n", "layout", width, "fastest", "median", unit.name,
         " 95 % interval", "% peak", width + 6, " runner-up", yardstick);
  for (size_t i = first; i < end; i = ranking_end(r, i))
    print_layout(&(group){&r->items[i], &r->items[ranking_end(r, i)]}, unit, width);
  for (size_t i = first; i < end; i = ranking_end(r, i))
    print_failures(&(group){&r->items[i], &r->items[ranking_end(r, i)]});
  putchar('\n');
  return end;
}

bool best_print(const char *csv, size_t size) {
  ranking r = {0};
  const char *line = memchr(csv, '\n', size);
  const size_t head = line ? (size_t)(line - csv) + 1 : size;
  char *header = strndup(csv, head);
  const bool read = header && ranking_read(&r, header, csv + head, size - head);
  free(header);
  for (size_t i = 0; i < r.count;) i = print_table(&r, i);
  char legend[512];
  snprintf(
      legend, sizeof legend,
      "ratios: time of the runner-up, and of %s, to the fastest one's; %s: their intervals overlap, so that this run "
      "does not tell them apart; ?: fewer than 6 repetitions have no interval",
      yardstick, sign_about());
  if (r.count) put_wrapped(legend, 0, 0);
  ranking_free(&r);
  return read;
}
