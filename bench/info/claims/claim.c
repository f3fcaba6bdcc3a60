/* claim.c - evaluates claims. Everything computed comes from the networks' definitions and gconv_problem_count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

#include "core/error.h"
#include "model.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  model_counts counts;
  int64_t channels, map;
} tally;

static int64_t weights(const tally *t) { return t->counts.conv_params + t->counts.fc_macs; } /* a weight is used once */
static int64_t unnormed(const tally *t) { return model_params(&t->counts) - t->counts.norm_params; }
static int64_t parameters(const tally *t) { return model_params(&t->counts); }
static int64_t conv_macs(const tally *t) { return t->counts.conv_macs; }
static int64_t macs(const tally *t) { return t->counts.conv_macs + t->counts.fc_macs; }
static int64_t activations(const tally *t) { return t->counts.conv_activations; }
static int64_t channels(const tally *t) { return t->channels; }
static int64_t map(const tally *t) { return t->map; }
static int64_t layers(const tally *t) { return t->counts.convs; }

static int64_t (*const count_of[QUANTITIES])(const tally *) = {
    [WEIGHTS] = weights,     [UNNORMED] = unnormed, [PARAMETERS] = parameters,
    [CONV_MACS] = conv_macs, [MACS] = macs,         [ACTIVATIONS] = activations,
    [CHANNELS] = channels,   [MAP] = map,           [LAYERS] = layers};

static gconv_status tally_network(const char *name, const char *glob, tally *sum) {
  model *m;
  const gconv_status status = model_build(name, 0, &m);
  if (status) return status;
  sum->counts = model_count_part(m, glob);
  for (int i = 0; i < m->count; i++) {
    char node[GCONV_NAME_MAX];
    model_node_name(m, i, node, sizeof node);
    if (m->nodes[i].op != MODEL_CONV || fnmatch(glob, node, 0)) continue;
    sum->channels += m->nodes[i].shape.c;
    sum->map += m->nodes[i].shape.h;
  }
  model_free(m);
  return sum->counts.convs || sum->counts.fc_macs ? GCONV_OK
                                                  : gconv_error(GCONV_INVALID, "%s has no layer '%s'", name, glob);
}

static gconv_status tally_problem(const char *descriptor, tally *sum) {
  gconv_problem p;
  const gconv_status status = gconv_problem_parse(descriptor, &p);
  if (status) return status;
  const gconv_counts c = gconv_problem_count(&p);
  sum->counts = (model_counts){.conv_params = c.params * p.multiplicity,
                               .conv_macs = c.macs_nominal * p.multiplicity,
                               .conv_activations = c.dst_elems * p.multiplicity,
                               .convs = p.multiplicity};
  sum->channels = p.oc * (int64_t)p.multiplicity;
  sum->map = p.oh * (int64_t)p.multiplicity;
  return GCONV_OK;
}

static gconv_status count_term(const char *term, quantity what, int64_t *count) {
  char name[GCONV_NAME_MAX];
  const size_t length = strcspn(term, ":");
  snprintf(name, sizeof name, "%.*s", (int)length, term);
  tally sum = {0};
  const gconv_status status =
      model_find(name) ? tally_network(name, term[length] ? term + length + 1 : "*", &sum) : tally_problem(term, &sum);
  *count = count_of[what](&sum);
  return status;
}

static gconv_status count_all(const char *const *terms, quantity what, int64_t *sum) {
  *sum = 0;
  for (; *terms; terms++) {
    int64_t count;
    const gconv_status status = count_term(*terms, what, &count);
    if (status) return status;
    *sum += count;
  }
  return GCONV_OK;
}

static void add_value(table *t, double value) { table_add(t, value == rint(value) ? "%.0f" : "%.6g", value); }

static void add_verdict(table *t, const claim *c, double computed) {
  const char *why = c->why ? c->why : "", *colon = c->why ? ": " : "";
  if (computed == c->claimed)
    table_add(t, "equal");
  else if (!c->unit)
    table_add(t, "differs, %.6g times the claim%s%s", computed / c->claimed, colon, why);
  else if (llround(computed / c->unit) == llround(c->claimed / c->unit))
    table_add(t, "equal after rounding");
  else
    table_add(t, "differs, rounds to %.12g%s%s", (double)llround(computed / c->unit) * c->unit, colon, why);
}

gconv_status claim_add(table *t, const claim *c) {
  int64_t numerator, denominator = 1;
  gconv_status status = count_all(c->of, c->what, &numerator);
  if (!status && c->against[0]) status = count_all(c->against, c->what, &denominator);
  if (status) return status;
  const double computed = (double)numerator / (double)denominator * (c->scale ? c->scale : 1);
  table_add(t, "%s", c->source);
  table_add(t, "%s", c->text);
  table_add(t, "%.15g", c->claimed);
  add_value(t, computed);
  add_verdict(t, c, computed);
  return GCONV_OK;
}

gconv_status claims_add(table *t, const claim *claims, size_t count) {
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < count && !status; i++) status = claim_add(t, &claims[i]);
  return status;
}

void claim_add_uncounted(table *t, const char *source, const char *text, const char *claimed, const char *why) {
  const char *const cells[] = {source, text, claimed, "-"};
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) table_add(t, "%s", cells[i]);
  table_add(t, "not computed: %s", why);
}
