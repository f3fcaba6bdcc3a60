/* skips.c - one item for each pair of kernel and reason. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "skips.h"

#include <stdlib.h>
#include <string.h>

enum { REASONS_SHOWN = 3 };

void skips_add(skip_list *list, const char *kernel, const char *reason) {
  for (size_t i = 0; i < list->count; i++)
    if (!strcmp(list->items[i].kernel, kernel) && !strcmp(list->items[i].reason, reason)) {
      list->items[i].count++;
      return;
    }
  skip_count *items = realloc(list->items, (list->count + 1) * sizeof *items);
  if (items) list->items = items;
  skip_count added = {strdup(kernel), strdup(reason), 1};
  if (items && added.kernel && added.reason) {
    items[list->count++] = added;
    return;
  }
  free(added.kernel);
  free(added.reason);
  list->lost = true;
}

/* The most frequent one that is not shown yet; NULL if all are. */
static const skip_count *next_reason(const skip_list *list, const char *kernel, const bool *shown) {
  const skip_count *most = NULL;
  for (size_t i = 0; i < list->count; i++)
    if (!shown[i] && !strcmp(list->items[i].kernel, kernel) && (!most || list->items[i].count > most->count))
      most = &list->items[i];
  return most;
}

static void print_kernel(const skip_list *list, const char *kernel, bool *shown, FILE *out) {
  int total = 0, reasons = 0;
  for (size_t i = 0; i < list->count; i++)
    if (!strcmp(list->items[i].kernel, kernel)) total += list->items[i].count, reasons++;
  fprintf(out, "skipped: %s %d", kernel, total);
  const skip_count *reason;
  for (int i = 0; (reason = next_reason(list, kernel, shown)); i++) {
    shown[reason - list->items] = true;
    total -= i < REASONS_SHOWN ? reason->count : 0;
    if (i >= REASONS_SHOWN) continue;
    fputs(i ? "; " : " (", out);
    if (reasons > 1) fprintf(out, "%d: ", reason->count);
    fputs(reason->reason, out);
  }
  if (total) fprintf(out, "; %d: %d more reasons, in the CSV and with --verbose", total, reasons - REASONS_SHOWN);
  fputs(")\n", out);
}

void skips_print(const skip_list *list, FILE *out) {
  bool *shown = calloc(list->count + 1, sizeof *shown);
  for (size_t i = 0; i < list->count && shown; i++)
    if (!shown[i]) print_kernel(list, list->items[i].kernel, shown, out);
  if (list->lost || !shown) fputs("skipped: more, for whose count there was no memory\n", out);
  free(shown);
}

void skips_free(skip_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].kernel);
    free(list->items[i].reason);
  }
  free(list->items);
  *list = (skip_list){0};
}
