/* blas.h - which BLAS the library was built with and how it runs here, for the tools that describe the machine. */
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

#ifdef __cplusplus
}
#endif
#endif
