/* block.h - a block: everything that is timed on one problem in one direction. Its benchmarks run interleaved, so that
 * whatever the machine does meanwhile meets all kernels that will be compared. */
#ifndef GCONV_RUN_BLOCK_H
#define GCONV_RUN_BLOCK_H

#include "session.h"

typedef struct {
  gconv_problem problem;
  char text[GCONV_TEXT_MAX];  /* the canonical descriptor */
  const problem_case **cases; /* the layers it stands for: sets that share a shape share its measurement */
  size_t case_count;
} block;

typedef struct {
  block *items;
  size_t count;
} block_list;

enum { NAME_MAX_LENGTH = GCONV_TEXT_MAX + 256 };

/* One benchmark: a kernel and how it is called. */
typedef struct {
  const char *kernel;
  gconv_layout layout;
  int threads;
  cache_mode cache;
  inputs inputs;
  char name[NAME_MAX_LENGTH]; /* DIR/LAYOUT/PROBLEM/KERNEL/tN/CACHE, with "-denormal" or "-flushed" behind it */
} instance;

gconv_status blocks_make(const options *o, block_list *list);
void blocks_free(block_list *list);

/* Every benchmark of the block that --benchmark_filter lets through; those that differ in the cache alone come
 * together. */
void block_each(const session *s, const block *b, void (*visit)(const instance *, void *context), void *context);

/* The rows of all its layers are written, by this run or one that it continues. */
bool block_is_finished(const session *s, const block *b, const char *name);

void block_announce(session *s, const block *b); /* as progress */
/* Checks, times and reports it. */
gconv_status block_run(session *s, const block *b);

#endif
