/* available.c - MemAvailable of /proc/meminfo (free pages and what the system would give up for them), and the limits
 * of control groups, versions 2 and 1. Physical memory is no measure: others have their share of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "available.h"

#include "gconv.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t of_system(void) {
  FILE *f = fopen("/proc/meminfo", "r");
  char line[128];
  uint64_t kibibytes = UINT64_MAX / 1024;
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "MemAvailable: %" SCNu64, &kibibytes) == 1) break;
  if (f) fclose(f);
  return 1024 * kibibytes;
}

/* Without a limit the file is absent, says "max" or a number beyond any machine. */
static uint64_t of_group(const char *path) {
  FILE *f = fopen(path, "r");
  uint64_t bytes;
  if (!f) return UINT64_MAX;
  if (fscanf(f, "%" SCNu64, &bytes) != 1) bytes = UINT64_MAX;
  fclose(f);
  return bytes;
}

uint64_t available_bytes(void) {
  static uint64_t bytes;
  if (!bytes)
    bytes =
        least(least(gconv_memory_bytes(), of_system()),
              least(of_group("/sys/fs/cgroup/memory.max"), of_group("/sys/fs/cgroup/memory/memory.limit_in_bytes")));
  return bytes;
}
