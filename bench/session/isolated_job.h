/* isolated_job.h - what a process of --isolate is to do, what it need not measure again, and what came of it: memory
 * that it shares with the run. Both are the same program, so it needs no format. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ISOLATED_JOB_H
#define GCONV_RUN_ISOLATED_JOB_H

#include "ceilings.h"
#include "session.h"

struct isolated_job {
  size_t unit, kernel; /* of the list of units, of the options' kernels */
  gconv_layout layout;
  int threads;
  double budget;
  ceilings ceilings;
  int timed, skipped, failed;
  disturbances disturbances;
  double phases[PHASES];
};

#endif
