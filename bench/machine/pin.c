/* pin.c - binds OpenMP threads through the runtime's own variables, so that kernels, BLAS and oneDNN are bound alike.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pin.h"

#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void pin_restart(char **argv) {
  static const char *const chosen_by_user[] = {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY", "KMP_AFFINITY"};
  for (size_t i = 0; i < sizeof chosen_by_user / sizeof *chosen_by_user; i++)
    if (getenv(chosen_by_user[i])) return;
  if (setenv("OMP_PROC_BIND", "close", 1) || setenv("OMP_PLACES", "cores", 1)) return;
  execv("/proc/self/exe", argv); /* on failure the run goes on unbound, and its context says so */
}

bool pin_cpus(int threads, char *cpus, size_t size) {
  enum { THREADS_MAX = 4096 }; /* as gconv_plan_create */
  int cpu[THREADS_MAX];
  cpus[0] = 0;
  if (threads > THREADS_MAX) return false;
  for (int i = 0; i < threads; i++) cpu[i] = -1; /* of a thread that does not come */
#pragma omp parallel num_threads(threads)
  cpu[omp_get_thread_num()] = sched_getcpu();

  bool pinned = omp_get_proc_bind() != omp_proc_bind_false;
  for (int i = 0; i < threads; i++) {
    for (int j = 0; j < i; j++) pinned = pinned && cpu[i] != cpu[j];
    const size_t length = strlen(cpus);
    snprintf(cpus + length, size - length, "%s%d", i ? " " : "", cpu[i]);
  }
  return pinned;
}
