/* dnnl_library.c - oneDNN's version and the ISA it may use. The limit is a fact of the process, not of a plan, because
 * oneDNN generates code for whatever it found first; so plans that need another one are refused, not mismeasured. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dnnl_library.h"
#include "core/error.h"

#include <stdio.h>

#if GCONV_WITH_DNNL
#include <dnnl.h>
#include <dnnl_debug.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* "cpu_isa_avx512_core" -> "AVX512_CORE", the spelling of ONEDNN_MAX_CPU_ISA. */
static void print_isa(dnnl_cpu_isa_t isa, char *text, size_t size) {
  const char *name = dnnl_cpu_isa2str(isa), *prefix = "cpu_isa_";
  if (!strncmp(name, prefix, strlen(prefix))) name += strlen(prefix);
  snprintf(text, size, "%s", name);
  for (char *c = text; *c; c++) *c = (char)toupper((unsigned char)*c);
}

#if defined(__x86_64__)
/* oneDNN has nothing below SSE4.1, so that is what masks below get. Each value holds the bits of those below it. */
static const dnnl_cpu_isa_t limits[GCONV_ISAS] = {
#define LIMIT(name, constant, where, bytes, fma, onednn, features, extra)                                              \
  [GCONV_ISA_##constant] = dnnl_cpu_isa_##onednn,
    GCONV_EACH_ISA(LIMIT, )};

static gconv_status refuse(dnnl_cpu_isa_t effective, dnnl_cpu_isa_t wanted) {
  char now[32], then[32];
  print_isa(effective, now, sizeof now);
  print_isa(wanted, then, sizeof then);
  return gconv_error(
      GCONV_UNSUPPORTED,
      "oneDNN already runs with %s in this process and cannot change to %s: it needs a process of its own (there, "
      "ONEDNN_MAX_CPU_ISA=%s has the same effect)",
      now, then, then);
}

gconv_status gconv_dnnl_limit_isa(unsigned isa_mask) {
  const gconv_isa wanted = gconv_isa_best(isa_mask), best = gconv_isa_best(gconv_isa_detect());
  if (wanted < best) dnnl_set_max_cpu_isa(limits[wanted]); /* fails where it is fixed, which the next lines see */
  const unsigned effective = dnnl_get_effective_cpu_isa();
  if (wanted < best && effective & ~(unsigned)limits[wanted]) return refuse(effective, limits[wanted]);
  const bool by_user = getenv("ONEDNN_MAX_CPU_ISA") || getenv("DNNL_MAX_CPU_ISA");
  if (!by_user && (unsigned)limits[wanted] & ~effective) return refuse(effective, limits[wanted]);
  return GCONV_OK;
}
#else
gconv_status gconv_dnnl_limit_isa(unsigned isa_mask) {
  (void)isa_mask; /* scalar is all that is told apart here */
  return GCONV_OK;
}
#endif

void gconv_dnnl_print_version(char *text, size_t size) {
  const dnnl_version_t *version = dnnl_version();
  char isa[32];
  print_isa(dnnl_get_effective_cpu_isa(), isa, sizeof isa);
  snprintf(text, size, "%d.%d.%d, %s", version->major, version->minor, version->patch, isa);
}

void gconv_dnnl_describe(unsigned isa_mask, char *text, size_t size) {
  const dnnl_version_t *version = dnnl_version();
  const gconv_status status = gconv_dnnl_limit_isa(isa_mask);
  char isa[32];
  print_isa(dnnl_get_effective_cpu_isa(), isa, sizeof isa);
  snprintf(text, size, "oneDNN %d.%d.%d (commit %s), CPU runtime %s, ISA %s%s", version->major, version->minor,
           version->patch, version->hash, dnnl_runtime2str(version->cpu_runtime), isa,
           status ? " (fixed before it could be limited as asked)" : "");
}
#else
void gconv_dnnl_describe(unsigned isa_mask, char *text, size_t size) {
  (void)isa_mask;
  snprintf(text, size, "oneDNN: not in this build");
}
#endif
