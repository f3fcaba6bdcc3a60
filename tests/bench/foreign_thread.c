/* foreign_thread.c - a library with a thread of its own, to be loaded beside the real ones: with FOREIGN_THREAD=spins
 * it keeps a CPU busy, else it sleeps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *work(void *spins) {
  while (!spins) pause();
  volatile bool busy = true;
  while (busy) continue;
  return NULL;
}

__attribute__((constructor)) static void start(void) {
  const char *mode = getenv("FOREIGN_THREAD");
  pthread_t thread;
  pthread_create(&thread, NULL, work, mode && !strcmp(mode, "spins") ? &thread : NULL);
}
