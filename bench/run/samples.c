/* samples.c - a growing list, and the choice of what counts. */
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

gconv_status samples_add(sample_list *list, const sample_conditions *around) {
  if (list->count == list->capacity) {
    const int capacity = list->capacity ? 2 * list->capacity : 16;
    sample *items = realloc(list->items, (size_t)capacity * sizeof *items);
    if (!items) return gconv_error(GCONV_NO_MEMORY, "no memory for %d repetitions", capacity);
    list->items = items, list->capacity = capacity;
  }
  list->items[list->count++] = (sample){.turn = around->turn,
                                        .elapsed = around->elapsed,
                                        .slow = around->slow,
                                        .interrupted = interrupted(around->elapsed, &around->usage),
                                        .moved = around->moved,
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
  return s->slow || s->interrupted || s->moved || s->foreign || s->usage.steal > 0;
}

int samples_clean(const sample_list *list) {
  int clean = 0;
  for (int i = 0; i < list->timed; i++) clean += !sample_disturbed(&list->items[i]);
  return clean;
}

figures samples_figures(const sample_list *list, int enough) {
  const size_t room = (size_t)list->timed + 1;
  figures f = {.seconds = malloc(room * sizeof *f.seconds), .turns = malloc(room * sizeof *f.turns)};
  if (!f.seconds || !f.turns) return f;
  const bool choose = samples_clean(list) >= enough;
  for (int i = 0; i < list->timed; i++) {
    const sample *s = &list->items[i];
    if (choose && sample_disturbed(s)) {
      f.discarded++;
      continue;
    }
    f.turns[f.kept] = s->turn, f.seconds[f.kept++] = s->seconds;
    f.elapsed += s->elapsed;
    f.slow += s->slow, f.interrupted += s->interrupted, f.moved += s->moved, f.foreign += s->foreign;
    f.usage.faults += s->usage.faults, f.usage.switches += s->usage.switches;
    f.usage.foreign += s->usage.foreign, f.usage.waited += s->usage.waited, f.usage.steal += s->usage.steal;
  }
  if (f.kept) f.stats = stats_of(f.seconds, f.kept);
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
  } table[] = {{f->slow > 0, "slow"},       {f->interrupted > 0, "interrupted"}, {f->moved > 0, "moved"},
               {f->foreign > 0, "foreign"}, {f->usage.steal > 0, "steal"},       {f->usage.faults > 0, "faults"}};
  marks[0] = 0;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].found)
      snprintf(marks + strlen(marks), MARKS_MAX - strlen(marks), "%s%s", *marks ? " " : "", table[i].name);
}
