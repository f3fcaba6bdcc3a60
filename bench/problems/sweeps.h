/* sweeps.h - problem sets that vary one thing and keep the rest: computed, because a formula says more than two hundred
 * lines. Names are SET:CASE.ROLE: problems of one CASE belong together, and ROLE says which of them it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_SWEEPS_H
#define GCONV_BENCH_SWEEPS_H

#include "gconv.h"

bool sweeps_find(const char *name);

/* Hands every problem of the set to `take` until it fails. */
gconv_status sweeps_problems(const char *name, gconv_status (*take)(const gconv_problem *problem, void *context),
                             void *context);

void sweeps_each(void (*visit)(const char *name, const char *summary, void *context), void *context);

#endif
