/* error.c - status names and the per-thread sentence of the last error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char sentence[512];

gconv_status(gconv_error)(gconv_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(sentence, sizeof sentence, format, args);
  va_end(args);
  return status;
}

const char *gconv_last_error(void) { return sentence; }

const char *gconv_status_name(gconv_status status) {
  static const char *const names[] = {"ok", "invalid argument", "unsupported", "not enough memory", "failed"};
  return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown status";
}
