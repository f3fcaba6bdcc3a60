/* names.c - short names for what people ask for, since one processor's event for it is not another's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "counters.h"

#include "core/error.h"

#include <stdio.h>
#include <string.h>

static const counter_name names[] = {
    {"cycles", "core clock cycles", {"PAPI_TOT_CYC", "perf::CYCLES"}, true},
    {"instructions", "instructions retired", {"PAPI_TOT_INS", "perf::INSTRUCTIONS"}, true},
    {"l1d_miss", "data misses in L1", {"PAPI_L1_DCM", "perf::L1-DCACHE-LOAD-MISSES"}, false},
    {"l2_miss", "misses in L2", {"PAPI_L2_DCM", "PAPI_L2_TCM"}, false},
    {"l3_miss", "misses in L3", {"PAPI_L3_TCM", "PAPI_L3_DCM", "perf::LLC-LOAD-MISSES"}, false},
    {"fp_ops", "floating-point operations", {"PAPI_SP_OPS", "PAPI_FP_OPS", "RETIRED_SSE_AVX_FLOPS:ANY"}, false},
    {"stalls", "cycles stalled", {"PAPI_RES_STL", "PAPI_STL_CCY", "perf::STALLED-CYCLES-BACKEND"}, false},
    {"useful_macs", "multiply-adds whose input is inside the image", {"sde:::gconv::useful_macs"}, false},
    {"executed_macs", "multiply-adds done, padding and zeros included", {"sde:::gconv::executed_macs"}, false},
    {"packed_bytes", "bytes of packed weights that calls took", {"sde:::gconv::packed_bytes"}, false},
    {"workspace_bytes", "bytes of workspace that calls took", {"sde:::gconv::workspace_bytes"}, false},
};

enum { NAMES = sizeof names / sizeof *names };

const counter_name *counters_find_name(const char *name) {
  for (int i = 0; i < NAMES; i++)
    if (!strcmp(name, names[i].name)) return &names[i];
  return NULL;
}

void counters_print_names(void) {
  for (int i = 0; i < NAMES; i++) {
    printf("%-16s %s:", names[i].name, names[i].meaning);
    for (int e = 0; e < COUNTER_CANDIDATES && names[i].events[e]; e++)
      printf("%s %s", e ? " or" : "", names[i].events[e]);
    putchar('\n');
  }
  puts("and whatever papi_avail and papi_native_avail show, by PAPI's name");
}

int counters_index(const counters *c, const char *name) {
  for (int i = 0; i < c->count; i++)
    if (!strcmp(c->list[i].name, name)) return i;
  return -1;
}

/* PAPI's names have capitals or colons: anything else is a short name, or none. Of the events that are our own PAPI
 * would take any, since they might be registered later. */
static bool may_be_papis(const char *name) {
  static const char own[] = "sde:::gconv::";
  if (!strncmp(name, own, sizeof own - 1)) return counters_find_name(name + sizeof own - 1);
  return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

gconv_status counters_take(counters *c, const char *list) {
  for (const char *rest = list;; rest++) {
    char name[COUNTER_NAME_MAX];
    const size_t length = strcspn(rest, ",");
    if (!length || length >= sizeof name)
      return gconv_error(GCONV_INVALID, "'%.*s' is not the name of a counter", (int)length, rest);
    memcpy(name, rest, length);
    name[length] = 0;
    if (!counters_find_name(name) && !may_be_papis(name))
      return gconv_error(GCONV_INVALID, "'%s' is neither a short name (--counters=list) nor one of PAPI's", name);
    if (c->count == COUNTERS_MAX) return gconv_error(GCONV_INVALID, "more than %d counters", COUNTERS_MAX);
    if (counters_index(c, name) < 0) strcpy(c->list[c->count++].name, name);
    rest += length;
    if (!*rest) return GCONV_OK;
  }
}
