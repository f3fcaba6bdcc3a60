/* watch.h - what a call does besides computing: memory it allocates, threads it starts, teams larger than it was told.
 * A library of its own, since it stands in front of malloc, pthread_create and libgomp's GOMP_parallel: only programs
 * that are linked with it, gconv-check, are watched; what times kernels is not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_WATCH_H
#define GCONV_TESTS_WATCH_H

typedef struct {
  long allocations, started; /* blocks of memory, 0 where they are not watched; threads beside those of OpenMP */
  int largest_team;          /* 0: no parallel region was seen */
} watch_report;

/* From now on, on all threads. */
void watch_begin(void);
watch_report watch_end(void);

#endif
