/* problems.h - the value of --problems=: named sets (bench/problems/shapes/NAME.txt, networks.h, sweeps.h), descriptors
 * and files of descriptors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_PROBLEMS_H
#define GCONV_BENCH_PROBLEMS_H

#include "problem_list.h"

/* Appends what `spec` names: a comma list, each item a named set, a path to a file or a descriptor. An item with '/' or
 * '.' is a path; otherwise a set wins over a descriptor, and that over a file. A file has words as
 * benchdnn's have: descriptors; '#' comments; a backslash joins lines; --dir=, --mb=, --batch=FILE (seen from the
 * file's folder), --reset, --dt= and the driver hold for what follows, other options are noted. On failure
 * gconv_last_error() says which item, or file:line, and what is wrong with it; the list is then unchanged. */
gconv_status problem_list_add(problem_list *list, const char *spec);

/* Prints the named sets to stdout: name, number of problems, what it is. */
void problem_sets_print(void);

/* Overrides the batch of every problem (--mb=N) and validates again. */
gconv_status problem_list_set_batch(problem_list *list, int batch);

#endif
