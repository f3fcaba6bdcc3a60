/* watch.c - each function counts while it is watched, and hands on to the next of its name: libc's, libgomp's, or that
 * of a library that was loaded before them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"

#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

static atomic_bool watching;
static atomic_long allocations, started;
static atomic_int largest_team;

void watch_begin(void) {
  allocations = started = 0;
  largest_team = 0;
  watching = true;
}

watch_report watch_end(void) {
  watching = false;
  return (watch_report){allocations, started, largest_team};
}

static void note(atomic_long *count) {
  if (atomic_load_explicit(&watching, memory_order_relaxed)) atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static void note_team(unsigned threads) {
  const int team = threads ? (int)threads : omp_get_max_threads();
  if (!atomic_load_explicit(&watching, memory_order_relaxed)) return;
  for (int seen = largest_team; team > seen && !atomic_compare_exchange_weak(&largest_team, &seen, team);) continue;
}

/* The next definition of the function that is being defined, looked up at its first call. */
#define NEXT(type, name)                                                                                               \
  static _Atomic(type) next;                                                                                           \
  type real = next;                                                                                                    \
  if (!real) next = real = (type)dlsym(RTLD_NEXT, name)

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  typedef int (*function)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
  NEXT(function, "pthread_create");
  note(&started);
  return real(thread, attributes, run, argument);
}

/* What gcc makes of `#pragma omp parallel` and of loops with a static schedule; those below of other loops. */
void GOMP_parallel(void (*run)(void *), void *data, unsigned threads, unsigned flags);
void GOMP_parallel(void (*run)(void *), void *data, unsigned threads, unsigned flags) {
  typedef void (*function)(void (*)(void *), void *, unsigned, unsigned);
  NEXT(function, "GOMP_parallel");
  note_team(threads);
  real(run, data, threads, flags);
}

#define LOOP(name)                                                                                                     \
  void name(void (*run)(void *), void *data, unsigned threads, long start, long end, long step, long chunk,            \
            unsigned flags);                                                                                           \
  void name(void (*run)(void *), void *data, unsigned threads, long start, long end, long step, long chunk,            \
            unsigned flags) {                                                                                          \
    typedef void (*function)(void (*)(void *), void *, unsigned, long, long, long, long, unsigned);                    \
    NEXT(function, #name);                                                                                             \
    note_team(threads);                                                                                                \
    real(run, data, threads, start, end, step, chunk, flags);                                                          \
  }

LOOP(GOMP_parallel_loop_dynamic)
LOOP(GOMP_parallel_loop_guided)
LOOP(GOMP_parallel_loop_nonmonotonic_dynamic)
LOOP(GOMP_parallel_loop_nonmonotonic_guided)

#ifdef GCONV_WATCH_ALLOCATIONS
void *malloc(size_t bytes) {
  typedef void *(*function)(size_t);
  NEXT(function, "malloc");
  note(&allocations);
  return real(bytes);
}

void *calloc(size_t count, size_t bytes) {
  typedef void *(*function)(size_t, size_t);
  NEXT(function, "calloc");
  note(&allocations);
  return real(count, bytes);
}

void *realloc(void *old, size_t bytes) {
  typedef void *(*function)(void *, size_t);
  NEXT(function, "realloc");
  note(&allocations);
  return real(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  typedef void *(*function)(size_t, size_t);
  NEXT(function, "aligned_alloc");
  note(&allocations);
  return real(alignment, bytes);
}

int posix_memalign(void **block, size_t alignment, size_t bytes) {
  typedef int (*function)(void **, size_t, size_t);
  NEXT(function, "posix_memalign");
  note(&allocations);
  return real(block, alignment, bytes);
}

void *mmap(void *address, size_t bytes, int protection, int flags, int file, off_t offset) {
  typedef void *(*function)(void *, size_t, int, int, int, off_t);
  NEXT(function, "mmap");
  note(&allocations);
  return real(address, bytes, protection, flags, file, offset);
}
#endif
