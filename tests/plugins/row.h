/* row.h - a kernel that writes zeros, for plug-ins that are about something else. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_ROW_H
#define GCONV_TESTS_ROW_H

#include "gconv_kernel.h"

#include <string.h>

static gconv_status plan_zeros(gconv_plan *plan) {
  strcpy(plan->text, "zeros");
  return GCONV_OK;
}

static gconv_status execute_zeros(const gconv_plan *plan, const gconv_args *args) {
  memset(args->dst.data, 0, plan->tensor_bytes[GCONV_DST]);
  return GCONV_OK;
}

/* A complete row; designators that follow go before. */
#define ZEROS(kernel)                                                                                                  \
  .name = kernel, .summary = "writes zeros", .reference = "made up for this test", .dtypes = 1u << GCONV_F32,          \
  .directions = 1u << GCONV_FWD, .plan = plan_zeros, .execute = execute_zeros

#endif
