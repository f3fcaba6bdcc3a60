/* error.h - the sentence behind a status. Core and kernels set it; users read it with gconv_last_error(). */
#ifndef GCONV_CORE_ERROR_H
#define GCONV_CORE_ERROR_H

#include "gconv.h"

/* Stores the sentence for this thread and returns `status`, so that a check is one line. */
gconv_status gconv_error(gconv_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
