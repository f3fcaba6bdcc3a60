/* problems.h - the value of --problems=: named sets (bench/problems/shapes/NAME.txt, networks.h, sweeps.h), descriptors and
 * files of descriptors. */
#ifndef GCONV_BENCH_PROBLEMS_H
#define GCONV_BENCH_PROBLEMS_H

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

/* Appends what `spec` names: a comma list, each item a named set, a path to a file or a descriptor. An item with '/' or
 * '.' is a path; otherwise a set wins over a descriptor, and that over a file. A file has words as
 * benchdnn's have: descriptors; '#' comments; a backslash joins lines; --dir=, --mb=, --batch=FILE (seen from the
 * file's folder), --reset, --dt= and the driver hold for what follows, other options are noted. On failure
 * gconv_last_error() says which item, or file:line, and what is wrong with it; the list is then unchanged. */
gconv_status problem_list_add(problem_list *list, const char *spec);
void problem_list_free(problem_list *list);

/* Appends one problem, and one line of notes. */
gconv_status problem_list_append(problem_list *list, const char *set, const gconv_problem *problem,
                                 unsigned directions);
gconv_status problem_list_note(problem_list *list, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the named sets to stdout: name, number of problems, what it is. */
void problem_sets_print(void);

/* Overrides the batch of every problem (--mb=N) and validates again. */
gconv_status problem_list_set_batch(problem_list *list, int batch);

#endif
