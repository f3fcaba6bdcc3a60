/* callable.h - what is counted and staged in runs of their own: calls of a kernel on its rotation, or runs of a net. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_CALLABLE_H
#define GCONV_RUN_CALLABLE_H

#include "gconv.h"

typedef struct {
  gconv_status (*call)(const void *context, int number, gconv_clock *clock);
  void (*tell)(const void *context, int calls); /* the software-defined events */
  const void *context;
  int threads;
} callable;

static inline gconv_status callable_run(const callable *c, int calls, gconv_clock *clock) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < calls && !status; i++) status = c->call(c->context, i, clock);
  return status;
}

#endif
