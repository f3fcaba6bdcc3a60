/* winograd_f6.c - F(6x6, 3x3): tiles of 6 x 6 outputs from 8 x 8 products instead of 324. The method is in
 * impl/winograd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/winograd.h"

static gconv_status plan(gconv_plan *plan) { return ISA_NAME(winograd_plan)(plan, WINOGRAD_F6); }

static double amplification(const gconv_problem *p) { return ISA_NAME(winograd_amplification)(WINOGRAD_F6, p); }

WINOGRAD_KERNEL(winograd_f6, "Winograd convolution F(6x6,3x3) on NCHW16c, 3x3 with stride 1, any groups");
