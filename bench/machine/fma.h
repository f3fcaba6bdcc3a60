/* fma.h - one short burst of multiply-adds: what the machine can do at this moment. Many of them give the peak, single
 * ones between measurements tell whether the machine has become slower. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_FMA_H
#define GCONV_MACHINE_FMA_H

#include "gconv.h"

/* GFLOP/s of one burst of about 0.1 ms, which is shorter than most disturbances; it ends when its last thread does. The
 * ISA must be one that the CPU has. */
double fma_burst(gconv_isa isa, int threads);

#endif
