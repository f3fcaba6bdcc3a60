/* samples.h - the repetitions of one benchmark with what happened during each: how fast the machine was, and what the
 * operating system did. Those that were disturbed are measured again and left out if enough others remain. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SAMPLES_H
#define GCONV_RUN_SAMPLES_H

#include "gconv.h"
#include "groups.h"
#include "speed_probe.h"
#include "stats.h"
#include "usage.h"

typedef struct {
  double seconds;   /* of a call */
  double elapsed;   /* of the repetition */
  int turn;         /* of all repetitions of its unit, which one it was: 1, 2, ... */
  bool slow;        /* the machine was, at multiply-adds */
  bool loads;       /* ... at loads out of L2 or L3 */
  bool interrupted; /* others took more than a negligible share of its CPUs' time */
  bool foreign;     /* threads ran that are not of the team */
  bool crowded;     /* more threads than CPUs, as was asked for */
  bool moved;       /* its threads were not where the run had found them bound */
  int allocation;   /* which of the session's buffers it ran in: 0, 1, ...; of an earlier process unknown */
  int process;      /* which one ran it: 0, 1, ... in the order of time */
  speed_reading speed;
  usage usage; /* of the timed region */
} sample;

typedef struct {
  sample *items;
  int count, capacity;
  int timed;     /* the first ones, whose seconds are known */
  int joined;    /* the first of these, of earlier processes */
  int processes; /* earlier ones */
} sample_list;

/* What was seen around a repetition. */
typedef struct {
  int turn;
  double elapsed; /* seconds between beginning and end of the usage */
  int allocation;
  bool moved, crowded;
  speed_reading speed;
  usage usage;
} sample_conditions;

gconv_status samples_add(sample_list *list, const sample_conditions *around);
/* Puts those of earlier processes into the empty list, times and all. */
gconv_status samples_join(sample_list *list, const sample *samples, int count);
/* The seconds of the samples added since the last call, in their order. */
void samples_time(sample_list *list, const double *seconds, int count);
void samples_free(sample_list *list);

/* Slow in either way, interrupted, moved, beside foreign threads or robbed by the hypervisor. Page faults do not count,
 * nor more threads than CPUs: they are the kernel's own doing, or the user's, and would be there the next time. */
bool sample_disturbed(const sample *s);
/* Undisturbed ones of those that are timed, by this process. */
int samples_clean(const sample_list *list);

typedef struct {
  double *seconds; /* of those kept, in the order they were measured, earlier processes first; NULL without memory */
  int *turns;      /* theirs */
  int kept, discarded;
  int slow, loads, interrupted, moved, foreign, crowded; /* of those kept, as are the following */
  double speed[SPEED_KINDS];                             /* the median of the probe's shares */
  sample_groups allocations, processes;
  double elapsed; /* in all, as is the usage */
  usage usage;
  stats stats;
} figures;

/* Leaves out disturbed samples of this process if `enough` others of it remain, and keeps all otherwise. */
figures samples_figures(const sample_list *list, int enough);
/* False if there was no memory for them, of which figures_lost is the reason. */
bool figures_known(const figures *f);
extern const char figures_lost[];
void figures_free(figures *f);
/* "slow loads interrupted moved foreign steal faults pages processes oversubscribed": which of them there were; empty
 * for clean figures. */
enum { MARKS_MAX = 128 };
void figures_mark(const figures *f, char marks[MARKS_MAX]);

/* When a benchmark has been repeated enough. */
typedef struct {
  int planned;      /* repetitions of the first round */
  int enough;       /* undisturbed ones, for the disturbed to be left out */
  double budget;    /* seconds for all of them */
  double precision; /* widest confidence interval of the median, as a share of it */
} repeat_rule;

/* Repetitions of the next round: 0 once the planned number was undisturbed and the median is precise, or no other fits
 * into the budget. `spent`: seconds so far. */
int repeat_wanted(const repeat_rule *rule, const sample_list *samples, double spent);

#endif
