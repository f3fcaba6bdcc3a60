/* parallel.h - one place where a kernel forks: `work(arg, thread, threads)` on every thread of the plan.
 * One thread runs it in place: libgomp builds and frees a team even for a team of one, which costs more than a small
 * layer. But not where the caller is a thread of a team itself: loops and barriers in `work` would be that team's, and
 * its threads, each with a convolution of its own, would divide one among them.
 * `threads` is the team's true size, smaller than the plan's where OpenMP is told to give fewer (OMP_THREAD_LIMIT, a
 * call from inside a parallel region): kernels divide their work by that. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_PARALLEL_H
#define GCONV_CORE_PARALLEL_H

#include <omp.h>
#include <stddef.h>

static inline void gconv_parallel(int threads, void (*work)(const void *arg, int thread, int threads),
                                  const void *arg) {
  if (threads == 1 && !omp_in_parallel()) {
    work(arg, 0, 1);
    return;
  }
#pragma omp parallel num_threads(threads)
  work(arg, omp_get_thread_num(), omp_get_num_threads());
}

/* Would OpenMP give fewer here than a library counts on? NULL, or what makes teams smaller. Costs no fork. */
static inline const char *gconv_team_refused(int threads) {
  if (threads == 1) return NULL;
  if (omp_get_thread_limit() < threads) return "OMP_THREAD_LIMIT";
  if (omp_get_active_level() >= omp_get_max_active_levels())
    return "a call from inside a parallel region, or OMP_MAX_ACTIVE_LEVELS=0";
  return omp_get_dynamic() ? "OMP_DYNAMIC" : NULL;
}

#endif
