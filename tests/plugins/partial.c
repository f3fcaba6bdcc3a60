/* partial.c - a plug-in whose second row has no execute. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

static gconv_status plan(gconv_plan *plan) { return plan_zeros(plan); }

static const gconv_kernel whole = {ZEROS("whole")}, part = {.name = "part",
                                                            .summary = "is not complete",
                                                            .reference = "made up for this test",
                                                            .dtypes = 1u << GCONV_F32,
                                                            .directions = 1u << GCONV_FWD,
                                                            .plan = plan};
GCONV_PLUGIN(&whole, &part);
