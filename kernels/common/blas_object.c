/* blas_object.c - the file that cblas_sgemm really comes from. The loader takes whichever is first: with LD_PRELOAD or
 * another library path that is not the BLAS of the build, and a time would be put down to the wrong one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/blas.h"
#include "common/cblas_vendor.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if GCONV_WITH_CBLAS
#include <dlfcn.h>

static void resolve(const char *file, char *path) {
  if (!realpath(file, path)) snprintf(path, PATH_MAX, "%s", file);
}

const char *gconv_blas_other_file(char *path) {
  Dl_info sgemm, own;
  char linked[PATH_MAX];
  if (!dladdr((const void *)cblas_sgemm, &sgemm) || !sgemm.dli_fname) return NULL;
  if (dladdr((const void *)gconv_blas_other_file, &own) && own.dli_fbase == sgemm.dli_fbase) return NULL; /* static */
  resolve(GCONV_BLAS_FILE, linked);
  resolve(sgemm.dli_fname, path);
  return strcmp(path, linked) ? path : NULL;
}
#else
const char *gconv_blas_other_file(char *path) { return (void)path, NULL; }
#endif

int gconv_blas_print(char *text, size_t size) {
  char path[PATH_MAX];
  if (!gconv_blas_other_file(path)) return snprintf(text, size, "%s", gconv_blas_name());
  return snprintf(text, size, "cblas_sgemm of %s (built with %s)", path, gconv_blas_name());
}
