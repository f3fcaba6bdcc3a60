/* none.c - counters in a build without PAPI: none, and it says so. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"

#include "core/error.h"

#include <stdio.h>

const char *counters_library(void) { return NULL; }

void counters_open(counters *c, char *why_not, size_t size) {
  c->groups = 0;
  snprintf(why_not, size, "no counters: built without PAPI");
}

gconv_status counters_start(const counters *c, int group, int threads, counting *now) {
  *now = (counting){.counters = c, .group = group, .threads = threads};
  return gconv_error(GCONV_UNSUPPORTED, "built without PAPI");
}

gconv_status counters_stop(counting *now) {
  (void)now;
  return gconv_error(GCONV_UNSUPPORTED, "built without PAPI");
}

void counters_called(const gconv_plan *plan, int64_t calls) { (void)plan, (void)calls; }
