/* registry.c - kernels.inc as a table, what plug-ins add to it, and the search by name and ISA. No kernel is named
 * here. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/registry.h"

#include "core/error.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 256 }; /* entries: the table never moves, so that those who read it need no lock */

/* A kernel source compiled for an ISA exports one symbol, gconv_kernel_NAME_ISA. The build defines GCONV_WITH_<LIBRARY>
 * as 0 or 1. */
#define GCONV_WITH_NONE 1
#define ROW(name, isa)  gconv_kernel_##name##_##isa
#define JOIN(a, b)      JOIN_(a, b)
#define JOIN_(a, b)     a##b

#define ANY_DECLARE(name) extern const gconv_kernel ROW(name, scalar);
#define ANY_ROWS(name)                                                                                                 \
  { &ROW(name, scalar) }
#define SIMD_DECLARE(name) GCONV_EACH_ISA(ISA_DECLARE, name)
#define SIMD_ROWS(name)                                                                                                \
  { GCONV_EACH_ISA(ISA_ROW, name) }
#define ISA_DECLARE(isa, constant, where, bytes, fma, onednn, features, name)                                          \
  GCONV_IN_##where(extern const gconv_kernel ROW(name, isa);)
#define ISA_ROW(isa, constant, where, bytes, fma, onednn, features, name)                                              \
  GCONV_IN_##where([GCONV_ISA_##constant] = &ROW(name, isa), )
#define AUTO_DECLARE(name) SIMD_DECLARE(name)
#define AUTO_ROWS(name)    SIMD_ROWS(name)

#define DECLARE_1(name, isas) isas##_DECLARE(name)
#define DECLARE_0(name, isas)
#define ENTRY_1(name, isas, needs, idea) {#name, idea, NULL, NULL, isas##_ROWS(name)},
#define ENTRY_0(name, isas, needs, idea) {#name, idea, "this build has no " #needs, NULL, {NULL}},

#define GCONV_KERNEL(name, isas, needs, idea) JOIN(DECLARE_, GCONV_WITH_##needs)(name, isas)
#include "kernels.inc"
#undef GCONV_KERNEL

#define GCONV_KERNEL(name, isas, needs, idea) JOIN(ENTRY_, GCONV_WITH_##needs)(name, isas, needs, idea)
static gconv_entry entries[MOST] = {
#include "kernels.inc"
};
#undef GCONV_KERNEL

#define GCONV_KERNEL(name, isas, needs, idea) +1
static atomic_size_t entry_count = 0
#include "kernels.inc"
    ;
#undef GCONV_KERNEL

const gconv_entry *gconv_registry(size_t *count) {
  if (count) *count = atomic_load(&entry_count);
  return entries;
}

static const gconv_entry *find_entry(const char *name, size_t length) {
  for (size_t i = 0, count = atomic_load(&entry_count); i < count; i++)
    if (strlen(entries[i].name) == length && !memcmp(entries[i].name, name, length)) return &entries[i];
  return NULL;
}

gconv_status gconv_registry_add(const gconv_entry *added, size_t count) {
  const size_t before = atomic_load(&entry_count);
  for (size_t i = 0; i < count; i++) {
    const gconv_entry *taken = find_entry(added[i].name, strlen(added[i].name));
    if (taken)
      return gconv_error(GCONV_INVALID, "the name of its kernel '%s' is taken: there is one %s%s", taken->name,
                         taken->plugin ? "from " : "in the library", taken->plugin ? taken->plugin : "");
  }
  if (count > MOST - before)
    return gconv_error(GCONV_UNSUPPORTED, "its %zu kernels are too many: there are %zu, and room for %d", count, before,
                       MOST);
  memcpy(&entries[before], added, count * sizeof *added);
  atomic_store(&entry_count, before + count);
  return GCONV_OK;
}

