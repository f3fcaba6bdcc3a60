/* ceilings.h - what a run has found the machine to be able to do, handed on: to the processes of --isolate in memory,
 * to later runs in a file (--ceilings). Runs that share it spend its second once, and are shares of the same peak. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CEILINGS_H
#define GCONV_RUN_CEILINGS_H

#include "session.h"

/* Of each of the session's thread counts; 0 where nothing was measured. */
typedef struct ceilings {
  double peak[OPTION_THREADS_MAX][GCONV_ISAS]; /* GFLOP/s */
  double gbps[OPTION_THREADS_MAX][LEVELS];
  double speed[OPTION_THREADS_MAX][SPEED_KINDS]; /* as speed_probe.h keeps them */
} ceilings;

ceilings ceilings_of(const session *s);
/* In place of measuring: peaks, bandwidths and the speed probe of the session. */
void ceilings_adopt(session *s, const ceilings *c);

/* A line a figure, "peak avx2 t1 59.0", under a first line that names the processor. *found is false, and nothing
 * wrong, if there is no such file or it lacks one of the session's thread counts. GCONV_INVALID for one of another
 * processor, or no such file at all. */
gconv_status ceilings_read(const session *s, const char *path, ceilings *c, bool *found);
/* False with errno. */
bool ceilings_write(const session *s, const char *path);

#endif
