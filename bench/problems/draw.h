/* draw.h - problems drawn over everything a descriptor can say: the same for a seed and an index on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_DRAW_H
#define GCONV_BENCH_DRAW_H

#include "gconv.h"

/* For checking: mostly small. */
gconv_problem random_problem(uint64_t seed, uint64_t index);

/* For timing: the set random@SEEDxN, as the sets of sweeps.h. GCONV_INVALID where the name is not of that form. */
bool random_set_find(const char *name);
gconv_status random_set_problems(const char *name, gconv_status (*take)(const gconv_problem *problem, void *context),
                                 void *context);
void random_set_each(void (*visit)(const char *name, const char *summary, void *context), void *context);

#endif
