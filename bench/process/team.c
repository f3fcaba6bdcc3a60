/* team.c - starts each team once and counts it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "team.h"

#include "core/error.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

static int team_of(int threads) {
  int team = 0;
#pragma omp parallel num_threads(threads)
  if (omp_get_thread_num() == 0) team = omp_get_num_threads();
  return team;
}

/* What the runtime was told that makes teams smaller. */
static void find_cause(int threads, char *text, size_t size) {
  if (omp_get_thread_limit() < threads)
    snprintf(text, size, "OMP_THREAD_LIMIT allows %d", omp_get_thread_limit());
  else if (omp_get_max_active_levels() < 1)
    snprintf(text, size, "OMP_MAX_ACTIVE_LEVELS=0 makes every team one of a single thread");
  else if (omp_get_dynamic())
    snprintf(text, size, "OMP_DYNAMIC=%s lets it give fewer threads than are asked for",
             getenv("OMP_DYNAMIC") ? getenv("OMP_DYNAMIC") : "true");
  else
    snprintf(text, size, "nothing in the environment says why");
}

/* A runtime that may decide anew each time is refused whatever it decides now. */
gconv_status team_check(const int *threads, int count) {
  for (int i = 0; i < count; i++) {
    if (threads[i] == 1) continue;
    const int team = team_of(threads[i]);
    if (team == threads[i] && !omp_get_dynamic()) continue;
    char cause[256], given[64];
    find_cause(threads[i], cause, sizeof cause);
    snprintf(given, sizeof given, team == threads[i] ? "cannot be relied on" : "has %d", team);
    return gconv_error(GCONV_INVALID, "--threads: a team of %d threads of OpenMP %s: %s", threads[i], given, cause);
  }
  return GCONV_OK;
}
