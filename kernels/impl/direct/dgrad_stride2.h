/* dgrad_stride2.h - the gradient of src at stride 2 in one pass over src, as dgrad.c calls it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_DGRAD_STRIDE2_H
#define GCONV_DIRECT_DGRAD_STRIDE2_H

#include "simd/simd.h"

typedef struct dgrad_stride2 dgrad_stride2;

/* NULL in *pass: not one of these problems. */
gconv_status ISA_NAME(dgrad_stride2_plan)(gconv_plan *plan, dgrad_stride2 **pass);
double ISA_NAME(dgrad_stride2_cost)(const gconv_plan *plan, const dgrad_stride2 *pass); /* see direct_method */
void ISA_NAME(dgrad_stride2_pack)(const gconv_plan *plan, const dgrad_stride2 *pass, const float *wei, void *packed);
void ISA_NAME(dgrad_stride2_share)(const gconv_plan *plan, const dgrad_stride2 *pass, const gconv_args *args,
                                   int thread, int threads);

#endif
