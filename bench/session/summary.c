/* summary.c - keeps the text of a unit's rows until it is finished, then ranks and prints it. At most 100 columns and
 * no colour: it is read in terminals, logs and mails. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "summary.h"

#include "csv_reader.h"
#include "gbench.h"
#include "printing.h"
#include "ranking.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_WIDEST = 24, MARK_WIDEST = 14 };

static bool shows_tables(const session *s) { return gbench_console() && !s->job; }

void summary_add(session *s, const csv_row *row) {
  csv_text *t = &s->rows;
  size_t length;
  if (s->isolate || s->job) return; /* summary_file reads it, there */
  char *line = csv_line(row, &length);
  char *text = line ? realloc(t->text, t->size + length) : NULL;
  if (text) {
    memcpy(text + t->size, line, length);
    t->text = text, t->size += length;
  }
  t->lost |= !text;
  free(line);
}

static bool is_layer(const ranked *r) { return !strcmp(r->cell[RANKED_LEVEL], "layer"); }

static void print_heading(const ranked *r) {
  char text[1024];
  const char *const *c = r->cell;
  const char *plural = strcmp(c[RANKED_THREADS], "1") ? "s" : "";
  const bool real = !strcmp(c[RANKED_DATA], "real");
  if (is_layer(r))
    snprintf(text, sizeof text, "%s %s %s, %s thread%s, %s%s%s%s%s", c[RANKED_DIRECTION], c[RANKED_LAYOUT],
             c[RANKED_PROBLEM], c[RANKED_THREADS], plural, c[RANKED_CACHE], real ? "" : "-", real ? "" : c[RANKED_DATA],
             *c[RANKED_LAYER] ? ", " : "", c[RANKED_LAYER]);
  else
    snprintf(text, sizeof text, "%s %s, batch %s, %s, %s thread%s", c[RANKED_LEVEL], c[RANKED_PROBLEM], c[RANKED_BATCH],
             c[RANKED_PASS], c[RANKED_THREADS], plural);
  putchar('\n');
  put_wrapped(text, 0, 0);
}

/* "direct"; of a block's forms "b direct". */
static const char *label_of(const ranked *r, char *label, size_t size) {
  const char *form = r->cell[RANKED_FORM];
  const bool forms = !is_layer(r) && strcmp(form, "-");
  snprintf(label, size, "%s%s%s", forms ? form : "", forms ? " " : "", r->cell[RANKED_KERNEL]);
  return label;
}

/* `fastest` is the first of the group. */
static void print_row(const ranked *r, const ranked *fastest, time_unit unit, int width) {
  char label[512], median[FIGURE_MAX], low[FIGURE_MAX], high[FIGURE_MAX], ratio[FIGURE_MAX], peak[FIGURE_MAX];
  char roof[FIGURE_MAX];
  const double ns = ranked_number(r, RANKED_MEDIAN);
  if ((int)strlen(label_of(r, label, sizeof label)) > width) {
    put_wrapped(label, 0, 0);
    *label = 0;
  }
  int column = printf("%-*s  %9s  %7s", width, label, figure_text(ns / unit.ns, 4, median),
                      figure_text(ranked_number(r, RANKED_LOW) / unit.ns, 4, low));
  column += printf("..%-7s", figure_text(ranked_number(r, RANKED_HIGH) / unit.ns, 4, high));
  printf("  %s", r == fastest ? " " : ranked_sign(ranked_compare(fastest, r)));
  column += 3 + printf("%5s  %6s", figure_text(ns / ranked_number(fastest, RANKED_MEDIAN), 3, ratio),
                       figure_text(ranked_number(r, RANKED_PEAK), 3, peak));
  const double second = ranked_number(r, is_layer(r) ? RANKED_ROOF_SHARE : RANKED_IMAGES);
  column += printf("  %5s %-6s  %4s", figure_text(second, 3, roof), is_layer(r) ? r->cell[RANKED_ROOF] : "",
                   r->cell[RANKED_REPETITIONS]);
  if (!*r->cell[RANKED_MARKS]) {
    putchar('\n');
    return;
  }
  column += printf("  ");
  put_wrapped(r->cell[RANKED_MARKS], column + MARK_WIDEST <= WIDTH ? column : width + 2, column);
}

static void print_failure(const ranked *r) {
  char label[512], text[2048];
  snprintf(text, sizeof text, "FAILED %s: %s", label_of(r, label, sizeof label), r->cell[RANKED_REASON]);
  put_wrapped(text, 0, 0);
}

static int label_width(const ranked *first, const ranked *end) {
  size_t width = strlen("kernel");
  for (const ranked *r = first; r < end; r++) {
    char label[512];
    const size_t length = strlen(label_of(r, label, sizeof label));
    if (length > width && length <= NAME_WIDEST) width = length;
  }
  return (int)width;
}

static void print_group(const ranked *first, const ranked *end) {
  while (end > first && ranked_is(end - 1, "skipped")) end--;
  if (first == end) return;
  print_heading(first);
  const ranked *r = first;
  if (ranked_is(first, "ok")) {
    const int width = label_width(first, end);
    const time_unit unit = time_unit_of(ranked_number(first, RANKED_MEDIAN));
    printf("%-*s  %6s %-2s  %-16s  %6s  %6s  %-12s  %4s  marks\n", width, "kernel", "median", unit.name,
           " 95 % interval", "ratio", "% peak", is_layer(first) ? "% roof" : "images/s", "reps");
    for (; r < end && ranked_is(r, "ok"); r++) print_row(r, first, unit, width);
  }
  for (; r < end; r++) print_failure(r);
}

static void show(session *s, const char *rows, size_t size, bool lost) {
  ranking r = {0};
  char *header = csv_header();
  lost = lost || !header || !ranking_read(&r, header, rows, size);
  free(header);
  s->skips.lost |= lost;
  for (size_t i = 0; i < r.count; i++)
    if (ranked_is(&r.items[i], "skipped"))
      skips_add(&s->skips, r.items[i].cell[RANKED_KERNEL], r.items[i].cell[RANKED_REASON]);
  if (shows_tables(s)) {
    progress_clear(&s->progress);
    for (size_t first = 0; first < r.count; first = ranking_end(&r, first))
      print_group(&r.items[first], &r.items[ranking_end(&r, first)]);
    if (lost) puts("\nno memory for all results of a problem");
    fflush(stdout);
  }
  ranking_free(&r);
}

void summary_block(session *s) {
  csv_text *t = &s->rows;
  show(s, t->text ? t->text : "", t->size, t->lost);
  free(t->text);
  *t = (csv_text){0};
}

void summary_file(session *s, size_t before) {
  size_t size = 0;
  const int file = open(s->csv_path, O_RDONLY | O_CLOEXEC);
  char *text = file < 0 ? NULL : csv_read_file(file, &size);
  if (file >= 0) close(file);
  if (size < before) size = before;
  show(s, text ? text + before : "", text ? size - before : 0, !text);
  free(text);
}

void summary_skips(const session *s) { skips_print(&s->skips, stderr); }

void summary_free(session *s) {
  free(s->rows.text);
  skips_free(&s->skips);
}
