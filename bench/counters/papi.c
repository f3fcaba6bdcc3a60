/* papi.c - counters through PAPI. An event belongs to a component, and an event set to one thread: so every thread of a
 * team starts a set of its own. Whether events fit together is found by starting them, since PAPI's own answer leaves
 * out what the kernel or a hypervisor has taken. Nothing is ever multiplexed: an estimate would look like a count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"
#include "gconv_sde.h"

#include "core/error.h"

#include <omp.h>
#include <papi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Not pthread_self: OpenMP ends threads and starts others, which get the addresses of the old ones, and with those what
 * PAPI kept of them. */
static unsigned long thread_id(void) { return (unsigned long)gettid(); }

static void drop_set(int *set) {
  if (*set == PAPI_NULL) return;
  PAPI_cleanup_eventset(*set);
  PAPI_destroy_eventset(set);
}

/* A set, on this thread, of the events of `group` and perhaps one more. */
static int make_set(const counters *c, int group, const char *more, int *set) {
  *set = PAPI_NULL;
  int status = PAPI_create_eventset(set);
  for (int i = 0; i < c->count && status == PAPI_OK; i++)
    if (*c->list[i].event && c->list[i].group == group) status = PAPI_add_named_event(*set, c->list[i].event);
  if (more && status == PAPI_OK) status = PAPI_add_named_event(*set, more);
  return status;
}

/* Counts a short loop with the events of `group` and `more`, whose value is the last. False in `counts` if one that
 * never is zero was: a group that opens and is then never put on the hardware, as where a watchdog has taken a counter.
 */
static int try_set(const counters *c, int group, const char *more, long long *value, bool *counts) {
  int set;
  long long values[COUNTERS_MAX + 1] = {0};
  int status = make_set(c, group, more, &set);
  if (status == PAPI_OK) {
    const int count = PAPI_num_events(set);
    status = PAPI_start(set);
    for (volatile int i = 0; i < 100000; i++) continue;
    if (status == PAPI_OK) status = PAPI_stop(set, values);
    *value = count > 0 ? values[count - 1] : 0;
  }
  *counts = true;
  for (int i = 0, at = 0; i < c->count; i++) {
    const counter_name *row = counters_find_name(c->list[i].name);
    if (!*c->list[i].event || c->list[i].group != group) continue;
    *counts = *counts && (values[at++] || !row || !row->never_zero);
  }
  drop_set(&set);
  return status;
}

/* Events called COMPONENT:::NAME are not of the CPU's counters, which alone belong to a thread each: files, energy,
 * our own. Counted in every thread they would be added up as often. */
static const char *component_end(const char *event) { return strstr(event, ":::"); }

static const PAPI_component_info_t *component_of(const char *event) {
  char name[COUNTER_NAME_MAX] = "perf_event";
  const char *end = component_end(event);
  if (end) snprintf(name, sizeof name, "%.*s", (int)(end - event), event);
  const int index = PAPI_get_component_index(name);
  return index < 0 ? NULL : PAPI_get_component_info(index);
}

/* Of the kernel's setting, which PAPI knows only in part. */
static int paranoid_level(void) {
  int level = 0;
  FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
  if (!file) return 0;
  if (fscanf(file, "%d", &level) != 1) level = 0;
  fclose(file);
  return level;
}

/* The component's own words where it is disabled, else PAPI's for the status, with what they leave out. PAPI 7 keeps
 * its component enabled where there is no PMU, for the kernel's software events: it then has no presets and no words
 * for that. */
static void tell_reason(counter *c, const char *event, int status) {
  const PAPI_component_info_t *component = component_of(event);
  const bool of_cpu = !component_end(event);
  if (component && component->disabled && *component->disabled_reason)
    snprintf(c->why_not, sizeof c->why_not, "%.*s", COUNTER_REASON_MAX - 1, component->disabled_reason);
  else if (status == PAPI_OK)
    snprintf(c->why_not, sizeof c->why_not, "the counter stays at zero");
  else if (component && of_cpu && component->num_preset_events == 0)
    snprintf(c->why_not, sizeof c->why_not, "%s: PAPI's component %s finds no PMU here that it knows",
             PAPI_strerror(status), component->name);
  else if (status == PAPI_EPERM)
    snprintf(c->why_not, sizeof c->why_not, "%s: perf_event_paranoid is %d%s", PAPI_strerror(status), paranoid_level(),
             paranoid_level() > 2 ? "" : ", which allows it, so a container or seccomp forbids it");
  else
    snprintf(c->why_not, sizeof c->why_not, "%s", PAPI_strerror(status));
}

/* Chooses the first candidate that counts. False where none does: the reason is that of the first one. */
static bool choose_event(const counters *c, counter *wanted) {
  const counter_name *row = counters_find_name(wanted->name);
  const counter_name own = {.events = {wanted->name}};
  *wanted->why_not = 0;
  if (!row) row = &own;
  for (int i = 0; i < COUNTER_CANDIDATES && row->events[i]; i++) {
    long long value = 0;
    bool counts;
    const int status = try_set(c, -1, row->events[i], &value, &counts);
    if (status == PAPI_OK && (value || !row->never_zero)) {
      snprintf(wanted->event, sizeof wanted->event, "%s", row->events[i]);
      wanted->of_process = component_end(wanted->event) != NULL;
      return true;
    }
    if (!*wanted->why_not) tell_reason(wanted, row->events[i], status);
  }
  return false;
}

