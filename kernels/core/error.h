/* error.h - the sentence behind a status. Core and kernels set it; users read it with gconv_last_error(). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_ERROR_H
#define GCONV_CORE_ERROR_H

#include "gconv.h"

/* Stores the sentence for this thread and returns `status`, so that a check is one line. */
gconv_status gconv_error(gconv_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
#ifdef __clang_analyzer__ /* sees one file at a time: that what comes back is the status given is told to it here */
#define gconv_error(status, ...) (gconv_error(status, __VA_ARGS__), status)
#endif

#endif
