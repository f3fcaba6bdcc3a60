/* denormals.h - do the threads compute with denormal numbers or flush them to zero? A library that was linked with
 * -ffast-math may have chosen for the whole process. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_DENORMALS_H
#define GCONV_RUN_DENORMALS_H

#include <stdbool.h>
#include <stddef.h>

/* "kept", "flushed to zero", or that threads differ, for teams of every size given. */
void denormals_describe(const int *threads, int count, char *text, size_t size);

/* From now on the threads of teams of this size flush denormal numbers to zero, operands and results, or no longer do.
 * Does nothing on processors other than x86-64. */
void denormals_flush(int threads, bool on);

#endif
