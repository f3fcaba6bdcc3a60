/* dnnl_guarded.h - memory in which a library that is not trusted may run: it sees what is written beside it, and has
 * room behind it, so that what overruns it is named instead of corrupting the heap. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_GUARDED_H
#define GCONV_COMMON_DNNL_GUARDED_H

#include "gconv_kernel.h"

typedef struct {
  void *data; /* aligned to a page; its end is where the guard begins, to the byte */
  size_t bytes;
  void *mapping;
  size_t mapped;
} gconv_guarded;

/* Everything, guards included, is poisoned: read as a float it is NaN. */
gconv_status gconv_guarded_create(size_t bytes, gconv_guarded *g);
void gconv_guarded_free(gconv_guarded *g); /* takes a zeroed one too */

/* Something was written beside it. */
bool gconv_guarded_is_hurt(const gconv_guarded *g);
bool gconv_guarded_holds_poison(const gconv_guarded *g);

#endif
