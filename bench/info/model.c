/* model.c - gconv-info model: every network with its totals, or the layers of one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "info.h"
#include "model.h"
#include "table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { QUANTITIES = 11 };

/* What networks are counted in: columns of the list, lines below the layers of one network. */
static const struct {
  const char *column, *text;
} quantities[QUANTITIES] = {
    {"params", "parameters"},
    {"conv_params", "... weights of convolutions"},
    {"norm_params", "... scale and shift of batch normalisation"},
    {"bias_params", "... biases of convolutions"},
    {"fc_params", "... fully connected layers"},
    {"macs", "multiply-adds"},
    {"conv_macs", "... of convolutions"},
    {"fc_macs", "... of fully connected layers"},
    {"activations", "elements of the results of convolutions"},
    {"grouped_params", "weights in grouped convolutions"},
    {"grouped_macs", "multiply-adds in grouped convolutions"},
};

static void measure(const model *m, int64_t value[QUANTITIES]) {
  const model_counts c = model_count(m);
  const int64_t in_order[QUANTITIES] = {model_params(&c),   c.conv_params,           c.norm_params, c.bias_params,
                                        c.fc_params,        c.conv_macs + c.fc_macs, c.conv_macs,   c.fc_macs,
                                        c.conv_activations, c.grouped_params,        c.grouped_macs};
  memcpy(value, in_order, sizeof in_order);
}

/* 1,234 for people, 1234 for programs. */
static void add_number(table *t, int64_t number, bool csv) {
  char text[DIGITS_MAX];
  if (csv)
    table_add(t, "%" PRId64, number);
  else
    table_add(t, "%s", digits(number, text));
}

static gconv_status list_entry(table *t, const model_entry *entry, const char *source, bool csv) {
  model *m;
  const gconv_status status = model_build(entry->name, 0, &m);
  if (status) return status;
  int64_t value[QUANTITIES];
  measure(m, value);
  table_add(t, "%s", entry->name);
  table_add(t, "%d", entry->image);
  for (int q = 0; q < QUANTITIES; q++) add_number(t, value[q], csv);
  table_add(t, "%s", entry->summary);
  if (csv) table_add(t, "%s", source); /* too long for a terminal */
  model_free(m);
  return GCONV_OK;
}

static gconv_status list_all(table *t, bool csv) {
  const char *header[QUANTITIES + 4] = {"network", "image"};
  for (int q = 0; q < QUANTITIES; q++) header[q + 2] = quantities[q].column;
  header[QUANTITIES + 2] = "summary";
  header[QUANTITIES + 3] = "source";
  table_start(t, csv ? QUANTITIES + 4 : QUANTITIES + 3, header);
  size_t count;
  const model_family *const *families = model_families(&count);
  gconv_status status = GCONV_OK;
  for (size_t f = 0; f < count; f++)
    for (size_t e = 0; e < families[f]->count && !status; e++)
      status = list_entry(t, &families[f]->entries[e], families[f]->source, csv);
  return status;
}

static gconv_status add_layers(table *t, const model *m, bool csv) {
  static const char *const header[] = {"layer", "times", "problem", "params", "macs", "macs_share"};
  table_start(t, sizeof header / sizeof *header, header);
  const double all = (double)model_count(m).conv_macs;
  gconv_problem *layers;
  size_t count;
  const gconv_status status = model_layers(m, NULL, &layers, &count);
  for (size_t l = 0; l < count; l++) {
    const gconv_counts c = gconv_problem_count(&layers[l]);
    char text[GCONV_TEXT_MAX];
    gconv_problem_print(&layers[l], text, sizeof text);
    table_add(t, "%s", strchr(layers[l].name, ':') + 1);
    table_add(t, "%d", layers[l].multiplicity);
    table_add(t, "%s", text);
    add_number(t, c.params, csv);
    add_number(t, c.macs_nominal, csv);
    table_add(t, "%.4f", (double)c.macs_nominal * layers[l].multiplicity / all);
  }
  free(layers);
  return status;
}

static bool print_totals(const model *m) {
  int64_t value[QUANTITIES];
  measure(m, value);
  char text[DIGITS_MAX];
  table t;
  table_start(&t, 2, (const char *const[]){m->name, "one image, padded taps counted"});
  for (int q = 0; q < QUANTITIES; q++) {
    table_add(&t, "%s", quantities[q].text);
    table_add(&t, "%s", digits(value[q], text));
  }
  const bool printed = table_print(&t);
  table_free(&t);
  return printed;
}

/* True if the table is complete; its sentence is on stderr otherwise. */
static bool print(table *t, gconv_status status, bool csv) {
  if (status) fprintf(stderr, "gconv-info model: %s\n", gconv_last_error());
  const bool printed = !status && (csv ? table_print_csv(t) : table_print(t));
  table_free(t);
  return printed;
}

static int print_model(const char *name, bool csv) {
  model *m;
  if (model_build(name, 0, &m))
    return usage_error("model", "%s; 'gconv-info model list' shows all", gconv_last_error());
  table t;
  bool printed = print(&t, add_layers(&t, m, csv), csv);
  if (printed && !csv) printed = putchar('\n') != EOF && print_totals(m);
  model_free(m);
  return printed ? 0 : 1;
}

int info_model(int count, char **arguments) {
  if (!count) return usage_error("model", "no network given, and not 'list'");
  bool csv;
  if (take_flags("model", (const char *const[]){"--csv", NULL}, count - 1, arguments + 1, &csv)) return EXIT_USAGE;
  if (strcmp(arguments[0], "list")) return print_model(arguments[0], csv);
  table t;
  const gconv_status status = list_all(&t, csv);
  return print(&t, status, csv) ? 0 : 1;
}
