/* graph.h - blocks and networks as what a run consists of (--level=block, --level=network): which models, in which
 * forms, and what is interleaved with what. */
#ifndef GCONV_RUN_GRAPH_H
#define GCONV_RUN_GRAPH_H

#include "session.h"

#include "weights.h"

/* A model that is timed. */
typedef struct {
  const char *name;
  char form; /* 'a', 'b', 'c' or '-' */
  model *m;
} graph_case;

/* Cases that will be compared: every kernel on each of them takes turns. All forms of a block on all thread counts; or
 * all networks on one. */
typedef struct {
  size_t first, count; /* in the cases */
  const int *threads;
  int thread_count;
} graph_group;

typedef struct {
  graph_case *cases;
  size_t case_count;
  graph_group *groups;
  size_t group_count;
  size_t longest_name; /* of the benchmarks that the filter lets through; 0: none */
} graph_list;

/* Names and globs of --problems=, or the level's default. */
gconv_status graphs_make(const session *s, graph_list *list);
void graphs_free(graph_list *list);
void graphs_print(run_level l); /* --problems=list */

/* The kernels of a group's subjects: those chosen and, if there are several, the best of them for each layer. */
size_t graph_kernels(const session *s);
const char *graph_kernel(const session *s, size_t i);
enum { GRAPH_NAME_MAX = 2 * GCONV_NAME_MAX + 64 };
/* "fwd/native/resnext50_conv2-a_mb1/direct/t1/warm" */
void graph_benchmark_name(const session *s, const graph_case *c, const char *kernel, int threads,
                          char name[GRAPH_NAME_MAX]);

/* Benchmarks of the group that the filter lets through. */
size_t graph_group_size(const session *s, const graph_list *list, const graph_group *group);

/* graph_run.c: verifies, times and reports it. */
gconv_status graph_group_run(session *s, const graph_list *list, const graph_group *group);

#endif
