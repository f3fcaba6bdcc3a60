/* blas.h - which BLAS the library was built with, how it runs here, and whether it is the one that computes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_BLAS_H
#define GCONV_COMMON_BLAS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One line: vendor, version, the core type it chose, its threading model. Returns the length, as snprintf does. */
int gconv_blas_describe(char *text, size_t size);
/* Its name alone: "OpenBLAS", "BLIS", "MKL" or "no BLAS". */
const char *gconv_blas_name(void);
/* The same for a plan: where cblas_sgemm resolves to another file than the build linked (LD_PRELOAD, another
 * LD_LIBRARY_PATH), the file that computes. Returns the length, as snprintf does. */
int gconv_blas_print(char *text, size_t size);
/* The file, or NULL where it is the one that was linked. `path` has PATH_MAX characters. */
const char *gconv_blas_other_file(char *path);

#ifdef __cplusplus
}
#endif
#endif
