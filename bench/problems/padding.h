/* padding.h - windows that lie beyond the image: nearly always a descriptor that is not what its user meant. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_PADDING_H
#define GCONV_BENCH_PADDING_H

#include "problem_list.h"

typedef struct {
  int rows, columns; /* of the output, that see only padding */
} padding_only;

padding_only padding_count(const gconv_problem *problem);

/* At least half of the outputs see only padding. */
bool padding_prevails(const gconv_problem *problem);

/* Notes the problems from the `first` on that have any: the first few by name, how many more. */
gconv_status padding_note(problem_list *list, size_t first);

#endif
