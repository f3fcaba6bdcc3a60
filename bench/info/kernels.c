/* kernels.c - gconv-info kernels: the registry as a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"
#include "table.h"

#include "gconv_kernel.h"

#include <string.h>

/* Appends a word to a list separated by `separator`. */
static void append(char *text, size_t size, const char *separator, const char *word) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s", length ? separator : "", word);
}

static const char *numeric_name(gconv_numeric numeric) {
  static const char *const names[] = {"any order", "transform"};
  return names[numeric];
}

/* Not in this build, or with a row that core refuses: the error of the search that found nothing. */
static void add_missing(table *t, const gconv_entry *entry) {
  table_add(t, "%s", entry->name);
  for (size_t i = 0; i < t->columns - 2; i++) table_add(t, "-");
  table_add(t, "%s (not available: %s)", entry->idea, entry->missing ? entry->missing : gconv_last_error());
}

/* What a kernel compiled for several ISAs runs as on this machine. */
static const gconv_kernel *best_variant(const gconv_entry *entry) {
  return entry->missing ? NULL : gconv_kernel_find(entry->name, gconv_isa_detect());
}

static const char *isa_name(const gconv_kernel *kernel) {
  return kernel->library ? "(library)" : gconv_isa_name(kernel->isa);
}

static void add_entry(table *t, const gconv_entry *entry) {
  const gconv_kernel *best = best_variant(entry);
  char isas[64] = "", directions[64] = "";
  if (!best) {
    add_missing(t, entry);
    return;
  }
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    if (entry->variant[isa]) append(isas, sizeof isas, " ", isa_name(entry->variant[isa]));
  for (int d = 0; d < GCONV_DIRECTIONS; d++)
    if (best->directions & 1u << d)
      append(directions, sizeof directions, " ", gconv_direction_name((gconv_direction)d));
  table_add(t, "%s", entry->name);
  table_add(t, "%s", isas);
  table_add(t, "%s", isa_name(best));
  table_add(t, "%s", directions);
  table_add(t, "%s", numeric_name(best->numeric));
  table_add(t, "%s", best->summary);
}

/* Name and method, and what may follow '@' in the name. */
static void add_method(table *t, const gconv_entry *entry) {
  const gconv_kernel *best = best_variant(entry);
  if (!best) return;
  table_add(t, "%s", entry->name);
  table_add(t, "%s", best->params ? best->params : "-");
  table_add(t, "%s", best->reference);
}

int info_kernels(int count, char **arguments) {
  for (int i = 0; i < count; i++)
    if (strncmp(arguments[i], "--plugin=", strlen("--plugin="))) /* main has loaded them */
      return usage_error("kernels", "'%s' is not an argument of it, it takes only --plugin=FILE", arguments[i]);
  static const char *const headers[2][6] = {
      {"kernel", "compiled for", "runs here as", "directions", "numeric class", "summary"},
      {"kernel", "@parameter", "method"},
  };
  table kernels, methods;
  table_start(&kernels, 6, headers[0]);
  table_start(&methods, 3, headers[1]);
  size_t entry_count;
  const gconv_entry *entries = gconv_registry(&entry_count);
  for (size_t i = 0; i < entry_count; i++) {
    add_entry(&kernels, &entries[i]);
    add_method(&methods, &entries[i]);
  }
  bool printed = table_print(&kernels);
  puts("");
  printed &= table_print(&methods);
  table_free(&kernels);
  table_free(&methods);
  return printed ? 0 : 1;
}
