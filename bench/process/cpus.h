/* cpus.h - the CPUs that this process really has: those it may run on, and the time on them that its control group
 * grants. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_PROCESS_CPUS_H
#define GCONV_PROCESS_CPUS_H

#include <stddef.h>

/* Those that its threads may run on: taskset, containers, and places that OpenMP binds them to leave fewer than the
 * machine has. */
int cpus_usable(void);

/* CPUs' worth of time that control groups grant (version 2: cpu.max; version 1: cpu.cfs_quota_us), the least of the
 * group and those above it; infinity without a quota. */
double cpus_quota(void);
/* The same of a tree of control groups mounted at `root`, for a process whose groups are listed in the file `groups`
 * (as /proc/self/cgroup). */
double cpus_quota_in(const char *root, const char *groups);

/* Threads that have a CPU each: what --threads=all is. At least 1. */
int cpus_all(void);

/* Why so many threads do not have a CPU each: what is too few, with its value; NULL where they do. */
const char *cpus_too_few(int threads, char *text, size_t size);

#endif
