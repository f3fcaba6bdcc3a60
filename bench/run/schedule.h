/* schedule.h - cases that will be compared take turns: each round runs one repetition of every case in a random order,
 * so that whatever the machine does meanwhile meets all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SCHEDULE_H
#define GCONV_RUN_SCHEDULE_H

#include "bench_case.h"

/* What runs interleaved is about to begin: progress, the budget of each of its `benchmarks`, a look at the peak. */
void schedule_begin(session *s, const char *title, size_t benchmarks);
/* As many rounds of the registered ones as they want, then their rows. */
void schedule_run(session *s, bench_case *const *cases, size_t count);

#endif
