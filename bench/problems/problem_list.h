/* problem_list.h - problems with where they come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_PROBLEM_LIST_H
#define GCONV_BENCH_PROBLEM_LIST_H

#include "gconv.h"

typedef struct {
  char set[GCONV_NAME_MAX]; /* named set, or the file's name without folder and ending, or "cli" for a descriptor */
  gconv_problem problem;    /* direction fwd */
  unsigned directions;      /* bits 1u << gconv_direction that its file asks for, 0: none in particular */
} problem_case;

typedef struct {
  problem_case *cases;
  size_t count;
  char *notes; /* NULL, or lines for the user: what files hold that was not followed, or left out */
} problem_list;

/* Appends one problem, and one line of notes. */
gconv_status problem_list_append(problem_list *list, const char *set, const gconv_problem *problem,
                                 unsigned directions);
gconv_status problem_list_note(problem_list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

void problem_list_free(problem_list *list);

#endif
