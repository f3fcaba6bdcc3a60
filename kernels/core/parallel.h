/* parallel.h - one place where a kernel forks: `work(arg, thread, threads)` on every thread of the plan.
 * One thread runs it in place: libgomp builds and frees a team even for a team of one, which costs more than a small
 * layer. */
#ifndef GCONV_CORE_PARALLEL_H
#define GCONV_CORE_PARALLEL_H

#include <omp.h>

static inline void gconv_parallel(int threads, void (*work)(const void *arg, int thread, int threads),
                                  const void *arg) {
  if (threads == 1) {
    work(arg, 0, 1);
    return;
  }
#pragma omp parallel num_threads(threads)
  work(arg, omp_get_thread_num(), omp_get_num_threads());
}

#endif
