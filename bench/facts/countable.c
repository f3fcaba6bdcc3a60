/* countable.c - can hardware counters be read here? Asked by counting cycles once, since every earlier answer may be
 * wrong: virtual machines often present counters that never count, and the kernel may forbid them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"
#include "files.h"
#include "collect.h"

#include "gconv.h"

void collect_counters(facts *f) {
  static const file_fact files[] = {{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", NULL, false}};
  char sentence[2 * COUNTER_REASON_MAX];
  counters cycles = {0};
  if (counters_library())
    facts_text(f, "counters", "papi", "%s", counters_library());
  else
    facts_unknown(f, "counters", "papi", "not in this build");
  const bool known = !counters_take(&cycles, "cycles");
  counters_open(&cycles, sentence, sizeof sentence);
  facts_flag(f, "counters", "available", known && cycles.groups > 0);
  if (*sentence) facts_text(f, "counters", "why_not", "%s", sentence);
  if (cycles.groups) facts_text(f, "counters", "cycles", "%s", cycles.list[0].event);
  facts_files(f, "counters", files, sizeof files / sizeof *files);
}
