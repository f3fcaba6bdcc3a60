/* skips.h - what kernels did not take, counted: most of a log would be lines that say so one problem at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SKIPS_H
#define GCONV_RUN_SKIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct {
  char *kernel, *reason;
  int count;
} skip_count;

typedef struct {
  skip_count *items;
  size_t count;
  bool lost; /* there was no memory for some */
} skip_list;

void skips_add(skip_list *list, const char *kernel, const char *reason);
/* "skipped: onednn_winograd 12 (oneDNN has Winograd for one group only)": kernels in the order in which they first
 * were, the most frequent reasons first. */
void skips_print(const skip_list *list, FILE *out);
void skips_free(skip_list *list);

#endif
