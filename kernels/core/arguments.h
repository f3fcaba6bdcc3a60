/* arguments.h - what callers hand in, checked in one place before anything is read or written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_ARGUMENTS_H
#define GCONV_CORE_ARGUMENTS_H

#include "gconv_kernel.h"

/* Memory that a call reads or writes. */
typedef struct {
  const char *name;
  const void *data;
  size_t bytes;
  bool written;
} gconv_region;

/* GCONV_INVALID if two regions share a byte of which one is written; two that are only read may be the same memory. */
gconv_status gconv_check_apart(const gconv_region *regions, int count);

gconv_status gconv_check_weights(const gconv_plan *plan, gconv_buffer wei, gconv_buffer packed, bool packing);
gconv_status gconv_check_args(const gconv_plan *plan, const gconv_args *args);

#endif
