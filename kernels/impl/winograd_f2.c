/* winograd_f2.c - F(2x2, 3x3): tiles of 2 x 2 outputs from 4 x 4 products instead of 36. The method is in
 * impl/winograd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/winograd.h"

static gconv_status plan(gconv_plan *plan) { return ISA_NAME(winograd_plan)(plan, WINOGRAD_F2); }

static double amplification(const gconv_problem *p) { return ISA_NAME(winograd_amplification)(WINOGRAD_F2, p); }

WINOGRAD_KERNEL(winograd_f2, "Winograd convolution F(2x2,3x3) on NCHW16c, 3x3 with stride 1, any groups");
