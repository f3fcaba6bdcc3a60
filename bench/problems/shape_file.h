/* shape_file.h - files of problems: descriptors and the options of benchdnn between them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_SHAPE_FILE_H
#define GCONV_BENCH_SHAPE_FILE_H

#include "problem_list.h"

/* Appends the file's problems to the list, as part of `set`. What was not followed or left out goes to the list's
 * notes. On failure gconv_last_error() says where (file:line) and why, and the list may hold a part. */
gconv_status shape_file_add(problem_list *list, const char *set, const char *path);

#endif
