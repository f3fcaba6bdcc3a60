/* team.h - does OpenMP give the threads that are asked for? Where it gives fewer, figures of N threads would be those
 * of fewer, and a library that counts on N leaves its result half written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_PROCESS_TEAM_H
#define GCONV_PROCESS_TEAM_H

#include "gconv.h"

/* GCONV_INVALID, and a sentence that names what is in the way, if a team of one of these sizes comes out smaller. */
gconv_status team_check(const int *threads, int count);

#endif
