/* start.c - closed descriptors, small stacks, and OpenMP's own idea of how many threads a team has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "start.h"

#include <fcntl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Kernels, oneDNN's code generator and the loader together use a few hundred KiB of a stack; with 8 MiB, what Linux
 * gives by default, nobody has to count. Threads' stacks are as large as the main one's unless OMP_STACKSIZE is set. */
static const rlim_t least_stack = 2 << 20, usual_stack = 8 << 20;

#ifndef GCONV_SANITIZED /* sanitizers reserve terabytes, and are not awake before the libraries */
/* OpenBLAS reserves 128 MiB of addresses for each thread that it may use and asks for ever where it does not get them,
 * the first ones while it is being loaded. So this runs before any library's constructor. Threads beyond the first are
 * the plan's affair (gconv_sgemm_prepare). */
static const size_t least_addresses = (size_t)320 << 20;

static void check_addresses(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return;
  void *probe = mmap(NULL, least_addresses, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (probe != MAP_FAILED) {
    munmap(probe, least_addresses);
    return;
  }
  dprintf(
      STDERR_FILENO,
      "the address space is limited to %llu KiB (ulimit -v), and the %zu KiB that libraries reserve at the start do "
      "not fit\n",
      (unsigned long long)limit.rlim_cur >> 10, least_addresses >> 10);
  _exit(EXIT_FAILURE);
}

__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = check_addresses;
#endif

/* A descriptor from 0 to 2 that is closed would be that of the next file opened, which then received what is printed.
 */
static void open_descriptors(void) {
  int file;
  do file = open("/dev/null", O_RDWR);
  while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) close(file);
}

/* Raised as far as allowed. False if that is not enough. */
static bool raise_stack(const char *tool, bool *changed) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= least_stack) return true;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max < usual_stack ? limit.rlim_max : usual_stack;
  *changed = limit.rlim_cur >= least_stack && !setrlimit(RLIMIT_STACK, &limit);
  if (!*changed)
    fprintf(stderr,
            "%s: the stack is limited to %llu KiB (ulimit -s) and can only be raised to %llu, at least %llu are "
            "needed\n",
            tool, (unsigned long long)before >> 10, (unsigned long long)limit.rlim_max >> 10,
            (unsigned long long)least_stack >> 10);
  return *changed;
}

/* Of the form that OpenMP defines: a number and B, K, M or G, where nothing means K. Another one is the runtime's to
 * refuse. */
static bool is_small(const char *text) {
  static const char units[] = "BKMG";
  char *end;
  double bytes = strtod(text, &end);
  while (*end == ' ') end++;
  if (end == text) return false;
  const char unit = *end ? (char)(*end & ~0x20) : 'K';
  int power = 0;
  while (units[power] && units[power] != unit) power++;
  for (; power > 0; power--) bytes *= 1024;
  return bytes < (double)least_stack;
}

static void raise_thread_stacks(const char *tool, bool *changed) {
  static const char *const variables[] = {"OMP_STACKSIZE", "GOMP_STACKSIZE", "KMP_STACKSIZE"};
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *value = getenv(variables[i]);
    if (!value || !is_small(value)) continue;
    fprintf(stderr, "%s: %s=%s is less than kernels and libraries use, it is raised to 8M\n", tool, variables[i],
            value);
    if (!setenv(variables[i], "8M", 1)) *changed = true;
  }
}

/* Loops that name no number of threads get OMP_NUM_THREADS of them, however many that is: as many as there are CPUs at
 * most. Teams that are measured name theirs. */
static void bound_default_team(void) {
  if (omp_get_max_threads() > omp_get_num_procs()) omp_set_num_threads(omp_get_num_procs());
}

bool process_start(const char *tool, char **argv) {
  bool changed = false;
  open_descriptors();
  if (!raise_stack(tool, &changed)) return false;
  raise_thread_stacks(tool, &changed);
  if (changed) execv("/proc/self/exe", argv); /* on failure it goes on: the main stack grows up to the new limit */
  bound_default_team();
  return true;
}
