/* dgrad.h - the gradient of the source (bwd_d) as forward passes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_DGRAD_H
#define GCONV_DIRECT_DGRAD_H

#include "gconv_kernel.h"

gconv_status ISA_NAME(dgrad_plan)(gconv_plan *plan);
void ISA_NAME(dgrad_pack)(const gconv_plan *plan, const float *wei, void *packed);
gconv_status ISA_NAME(dgrad_execute)(const gconv_plan *plan, const gconv_args *args);
void ISA_NAME(dgrad_release)(gconv_plan *plan);

#endif
