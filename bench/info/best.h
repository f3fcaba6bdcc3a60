/* best.h - what `gconv-info best` prints of what gconv-bench has measured for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_BEST_H
#define GCONV_INFO_BEST_H

#include <stdbool.h>
#include <stddef.h>

/* Of the whole text of a CSV. False without memory. */
bool best_print(const char *csv, size_t size);

#endif
