/* libraries.c - the libraries kernels are built on, described by the code that calls them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/blas.h"
#include "common/dnnl_library.h"
#include "common/sgemm_batch.h"
#include "core/registry.h"

#include <limits.h>
#include <stdio.h>

static void describe_blas(unsigned isa_mask, char *text, size_t size) {
  (void)isa_mask; /* a BLAS takes its core type from the CPU or from the environment */
  char path[PATH_MAX];
  size_t used = 0;
  if (gconv_blas_other_file(path)) used = (size_t)snprintf(text, size, "cblas_sgemm of %s; built with ", path);
  if (used < size) gconv_blas_describe(text + used, size - used);
}

static void describe_batch(unsigned isa_mask, char *text, size_t size) {
  (void)isa_mask;
  gconv_sgemm_batch_describe(text, size);
}

static const struct {
  const char *name;
  void (*describe)(unsigned isa_mask, char *text, size_t size);
} table[] = {
    {"blas", describe_blas},
    {"batched_sgemm", describe_batch},
    {"onednn", gconv_dnnl_describe},
};

int gconv_libraries(unsigned isa_mask, gconv_library *libraries, int max) {
  enum { COUNT = sizeof table / sizeof *table };
  unsigned mask;
  const gconv_status status = gconv_isa_allow(isa_mask, gconv_isa_detect(), &mask);
  for (int i = 0; i < COUNT && i < max; i++) {
    libraries[i].name = table[i].name;
    if (status)
      snprintf(libraries[i].text, sizeof libraries[i].text, "%s", gconv_last_error());
    else
      table[i].describe(mask, libraries[i].text, sizeof libraries[i].text);
  }
  return COUNT;
}
