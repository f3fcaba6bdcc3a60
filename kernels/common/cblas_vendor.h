/* cblas_vendor.h - the header of the BLAS that the build found, with one set of type names over the vendors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_CBLAS_VENDOR_H
#define GCONV_COMMON_CBLAS_VENDOR_H

#if GCONV_BLAS_MKL
#include <mkl_cblas.h>
#include <mkl_service.h>
typedef MKL_INT blas_int;
#elif GCONV_BLAS_BLIS
#include <blis.h>
typedef f77_int blas_int;
typedef enum CBLAS_TRANSPOSE CBLAS_TRANSPOSE;
#elif GCONV_BLAS_OPENBLAS
#include <cblas.h>
typedef blasint blas_int;
#endif

#endif
