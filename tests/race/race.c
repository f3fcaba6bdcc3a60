/* race.c - two threads that add to one sum, as nobody may (planted) or as OpenMP allows in every way kernels use
 * (ordered): what the thread sanitizer must see, and what it must not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 2, STEPS = 1000 };

static long planted(void) {
  long sum = 0;
#pragma omp parallel for num_threads(THREADS)
  for (int i = 0; i < STEPS; i++) sum += i;
  return sum;
}

static long ordered(void) {
  long sum = 0, reduced = 0, parts[THREADS] = {0};
#pragma omp parallel num_threads(THREADS) reduction(+ : reduced)
  {
    const int thread = omp_get_thread_num();
    parts[thread] = thread + 1; /* each its own, */
#pragma omp barrier
    for (int t = 0; t < THREADS; t++) reduced += parts[t]; /* then the others' */
#pragma omp critical
    sum += 1;
#pragma omp for
    for (int i = 0; i < STEPS; i++) reduced += i;
#pragma omp atomic
    sum += 1;
  }
  return sum + reduced; /* and outside, after the region's end */
}

int main(int argc, char **argv) {
  const int is_planted = argc == 2 && !strcmp(argv[1], "planted");
  printf("%ld\n", is_planted ? planted() : ordered());
  return 0;
}
