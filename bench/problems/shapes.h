/* shapes.h - where named sets are: one file NAME.txt a set, in the first of these folders that exists:
 * $GCONV_SHAPES (alone, if it is set), the source tree the program was built from, the installed data folder next to
 * the program. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_SHAPES_H
#define GCONV_BENCH_SHAPES_H

#include <stdbool.h>

enum { SHAPES_PATH_MAX = 4096, SHAPES_SUMMARY_MAX = 256 };

/* True, and the path of the set's file, if there is a set of that name. */
bool shapes_find(const char *name, char path[SHAPES_PATH_MAX]);

/* Calls `visit` for every set in the order of their names. False with gconv_last_error() if no folder can be read. */
bool shapes_each(void (*visit)(const char *name, const char *path, void *context), void *context);

/* The first comment line of a set's file, which says what it is; "" without one. Returns `text`. */
const char *shapes_summary(const char *path, char text[SHAPES_SUMMARY_MAX]);

#endif
