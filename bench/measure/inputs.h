/* inputs.h - what numbers are convolved: ordinary ones, or denormal ones, on which some processors take a hundred times
 * as long and which an application may therefore have its threads flush to zero. */
#ifndef GCONV_RUN_INPUTS_H
#define GCONV_RUN_INPUTS_H

#include "check.h"

typedef enum {
  INPUTS_REAL,
  INPUTS_DENORMAL, /* activations and results are denormal, weights are not */
  INPUTS_FLUSHED,  /* the same, timed on threads that take denormals for zero */
  INPUTS
} inputs;

static inline const char *inputs_name(inputs kind) {
  static const char *const names[INPUTS] = {"real", "denormal", "flushed"};
  return names[kind];
}

static inline check_mode inputs_mode(inputs kind) { return kind == INPUTS_REAL ? CHECK_REAL : CHECK_DENORMAL; }

#endif
