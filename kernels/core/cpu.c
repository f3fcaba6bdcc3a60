/* cpu.c - what the CPU and the operating system support, cache sizes and memory, from CPUID alone (sysfs may be empty
 * in a VM). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv.h"

#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define NAME(name, ...) #name,
static const char *const isa_names[GCONV_ISAS] = {GCONV_EACH_ISA(NAME, )};

const char *gconv_isa_name(gconv_isa isa) { return (unsigned)isa < GCONV_ISAS ? isa_names[isa] : "unknown"; }

gconv_isa gconv_isa_best(unsigned mask) {
  int isa = GCONV_ISAS - 1;
  while (isa > 0 && !(mask & 1u << isa)) isa--;
  return (gconv_isa)isa;
}

#define CPU(feature) &&__builtin_cpu_supports(#feature)
#define ADD(name, constant, where, bytes, fma, onednn, features, extra)                                                \
  GCONV_IN_##where(if (true features) mask |= 1u << GCONV_ISA_##constant;)

unsigned gconv_isa_detect(void) {
  unsigned mask = 0;
#if defined(__x86_64__)
  __builtin_cpu_init(); /* its answers include the operating system's XCR0 */
#endif
  GCONV_EACH_ISA(ADD, )
  return mask;
}

gconv_caches gconv_caches_detect(void) {
  gconv_caches caches = {.l1d = 32u << 10, .l2 = 256u << 10, .l3 = 1u << 20};
#if defined(__x86_64__)
  unsigned a, b, c, d;
  /* Deterministic cache parameters: leaf 4 on Intel, the same fields in 0x8000001D on AMD. */
  static const unsigned leaves[] = {4, 0x8000001Du};
  for (int leaf = 0; leaf < 2; leaf++) {
    for (unsigned index = 0; index < 8 && __get_cpuid_count(leaves[leaf], index, &a, &b, &c, &d); index++) {
      const unsigned type = a & 31, level = a >> 5 & 7;
      if (type == 0) break;
      if (type == 2) continue; /* instructions */
      const size_t bytes = (size_t)((b >> 22) + 1) * ((b >> 12 & 1023) + 1) * ((b & 4095) + 1) * ((size_t)c + 1);
      if (level == 1) caches.l1d = bytes, caches.l1d_known = true;
      if (level == 2) caches.l2 = bytes, caches.l2_known = true;
      if (level == 3) caches.l3 = bytes, caches.l3_known = true;
    }
    if (caches.l1d_known) break;
  }
  /* Virtual machines may blank those leaves. AMD's older ones know the private caches (their L3 is the whole
   * package's). */
  if (!caches.l1d_known && __get_cpuid(0x80000005u, &a, &b, &c, &d) && c >> 24)
    caches.l1d = (size_t)(c >> 24) << 10, caches.l1d_known = true;
  if (!caches.l2_known && __get_cpuid(0x80000006u, &a, &b, &c, &d) && c >> 16)
    caches.l2 = (size_t)(c >> 16) << 10, caches.l2_known = true;
#endif
  return caches;
}

uint64_t gconv_memory_bytes(void) {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : UINT64_MAX;
}
