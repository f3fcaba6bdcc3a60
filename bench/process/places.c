/* places.c - the places of the runtime, taken together, are all CPUs that it found when the process began. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "places.h"

#include <omp.h>
#include <sched.h>

void places_restore(void) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  for (int place = 0; place < omp_get_num_places(); place++) {
    int ids[CPU_SETSIZE];
    const int count = omp_get_place_num_procs(place);
    if (count <= CPU_SETSIZE) omp_get_place_proc_ids(place, ids);
    for (int i = 0; i < count && count <= CPU_SETSIZE; i++) CPU_SET((size_t)ids[i], &cpus);
  }
  if (CPU_COUNT(&cpus)) sched_setaffinity(0, sizeof cpus, &cpus);
}