static void print_isas(unsigned mask, char *text, size_t size) {
  *text = 0;
  for (unsigned isa = 0; isa < 32; isa++) {
    const size_t used = strlen(text);
    if (mask & 1u << isa && isa < GCONV_ISAS)
      snprintf(text + used, size - used, "%s%s", used ? ", " : "", gconv_isa_name((gconv_isa)isa));
    else if (mask & 1u << isa)
      snprintf(text + used, size - used, "%sbit %u", used ? ", " : "", isa);
  }
}

gconv_status gconv_isa_allow(unsigned wanted, unsigned detected, unsigned *mask) {
  char asked[256], here[64];
  *mask = wanted ? wanted & detected : detected;
  if (*mask) return GCONV_OK;
  print_isas(wanted, asked, sizeof asked);
  print_isas(detected, here, sizeof here);
  return gconv_error(GCONV_UNSUPPORTED, "isa_mask is 0x%x (%s), of which this CPU has nothing: it has %s", wanted,
                     asked, here);
}

/* A kernel that is compiled once stands in the scalar row, and knows no other instruction set to be asked for. */
gconv_status gconv_entry_select(const gconv_entry *entry, unsigned isa_mask, const gconv_kernel **kernel) {
  unsigned compiled = 0;
  for (int isa = 0; isa < GCONV_ISAS; isa++) compiled |= (unsigned)(entry->variant[isa] != NULL) << isa;
  *kernel = NULL;
  if (entry->missing) return gconv_error(GCONV_UNSUPPORTED, "%s: %s", entry->name, entry->missing);
  const unsigned usable = compiled == 1u << GCONV_ISA_SCALAR ? compiled : compiled & isa_mask;
  if (!usable) {
    char asked[64];
    print_isas(isa_mask, asked, sizeof asked);
    return gconv_error(GCONV_UNSUPPORTED, "%s is not compiled for %s", entry->name, asked);
  }
  const gconv_isa isa = gconv_isa_best(usable);
  const gconv_kernel *row = entry->variant[isa];
  if (row->isa != isa)
    return gconv_error(GCONV_FAILED,
                       "the row of %s that is compiled for %s says %s: rows that are compiled for each "
                       "instruction set are written with SIMD_KERNEL(%s, ...)",
                       entry->name, gconv_isa_name(isa), gconv_isa_name(row->isa), entry->name);
  *kernel = row;
  return GCONV_OK;
}

gconv_status gconv_kernel_accept(const gconv_kernel *kernel, const gconv_problem *p) {
  if (!(kernel->dtypes & 1u << p->dtype))
    return gconv_error(GCONV_UNSUPPORTED, "%s does not compute in %s", kernel->name, gconv_dtype_name(p->dtype));
  if (!(kernel->directions & 1u << p->direction))
    return gconv_error(GCONV_UNSUPPORTED, "%s does not do %s", kernel->name, gconv_direction_name(p->direction));
  return GCONV_OK;
}

gconv_status gconv_kernel_select(const char *kernel_name, unsigned isa_mask, const gconv_kernel **kernel) {
  const char *at = strchr(kernel_name, '@');
  const size_t length = at ? (size_t)(at - kernel_name) : strlen(kernel_name);
  const gconv_entry *entry = find_entry(kernel_name, length);
  *kernel = NULL;
  if (!entry) return gconv_error(GCONV_INVALID, "no kernel is called '%.*s'", (int)length, kernel_name);
  unsigned mask;
  gconv_status status = gconv_isa_allow(isa_mask, gconv_isa_detect(), &mask);
  return status ? status : gconv_entry_select(entry, mask, kernel);
}

const gconv_kernel *gconv_kernel_find(const char *kernel_name, unsigned isa_mask) {
  const gconv_kernel *kernel = NULL;
  if (!kernel_name)
    gconv_error(GCONV_INVALID, "kernel_name is NULL");
  else
    gconv_kernel_select(kernel_name, isa_mask, &kernel);
  return kernel;
}
