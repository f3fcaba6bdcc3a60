/* problems.h - the value of --problems=: named sets (bench/shapes/NAME.txt, networks.h, sweeps.h), descriptors and
 * files of descriptors. */
#ifndef GCONV_BENCH_PROBLEMS_H
#define GCONV_BENCH_PROBLEMS_H

#include "gconv.h"

typedef struct {
  char set[GCONV_NAME_MAX]; /* named set, or the file's name without folder and ending, or "cli" for a descriptor */
  gconv_problem problem;    /* direction fwd */
} problem_case;

typedef struct {
  problem_case *cases;
  size_t count;
} problem_list;

/* Appends what `spec` names: a comma list, each item a named set, a path to a file or a descriptor. An item with '/' or
 * '.' is a path; otherwise a set wins over a descriptor, and that over a file. A file has one descriptor a line, as
 * benchdnn's have: '#' comments, blank lines and lines that begin with "--" are passed over. On failure
 * gconv_last_error() says which item, or file:line, and what is wrong with it; the list is then unchanged. */
gconv_status problem_list_add(problem_list *list, const char *spec);
void problem_list_free(problem_list *list);

/* Prints the named sets to stdout: name, number of problems, what it is. */
void problem_sets_print(void);

/* Overrides the batch of every problem (--mb=N) and validates again. */
gconv_status problem_list_set_batch(problem_list *list, int batch);

#endif
