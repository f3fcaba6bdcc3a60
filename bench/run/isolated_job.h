/* isolated_job.h - what a process of --isolate is to do, what it need not measure again, and what came of it: memory
 * that it shares with the run. Both are the same program, so it needs no format. */
#ifndef GCONV_RUN_ISOLATED_JOB_H
#define GCONV_RUN_ISOLATED_JOB_H

#include "session.h"

struct isolated_job {
  size_t unit, kernel; /* of the list of blocks, of the options' kernels */
  gconv_layout layout;
  int threads;
  double peak[OPTION_THREADS_MAX][GCONV_ISAS]; /* GFLOP/s of each of the run's thread counts; 0 where unknown */
  double gbps[OPTION_THREADS_MAX][LEVELS];
  cache_levels caches;
  int timed, skipped, failed;
  disturbances disturbances;
  double phases[PHASES];
};

#endif
