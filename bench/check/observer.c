/* observer.c - the sentences. What a library underneath allocates is its own affair, and said of it nowhere; on how
 * many threads it runs is not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "observer.h"
#include "watch.h"

#include <stdio.h>

static bool end(const gconv_plan *plan, char *sentence, size_t size) {
  const watch_report seen = watch_end();
  const struct {
    bool found;
    const char *format;
    long count;
  } objections[] = {
      {seen.largest_team > plan->env.threads, "execute runs on %ld threads, more than the plan's", seen.largest_team},
      {seen.started > 0 && !plan->kernel->library, "execute starts threads of its own: %ld", seen.started},
      {seen.allocations > 0 && !plan->kernel->library, "execute allocates memory: %ld blocks", seen.allocations},
  };
  for (size_t i = 0; i < sizeof objections / sizeof *objections; i++)
    if (objections[i].found) {
      snprintf(sentence, size, objections[i].format, objections[i].count);
      return true;
    }
  return false;
}

const strict_observer call_observer = {watch_begin, end};
