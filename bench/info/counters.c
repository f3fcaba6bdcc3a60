/* counters.c - can hardware counters be read here? Asked by counting cycles once, since every earlier answer may be
 * wrong: virtual machines often present counters that never count, and the kernel may forbid them. */
#include "files.h"
#include "info.h"

static void collect_settings(facts *f) {
  static const file_fact files[] = {{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NULL}};
  facts_files(f, "counters", files, sizeof files / sizeof *files);
}

static void refuse(facts *f, const char *why) {
  facts_flag(f, "counters", "available", false);
  facts_text(f, "counters", "why_not", "%s", why);
  collect_settings(f);
}

#if GCONV_WITH_PAPI
#include <papi.h>
#include <string.h>

/* The reason the component of the CPU's counters gives, or NULL if it is enabled. */
static const char *disabled_reason(void) {
  const int index = PAPI_get_component_index("perf_event");
  const PAPI_component_info_t *info = index < 0 ? NULL : PAPI_get_component_info(index);
  if (!info) return "PAPI has no perf_event component";
  return info->disabled ? info->disabled_reason : NULL;
}

/* Cycles of a short loop; returns PAPI's status. */
static int count_cycles(long long *cycles) {
  int set = PAPI_NULL;
  int status = PAPI_create_eventset(&set);
  if (status == PAPI_OK) status = PAPI_add_event(set, PAPI_TOT_CYC);
  if (status == PAPI_OK) status = PAPI_start(set);
  if (status == PAPI_OK) {
    for (volatile int i = 0; i < 100000; i++) continue;
    status = PAPI_stop(set, cycles);
  }
  if (set != PAPI_NULL) {
    PAPI_cleanup_eventset(set);
    PAPI_destroy_eventset(&set);
  }
  return status;
}

void collect_counters(facts *f) {
  const bool in_use = PAPI_is_initialized(); /* by a program that counts: not to be shut down under it */
  const int version = PAPI_library_init(PAPI_VER_CURRENT);
  facts_text(f, "counters", "papi", "PAPI %d.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION), PAPI_VERSION_MINOR(PAPI_VERSION),
             PAPI_VERSION_REVISION(PAPI_VERSION));
  if (version != PAPI_VER_CURRENT) {
    refuse(f, version < 0 ? PAPI_strerror(version) : "PAPI of another version than at build time");
    return;
  }
  long long cycles = 0;
  const int status = count_cycles(&cycles);
  const char *reason = disabled_reason(); /* now, because some versions set a component up at its first use */
  if (status == PAPI_OK && cycles > 0) {
    facts_flag(f, "counters", "available", true);
    facts_number(f, "counters", "count", PAPI_num_cmp_hwctrs(0));
    collect_settings(f);
  } else {
    refuse(f, reason && *reason   ? reason
              : status != PAPI_OK ? PAPI_strerror(status)
                                  : "the cycle counter stays at zero");
  }
  if (!in_use) PAPI_shutdown();
}
#else
void collect_counters(facts *f) {
  facts_unknown(f, "counters", "papi", "not in this build");
  refuse(f, "built without PAPI");
}
#endif
