/* problem_list.c - a growing list of problems, and of what there is to say about them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "problem_list.h"

#include "printable.h"

#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

gconv_status problem_list_append(problem_list *list, const char *set, const gconv_problem *problem,
                                 unsigned directions) {
  if ((list->count & (list->count - 1)) == 0) { /* full at every power of two: no capacity to keep */
    problem_case *cases = realloc(list->cases, (list->count ? 2 * list->count : 1) * sizeof *cases);
    if (!cases) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu problems", 2 * list->count);
    list->cases = cases;
  }
  problem_case *added = &list->cases[list->count++];
  snprintf(added->set, sizeof added->set, "%s", set);
  printable(added->set);
  added->problem = *problem;
  printable(added->problem.name);
  added->directions = directions;
  return GCONV_OK;
}

gconv_status problem_list_note(problem_list *list, const char *format, ...) {
  char *line, *notes = NULL;
  va_list values;
  va_start(values, format);
  const bool printed = vasprintf(&line, format, values) >= 0;
  va_end(values);
  if (printed && asprintf(&notes, "%s%s\n", list->notes ? list->notes : "", line) < 0) notes = NULL;
  if (printed) free(line);
  if (!notes) return gconv_error(GCONV_NO_MEMORY, "no memory for a note");
  free(list->notes);
  list->notes = notes;
  return GCONV_OK;
}

void problem_list_free(problem_list *list) {
  free(list->cases);
  free(list->notes);
  *list = (problem_list){0};
}
