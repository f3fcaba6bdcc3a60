/* denormals.h - do the threads compute with denormal numbers or flush them to zero? A library that was linked with
 * -ffast-math may have chosen for the whole process. */
#ifndef GCONV_RUN_DENORMALS_H
#define GCONV_RUN_DENORMALS_H

#include <stddef.h>

/* "kept", "flushed to zero", or that threads differ, for teams of every size given. */
void denormals_describe(const int *threads, int count, char *text, size_t size);

#endif