/* The first group that has room, or a new one. */
static void join_group(counters *c, counter *joining) {
  char event[COUNTER_NAME_MAX];
  const counter_name *row = counters_find_name(joining->name);
  long long value;
  bool counts;
  strcpy(event, joining->event);
  joining->event[0] = 0; /* not a member while it is tried */
  for (joining->group = 0; joining->group < c->groups; joining->group++)
    if (try_set(c, joining->group, event, &value, &counts) == PAPI_OK && counts && (value || !row || !row->never_zero))
      break;
  strcpy(joining->event, event);
  if (joining->group == c->groups) c->groups++;
}

static void add_text(char *text, size_t size, const char *more) {
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s", more);
}

static bool is_missing(const counter *c) { return !*c->event; }

/* "cycles, stalls (no PMU); foo (no such event)": names with the same reason together. */
static void list_missing(const counters *c, char *text, size_t size) {
  for (int i = 0; i < c->count; i++) {
    const char *reason = c->list[i].why_not;
    bool said = !is_missing(&c->list[i]);
    for (int j = 0; j < i && !said; j++) said = is_missing(&c->list[j]) && !strcmp(c->list[j].why_not, reason);
    if (said) continue;
    add_text(text, size, *text ? "; " : "not counted here: ");
    for (int j = i; j < c->count; j++) {
      if (!is_missing(&c->list[j]) || strcmp(c->list[j].why_not, reason)) continue;
      if (j > i) add_text(text, size, ", ");
      add_text(text, size, c->list[j].name);
    }
    add_text(text, size, " (");
    add_text(text, size, reason);
    add_text(text, size, ")");
  }
}

const char *counters_library(void) {
  static char text[32];
  snprintf(text, sizeof text, "PAPI %d.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION), PAPI_VERSION_MINOR(PAPI_VERSION),
           PAPI_VERSION_REVISION(PAPI_VERSION));
  return text;
}

void counters_open(counters *c, char *why_not, size_t size) {
  *why_not = 0;
  c->groups = 0;
  if (!c->count) return;
  gconv_sde_register();
  const int version = PAPI_library_init(PAPI_VER_CURRENT);
  if (version != PAPI_VER_CURRENT || PAPI_thread_init(thread_id) != PAPI_OK) {
    snprintf(why_not, size, "no counters: PAPI cannot be initialised (%s)",
             version < 0 ? PAPI_strerror(version) : "another version than at build time");
    return;
  }
  for (int i = 0; i < c->count; i++) c->list[i].group = -1, c->list[i].event[0] = 0;
  for (int i = 0; i < c->count; i++)
    if (choose_event(c, &c->list[i])) join_group(c, &c->list[i]);
  list_missing(c, why_not, size);
}

static bool is_of_process_group(const counters *c, int group) {
  for (int i = 0; i < c->count; i++)
    if (*c->list[i].event && c->list[i].group == group) return c->list[i].of_process;
  return false;
}

gconv_status counters_start(const counters *c, int group, int threads, counting *now) {
  const int counted = is_of_process_group(c, group) ? 1 : threads;
  *now = (counting){.counters = c, .group = group, .threads = counted};
  now->sets = malloc((size_t)counted * sizeof *now->sets);
  now->values = calloc((size_t)counted * COUNTERS_MAX, sizeof *now->values);
  if (!now->sets || !now->values) {
    free(now->sets);
    free(now->values);
    return gconv_error(GCONV_NO_MEMORY, "no memory for the counters of %d threads", counted);
  }
  int worst = PAPI_OK;
#pragma omp parallel num_threads(counted) reduction(min : worst)
  {
    int *set = &now->sets[omp_get_thread_num()];
    worst = make_set(c, group, NULL, set);
    if (worst == PAPI_OK) worst = PAPI_start(*set);
  }
  if (worst == PAPI_OK) return GCONV_OK;
  counters_stop(now);
  free(now->values);
  return gconv_error(GCONV_FAILED, "counters of group %d do not start: %s", group, PAPI_strerror(worst));
}

gconv_status counters_stop(counting *now) {
  const counters *c = now->counters;
  int worst = PAPI_OK;
#pragma omp parallel num_threads(now->threads) reduction(min : worst)
  {
    const int thread = omp_get_thread_num();
    long long values[COUNTERS_MAX];
    worst = PAPI_stop(now->sets[thread], values);
    drop_set(&now->sets[thread]);
    for (int i = 0, at = 0; i < c->count && worst == PAPI_OK; i++)
      if (*c->list[i].event && c->list[i].group == now->group) now->values[thread * COUNTERS_MAX + i] = values[at++];
  }
  free(now->sets);
  return worst == PAPI_OK ? GCONV_OK : gconv_error(GCONV_FAILED, "counters do not stop: %s", PAPI_strerror(worst));
}

void counters_called(const gconv_plan *plan, int64_t calls) { gconv_sde_count(plan, calls); }
