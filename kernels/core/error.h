/* error.h - gconv_error as the analyzer is to see it, for everything in this repository. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_ERROR_H
#define GCONV_CORE_ERROR_H

#include "gconv_kernel.h"

#ifdef __clang_analyzer__ /* sees one file at a time: that what comes back is the status given is told to it here */
#define gconv_error(status, ...) (gconv_error(status, __VA_ARGS__), status)
#endif

#endif
