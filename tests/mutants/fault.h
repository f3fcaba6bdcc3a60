/* fault.h - the plan of a kernel that is wrong in one way: which, its parameter says. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_FAULT_H
#define GCONV_TESTS_FAULT_H

#include "core/error.h"

#include <stdint.h>
#include <string.h>

/* The state becomes the index of the fault, the text its name. */
static inline gconv_status plan_fault(gconv_plan *plan, const char *const names[], int count) {
  int f = 0;
  while (f < count && strcmp(names[f], plan->param)) f++;
  if (f == count) return gconv_error(GCONV_INVALID, "'%s' is not a fault", plan->param);
  plan->state = (void *)(intptr_t)f;
  strcpy(plan->text, names[f]);
  return GCONV_OK;
}

#endif
