/* sde.c - the events as a table. A library of its own, because tools find events by loading a library and calling its
 * papi_sde_hook_list_events; and apart from libgconv, which knows nothing of PAPI: all that is counted stands in plans.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_sde.h"

#include "gconv_kernel.h"

#include <sde_lib.h>

static long long useful(const gconv_plan *plan) { return plan->useful_macs; }
static long long executed(const gconv_plan *plan) { return plan->executed_macs; }
static long long packed(const gconv_plan *plan) { return (long long)plan->packed_bytes; }
static long long workspace(const gconv_plan *plan) { return (long long)plan->workspace_bytes; }

static const struct {
  const char *name, *description;
  long long (*of_call)(const gconv_plan *plan);
} events[] = {
    {"useful_macs", "multiply-adds whose input is inside the image", useful},
    {"executed_macs", "multiply-adds done, those with padding and zero blocks included", executed},
    {"packed_bytes", "bytes of packed weights that calls took", packed},
    {"workspace_bytes", "bytes of workspace that calls took", workspace},
};

enum { EVENTS = sizeof events / sizeof *events };

static long long totals[EVENTS];

papi_handle_t papi_sde_hook_list_events(papi_sde_fptr_struct_t *sde) {
  papi_handle_t library = sde->init("gconv");
  for (int i = 0; i < EVENTS; i++) {
    sde->register_counter(library, events[i].name, PAPI_SDE_RO | PAPI_SDE_DELTA, PAPI_SDE_long_long, &totals[i]);
    sde->describe_counter(library, events[i].name, events[i].description);
  }
  return library;
}

void gconv_sde_register(void) {
  static papi_handle_t library;
  papi_sde_fptr_struct_t sde;
  if (library) return;
  POPULATE_SDE_FPTR_STRUCT(sde);
  library = papi_sde_hook_list_events(&sde);
}

void gconv_sde_count(const gconv_plan *plan, int64_t calls) {
  for (int i = 0; i < EVENTS; i++) totals[i] += calls * events[i].of_call(plan);
}
