/* nets.h - blocks and networks as what a run consists of (--level=block, --level=network): which models, in which
 * forms, and what is interleaved with what. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_NETS_H
#define GCONV_RUN_NETS_H

#include "net_case.h"

/* Models that will be compared: every kernel on each of them takes turns. All forms of a block on all thread counts; or
 * all networks on one. */
typedef struct {
  size_t first, count; /* in the models */
  const int *threads;
  int thread_count;
} net_group;

typedef struct {
  net_model *models;
  size_t model_count;
  net_group *groups;
  size_t group_count;
  size_t longest_name; /* of the benchmarks that the filter lets through; 0: none */
} net_list;

/* Names and globs of --problems=, or the level's default. */
gconv_status nets_make(const session *s, net_list *list);
void nets_free(net_list *list);
void nets_print(run_level l); /* --problems=list */

/* The kernels of a group's nets: those chosen and, if there are several, the best of them for each layer. */
size_t nets_kernels(const session *s);
const char *nets_kernel(const session *s, size_t i);
enum { NET_NAME_MAX = 2 * GCONV_NAME_MAX + 64 };
/* "fwd/native/resnext50_conv2-a_mb1/direct/t1/warm" */
void nets_benchmark_name(const session *s, const net_model *m, const char *kernel, int threads,
                         char name[NET_NAME_MAX]);

/* Benchmarks of the group that the filter lets through. */
size_t net_group_size(const session *s, const net_list *list, const net_group *group);

/* net_group.c: verifies, times and reports it. */
gconv_status net_group_run(session *s, const net_list *list, const net_group *group);

#endif
