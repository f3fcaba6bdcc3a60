/* papi_double.c - loaded before libpapi: a PAPI whose PMU has two counters and whose counts are known. It insists on
 * what real hardware wants (every thread its own set, one running set a thread), which no virtual machine could show.
 * PAPI_DOUBLE_IS makes it one that counts nothing, or something only at times: "paranoid", "forbidden", "watchdog" (two
 * counters open and start together, but count nothing), "zero", "stops" (counts are lost after the first few). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <papi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTERS = 2, SETS = 4096 };

static const struct {
  const char *name;
  long long value, more_each_thread;
} events[] = {{"PAPI_TOT_CYC", 1000, 1000},
              {"PAPI_TOT_INS", 2000, 2000},
              {"PAPI_L1_DCM", 7, 0},
              {"PAPI_L2_DCM", 3, 0},
              {"rapl:::ENERGY", 50, 0}};

static struct {
  pthread_t owner;
  int count, event[COUNTERS];
} sets[SETS];
static int used;
static _Thread_local int running;

int PAPI_library_init(int version) { return version; }
int PAPI_thread_init(unsigned long (*id)(void)) { return id() ? PAPI_OK : PAPI_EINVAL; }

static int is(const char *kind) {
  const char *asked = getenv("PAPI_DOUBLE_IS");
  return asked && !strcmp(asked, kind);
}

int PAPI_get_component_index(const char *name) {
  return !strcmp(name, "perf_event") && (is("paranoid") || is("forbidden")) ? 0 : PAPI_ENOCMP;
}

const PAPI_component_info_t *PAPI_get_component_info(int index) {
  static PAPI_component_info_t info = {.name = "perf_event", .num_preset_events = 50};
  (void)index;
  if (is("paranoid")) {
    info.disabled = PAPI_ECMP_DISABLED;
    strcpy(info.disabled_reason, "perf_event support disabled by Linux with paranoid=4");
  }
  return &info;
}

char *PAPI_strerror(int code) {
  return code == PAPI_ENOEVNT ? "no such event"
         : code == PAPI_EPERM ? "Permission level does not permit operation"
         : code == PAPI_ESYS  ? "A System/C library call failed"
                              : "misused";
}

int PAPI_create_eventset(int *set) {
  const int mine = __atomic_fetch_add(&used, 1, __ATOMIC_RELAXED);
  if (mine >= SETS) return PAPI_ENOMEM;
  sets[mine].owner = pthread_self();
  *set = mine;
  return PAPI_OK;
}

/* Of one component: what stands before three colons. */
static int is_foreign(int set, int event) {
  return sets[set].count && !strstr(events[event].name, ":::") != !strstr(events[sets[set].event[0]].name, ":::");
}

int PAPI_add_named_event(int set, const char *name) {
  for (int i = 0; i < (int)(sizeof events / sizeof *events); i++) {
    if (strcmp(events[i].name, name)) continue;
    if (is("paranoid")) return PAPI_ECMP_DISABLED;
    if (is("forbidden")) return PAPI_EPERM;
    if (is_foreign(set, i)) return PAPI_EINVAL;
    if (sets[set].count == COUNTERS) return PAPI_ECNFLCT;
    sets[set].event[sets[set].count++] = i;
    return PAPI_OK;
  }
  return PAPI_ENOEVNT;
}

int PAPI_num_events(int set) { return sets[set].count; }

int PAPI_start(int set) {
  if (running || !pthread_equal(sets[set].owner, pthread_self())) return PAPI_EISRUN;
  running = 1;
  return PAPI_OK;
}

int PAPI_stop(int set, long long *values) {
  if (!running || !pthread_equal(sets[set].owner, pthread_self())) return PAPI_ENOTRUN;
  running = 0;
  static int stopped;
  if (is("stops") && __atomic_fetch_add(&stopped, 1, __ATOMIC_RELAXED) >= 6) return PAPI_ESYS;
  const int thread = omp_get_thread_num();
  for (int i = 0; i < sets[set].count; i++)
    values[i] = is("zero") || (is("watchdog") && sets[set].count == COUNTERS)
                    ? 0
                    : events[sets[set].event[i]].value + thread * events[sets[set].event[i]].more_each_thread;
  return PAPI_OK;
}

int PAPI_cleanup_eventset(int set) { return set >= 0 ? PAPI_OK : PAPI_EINVAL; }

int PAPI_destroy_eventset(int *set) {
  *set = PAPI_NULL;
  return PAPI_OK;
}
