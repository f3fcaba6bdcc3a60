/* crash.c - a plug-in whose kernel dies when it is executed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

#include <signal.h>

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  raise(SIGSEGV);
  return execute_zeros(plan, args);
}

static const gconv_kernel dies = {.name = "dies",
                                  .summary = "ends its process",
                                  .reference = "made up for this test",
                                  .dtypes = 1u << GCONV_F32,
                                  .directions = 1u << GCONV_FWD,
                                  .plan = plan_zeros,
                                  .execute = execute};
GCONV_PLUGIN(&dies);
