/* pages.c - reads AnonHugePages of the mappings in question from /proc/self/smaps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pages.h"

#include <inttypes.h>
#include <stdio.h>

static size_t overlap(uintptr_t low, uintptr_t high, uintptr_t from, uintptr_t to) {
  const uintptr_t begin = low > from ? low : from, end = high < to ? high : to;
  return end > begin ? end - begin : 0;
}

int64_t pages_huge_bytes(const void *base, size_t bytes) {
  FILE *in = fopen("/proc/self/smaps", "r");
  if (!in) return -1;
  const uintptr_t from = (uintptr_t)base, to = from + bytes;
  int64_t huge = -1;
  size_t shared = 0; /* bytes of the current mapping that are asked about */
  for (char line[1024]; fgets(line, sizeof line, in);) {
    uintptr_t low, high;
    size_t kilobytes;
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &low, &high) == 2) {
      shared = overlap(low, high, from, to);
    } else if (shared && sscanf(line, "AnonHugePages: %zu kB", &kilobytes) == 1) {
      const size_t found = kilobytes * 1024; /* adjacent mappings are merged: some may be outside */
      huge = (huge < 0 ? 0 : huge) + (int64_t)(found < shared ? found : shared);
    }
  }
  fclose(in);
  return huge;
}
