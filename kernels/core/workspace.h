/* workspace.h - scratch booked by name at plan time, granted at run time: kernels add up sizes once and never count
 * bytes twice.
 *
 *   plan      gconv_book book = {0};
 *             state->columns = gconv_book_add(&book, bytes);
 *             plan->kernel_workspace_bytes = book.bytes;
 *   execute   float *columns = gconv_grant(args->workspace.data, state->columns); */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_WORKSPACE_H
#define GCONV_CORE_WORKSPACE_H

#include <stddef.h>

enum { GCONV_ALIGN = 64 };

typedef struct {
  size_t bytes;
} gconv_book;

static inline size_t gconv_book_add(gconv_book *book, size_t bytes) {
  const size_t offset = book->bytes;
  book->bytes = (offset + bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN;
  return offset;
}

static inline void *gconv_grant(void *workspace, size_t offset) { return (char *)workspace + offset; }

#endif
