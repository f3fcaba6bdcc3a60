/* counters.h - hardware and software-defined counters around a piece of work, through PAPI where the build has it. What
 * cannot be counted on this machine is named with its reason and left out; it never stops a measurement. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COUNTERS_H
#define GCONV_COUNTERS_H

#include "gconv.h"

enum { COUNTERS_MAX = 24, COUNTER_NAME_MAX = 96, COUNTER_CANDIDATES = 3, COUNTER_REASON_MAX = 256 };

typedef struct {
  char name[COUNTER_NAME_MAX];      /* as it was asked for */
  char event[COUNTER_NAME_MAX];     /* what PAPI calls it; empty where it is not counted */
  int group;                        /* the events of a group are counted together */
  bool of_process;                  /* counted once, not in each thread */
  char why_not[COUNTER_REASON_MAX]; /* it is not counted */
} counter;

typedef struct {
  counter list[COUNTERS_MAX];
  int count, groups;
} counters;

/* A name of our own and the events that may stand behind it, best first. */
typedef struct {
  const char *name, *meaning, *events[COUNTER_CANDIDATES];
  bool never_zero; /* zero means that a virtual machine only pretends to count */
} counter_name;

/* The row of a short name; NULL for a name of PAPI's. */
const counter_name *counters_find_name(const char *name);
void counters_print_names(void);
/* Takes a comma list of short names and of PAPI's own. */
gconv_status counters_take(counters *c, const char *list);
int counters_index(const counters *c, const char *name); /* -1 where it was not asked for */

/* "PAPI 7.0.0"; NULL in a build without it. */
const char *counters_library(void);
/* Finds what can be counted, and groups that fit the hardware without multiplexing. `why_not` becomes a sentence on
 * what cannot, or empty. */
void counters_open(counters *c, char *why_not, size_t size);

/* One group being counted on the threads of a team; opaque but for the values. */
typedef struct {
  const counters *counters;
  int group, threads;
  int *sets;         /* PAPI's event set of each thread */
  long long *values; /* after counters_stop: [thread][counter], zero for counters of other groups */
} counting;

gconv_status counters_start(const counters *c, int group, int threads, counting *now);
/* Also frees what start took, but for the values, which the caller frees. */
gconv_status counters_stop(counting *now);
/* Tells the software-defined events of calls that were made. */
void counters_called(const gconv_plan *plan, int64_t calls);

#endif
