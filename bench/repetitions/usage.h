/* usage.h - what the operating system did to this process meanwhile. A timed region should see none of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_USAGE_H
#define GCONV_RUN_USAGE_H

#include "foreign.h"

#include <stdint.h>

typedef struct {
  int64_t faults;   /* pages given to the process, by all its threads: memory that was not touched before */
  int64_t switches; /* a thread was taken off its CPU for something else; waiting of its own accord does not count */
  double waited;    /* seconds that threads were ready to run and had no CPU; NaN where the system does not tell */
  double foreign;   /* CPU seconds of threads that are not of the team */
  double steal;     /* seconds in which the hypervisor ran something else, on all CPUs; in steps of a clock tick */
} usage;

/* `own`: the team; NULL: no thread is foreign. */
usage usage_begin(const thread_team *own);
/* Since `begin`. */
usage usage_end(const usage *begin, const thread_team *own);

/* Threads of this process, whoever started them; 0 where the system does not tell. */
int usage_threads(void);

#endif
