/* layers.c - the convolutions of a network as problems: those with equal sizes are one problem with a multiplicity,
 * because they take equal time. Its label says what the layers have in common. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 8 }; /* different stages or places that a label can hold; more are not named */

typedef struct {
  const char *part[PARTS];
  int count;
} part_set;

typedef struct {
  gconv_problem problem;
  char text[GCONV_TEXT_MAX]; /* its descriptor, which is what makes layers equal */
  part_set stages, places;
  int block; /* -1: several */
} layer;

/* Keeps `sorted` sets in alphabetical order, others in order of appearance; literals of equal text may differ in
 * address. */
static void add_part(part_set *set, const char *part, bool sorted) {
  if (!part || set->count == PARTS) return;
  for (int i = 0; i < set->count; i++)
    if (!strcmp(set->part[i], part)) return;
  int at = set->count++;
  for (; sorted && at > 0 && strcmp(set->part[at - 1], part) > 0; at--) set->part[at] = set->part[at - 1];
  set->part[at] = part;
}

static void append(char *text, size_t size, const char *before, const char *part) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s", before, part);
}

static void name_layer(const model *m, layer *l) {
  char *name = l->problem.name, block[16];
  const size_t size = sizeof l->problem.name;
  name[0] = 0;
  append(name, size, m->name, ":");
  for (int i = 0; i < l->stages.count; i++) append(name, size, i ? "+" : "", l->stages.part[i]);
  snprintf(block, sizeof block, "%d", l->block);
  if (l->block) append(name, size, "_", l->block < 0 ? "x" : block);
  for (int i = 0; i < l->places.count; i++) append(name, size, i ? "+" : l->stages.count ? "." : "", l->places.part[i]);
}

static bool wanted(const model_node *n, const char *place) {
  return n->op == MODEL_CONV && (!place || (n->place && !strcmp(n->place, place)));
}

/* The layer that node `i` belongs to; a new one at the end if there is none yet. */
static gconv_status find_layer(const model *m, int i, layer *layers, size_t *count, layer **found) {
  gconv_problem p;
  char text[GCONV_TEXT_MAX];
  const gconv_status status = model_problem(m, i, 1, &p);
  if (status) return status;
  gconv_problem_print(&p, text, sizeof text);
  for (size_t l = 0; l < *count; l++)
    if (!strcmp(layers[l].text, text)) {
      *found = &layers[l];
      return GCONV_OK;
    }
  *found = &layers[(*count)++];
  **found = (layer){.problem = p, .block = m->nodes[i].block};
  (*found)->problem.multiplicity = 0;
  strcpy((*found)->text, text);
  return GCONV_OK;
}

static gconv_status collect(const model *m, const char *place, layer *layers, size_t *count) {
  for (int i = 0; i < m->count; i++) {
    if (!wanted(&m->nodes[i], place)) continue;
    layer *l;
    const gconv_status status = find_layer(m, i, layers, count, &l);
    if (status) return status;
    l->problem.multiplicity++;
    if (l->block != m->nodes[i].block) l->block = -1;
    add_part(&l->stages, m->nodes[i].stage, false);
    add_part(&l->places, m->nodes[i].place, true);
  }
  return GCONV_OK;
}

gconv_status model_layers(const model *m, const char *place, gconv_problem **problems, size_t *count) {
  layer *layers = malloc((size_t)(m->count + 1) * sizeof *layers);
  *problems = malloc((size_t)(m->count + 1) * sizeof **problems);
  *count = 0;
  gconv_status status = GCONV_OK;
  if (!layers || !*problems)
    status = gconv_error(GCONV_NO_MEMORY, "no memory for the %d nodes of %s", m->count, m->name);
  else
    status = collect(m, place, layers, count);
  for (size_t l = 0; l < *count && !status; l++) {
    name_layer(m, &layers[l]);
    (*problems)[l] = layers[l].problem;
  }
  free(layers);
  if (!status) return GCONV_OK;
  free(*problems);
  *problems = NULL;
  *count = 0;
  return status;
}
