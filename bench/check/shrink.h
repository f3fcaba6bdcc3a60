/* shrink.h - smaller neighbours of a problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_SHRINK_H
#define GCONV_TESTS_SHRINK_H

#include "gconv.h"

int shrink_count(void);
/* The way-th neighbour, 0 to shrink_count() - 1; false where there is none. */
bool shrink_try(const gconv_problem *p, int way, gconv_problem *smaller);

#endif
