/* winograd_f4.c - F(4x4, 3x3): tiles of 4 x 4 outputs from 6 x 6 products instead of 144. The method is in
 * impl/winograd. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/winograd/winograd.h"

static gconv_status plan(gconv_plan *plan) { return ISA_NAME(winograd_plan)(plan, WINOGRAD_F4); }

static double amplification(const gconv_problem *p) { return ISA_NAME(winograd_amplification)(WINOGRAD_F4, p); }

WINOGRAD_KERNEL(winograd_f4, "Winograd convolution F(4x4,3x3) on NCHW16c, 3x3 with stride 1, any groups");
