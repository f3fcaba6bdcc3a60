/* registry.c - kernels.inc as a table, and the search by name and ISA. No kernel is named here. */
#include "core/registry.h"

#include "core/error.h"

#include <string.h>

/* A kernel source compiled for an ISA exports one symbol, gconv_kernel_NAME_ISA. The build defines GCONV_WITH_<LIBRARY>
 * as 0 or 1. */
#define GCONV_WITH_NONE 1
#define ROW(name, isa)  gconv_kernel_##name##_##isa
#define JOIN(a, b)      JOIN_(a, b)
#define JOIN_(a, b)     a##b

#define ANY_DECLARE(name) extern const gconv_kernel ROW(name, scalar);
#define ANY_ROWS(name)                                                                                                 \
  { &ROW(name, scalar) }
#if defined(__x86_64__)
#define SIMD_DECLARE(name) extern const gconv_kernel ROW(name, scalar), ROW(name, avx2), ROW(name, avx512);
#define SIMD_ROWS(name)                                                                                                \
  { &ROW(name, scalar), &ROW(name, avx2), &ROW(name, avx512) }
#else
#define SIMD_DECLARE(name) ANY_DECLARE(name)
#define SIMD_ROWS(name)    ANY_ROWS(name)
#endif

#define DECLARE_1(name, isas) isas##_DECLARE(name)
#define DECLARE_0(name, isas)
#define ENTRY_1(name, isas, needs, idea) {#name, idea, NULL, isas##_ROWS(name)},
#define ENTRY_0(name, isas, needs, idea) {#name, idea, "this build has no " #needs, {NULL}},

#define GCONV_KERNEL(name, isas, needs, idea) JOIN(DECLARE_, GCONV_WITH_##needs)(name, isas)
#include "kernels.inc"
#undef GCONV_KERNEL

#define GCONV_KERNEL(name, isas, needs, idea) JOIN(ENTRY_, GCONV_WITH_##needs)(name, isas, needs, idea)
static const gconv_entry entries[] = {
#include "kernels.inc"
};
#undef GCONV_KERNEL

const gconv_entry *gconv_registry(size_t *count) {
  if (count) *count = sizeof entries / sizeof *entries;
  return entries;
}

static const gconv_entry *find_entry(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
    if (strlen(entries[i].name) == length && !memcmp(entries[i].name, name, length)) return &entries[i];
  return NULL;
}

gconv_status gconv_kernel_select(const char *kernel_name, unsigned isa_mask, const gconv_kernel **kernel) {
  const char *at = strchr(kernel_name, '@');
  const size_t length = at ? (size_t)(at - kernel_name) : strlen(kernel_name);
  const gconv_entry *entry = find_entry(kernel_name, length);
  *kernel = NULL;
  if (!entry) return gconv_error(GCONV_INVALID, "no kernel is called '%.*s'", (int)length, kernel_name);
  if (entry->missing) return gconv_error(GCONV_UNSUPPORTED, "%s: %s", entry->name, entry->missing);
  isa_mask |= 1u << GCONV_ISA_SCALAR; /* the fallback every kernel has */
  for (int isa = GCONV_ISAS - 1; isa >= 0 && !*kernel; isa--)
    if (isa_mask & 1u << isa) *kernel = entry->variant[isa];
  return GCONV_OK;
}

const gconv_kernel *gconv_kernel_find(const char *kernel_name, unsigned isa_mask) {
  const gconv_kernel *kernel = NULL;
  if (!kernel_name)
    gconv_error(GCONV_INVALID, "kernel_name is NULL");
  else
    gconv_kernel_select(kernel_name, isa_mask, &kernel);
  return kernel;
}
