/* samples.c - a growing list, the choice of what counts, and the rule for more. A round is never longer than the first
 * one: it may be the last that is needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"

#include "core/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The share of its time that a repetition may wait for a CPU: the kernel's own threads run now and then, and less than
 * this does not show among other noise. */
static const double wait_share = 0.01;

static bool interrupted(double elapsed, const usage *u) {
  return isnan(u->waited) ? u->switches > 0 : u->waited > wait_share * elapsed;
}

static gconv_status make_room(sample_list *list, int more) {
  int capacity = list->capacity ? list->capacity : 16;
  while (capacity < list->count + more) capacity *= 2;
  if (capacity == list->capacity) return GCONV_OK;
  sample *items = realloc(list->items, (size_t)capacity * sizeof *items);
  if (!items) return gconv_error(GCONV_NO_MEMORY, "no memory for %d repetitions", capacity);
  list->items = items, list->capacity = capacity;
  return GCONV_OK;
}

gconv_status samples_join(sample_list *list, const sample *samples, int count) {
  const gconv_status status = make_room(list, count);
  if (status) return status;
  memcpy(list->items, samples, (size_t)count * sizeof *samples);
  list->count = list->timed = list->joined = count;
  list->processes = samples[count - 1].process + 1;
  return GCONV_OK;
}

gconv_status samples_add(sample_list *list, const sample_conditions *around) {
  const gconv_status status = make_room(list, 1);
  if (status) return status;
  list->items[list->count++] = (sample){.turn = around->turn,
                                        .elapsed = around->elapsed,
                                        .slow = speed_slow(&around->speed),
                                        .loads = speed_slow_loads(&around->speed),
                                        .allocation = around->allocation,
                                        .process = list->processes,
                                        .speed = around->speed,
                                        .interrupted = interrupted(around->elapsed, &around->usage),
                                        .moved = around->moved,
                                        .crowded = around->crowded,
                                        .foreign = around->usage.foreign > wait_share * around->elapsed,
                                        .usage = around->usage};
  return GCONV_OK;
}

void samples_time(sample_list *list, const double *seconds, int count) {
  for (int i = 0; i < count && list->timed < list->count; i++) list->items[list->timed++].seconds = seconds[i];
  list->count = list->timed;
}

void samples_free(sample_list *list) {
  free(list->items);
  *list = (sample_list){0};
}

bool sample_disturbed(const sample *s) {
  return s->slow || s->loads || s->interrupted || s->moved || s->foreign || s->usage.steal > 0;
}

int samples_clean(const sample_list *list) {
  int clean = 0;
  for (int i = list->joined; i < list->timed; i++) clean += !sample_disturbed(&list->items[i]);
  return clean;
}

/* What the kept ones say by group, and those of this process of the machine. False without memory. */
static bool compare_groups(figures *f, const sample *const *kept, int here) {
  int *group = malloc((size_t)f->kept * sizeof *group);
  double *share = malloc((size_t)f->kept * sizeof *share);
  sample_groups allocations = {.spread = 1}, processes = allocations;
  for (int k = 0; k < SPEED_KINDS; k++) f->speed[k] = NAN;
  bool enough = group && share;
  if (enough) {
    for (int i = 0; i < f->kept; i++) group[i] = kept[i]->process == here ? kept[i]->allocation : GROUPS_MAX;
    enough = groups_of(f->seconds, group, f->kept, &allocations);
    for (int i = 0; i < f->kept; i++) group[i] = kept[i]->process;
    enough = groups_of(f->seconds, group, f->kept, &processes) && enough;
    for (int k = 0; k < SPEED_KINDS; k++) {
      int known = 0;
      for (int i = 0; i < f->kept; i++)
        if (kept[i]->process == here) share[known++] = kept[i]->speed.share[k];
      if (known) f->speed[k] = stats_of(share, known).median;
      if (known && isnan(f->speed[k])) enough = false;
    }
  }
  f->allocations = allocations, f->processes = processes;
  free(group);
  free(share);
  return enough;
}

figures samples_figures(const sample_list *list, int enough) {
  const size_t room = (size_t)list->timed + 1;
  figures f = {.seconds = malloc(room * sizeof *f.seconds), .turns = malloc(room * sizeof *f.turns)};
  const sample **kept = malloc(room * sizeof *kept);
  if (!f.seconds || !f.turns || !kept) {
    figures_free(&f);
    free(kept);
    return f;
  }
  const bool choose = samples_clean(list) >= enough; /* earlier processes have chosen theirs */
  for (int i = 0; i < list->timed; i++) {
    const sample *s = &list->items[i];
    if (choose && i >= list->joined && sample_disturbed(s)) {
      f.discarded++;
      continue;
    }
    kept[f.kept] = s, f.turns[f.kept] = s->turn, f.seconds[f.kept++] = s->seconds;
    f.elapsed += s->elapsed;
    f.slow += s->slow, f.loads += s->loads, f.interrupted += s->interrupted, f.moved += s->moved;
    f.foreign += s->foreign, f.crowded += s->crowded;
    f.usage.faults += s->usage.faults, f.usage.switches += s->usage.switches;
    f.usage.foreign += s->usage.foreign, f.usage.waited += s->usage.waited, f.usage.steal += s->usage.steal;
  }
  if (f.kept) f.stats = stats_of(f.seconds, f.kept);
  if (f.kept && !compare_groups(&f, kept, list->processes)) figures_free(&f);
  free(kept);
  return f;
}

const char figures_lost[] = "no memory for the times of its repetitions";

bool figures_known(const figures *f) { return f->kept && !isnan(f->stats.median); }

void figures_free(figures *f) {
  free(f->seconds);
  free(f->turns);
  *f = (figures){0};
}

void figures_mark(const figures *f, char marks[MARKS_MAX]) {
  const struct {
    bool found;
    const char *name;
  } table[] = {{f->slow > 0, "slow"},
               {f->loads > 0, "loads"},
               {f->interrupted > 0, "interrupted"},
               {f->moved > 0, "moved"},
               {f->foreign > 0, "foreign"},
               {f->usage.steal > 0, "steal"},
               {f->usage.faults > 0, "faults"},
               {f->allocations.differ, "pages"},
               {f->processes.differ, "processes"},
               {f->crowded > 0, "oversubscribed"}};
  marks[0] = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].found)
      snprintf(marks + strlen(marks), MARKS_MAX - strlen(marks), "%s%s", *marks ? " " : "", table[i].name);
}

/* Too few repetitions have no interval: then their number was limited by the budget, and more are not to be had. */
static bool precise(const repeat_rule *rule, const sample_list *samples) {
  figures f = samples_figures(samples, rule->planned);
  const bool wide = !figures_known(&f) || f.stats.ci_hi - f.stats.ci_lo > rule->precision * f.stats.median;
  figures_free(&f);
  return !wide;
}

int repeat_wanted(const repeat_rule *rule, const sample_list *samples, double spent) {
  const int here = samples->timed - samples->joined;
  if (here == 0) return 0;
  const double affordable = (rule->budget - spent) / fmax(spent / here, 1e-9);
  if (affordable < 1 || (samples_clean(samples) >= rule->planned && precise(rule, samples))) return 0;
  return affordable >= rule->planned ? rule->planned : (int)affordable;
}
