/* rates.h - what a core does in the time of one FMA: the facts of a machine that the count of instructions rests on. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_RATES_H
#define GCONV_DIRECT_RATES_H

#include "simd/simd.h"

typedef struct {
  double in_flight;    /* FMAs that must be under way at a time for the next one never to wait */
  double instructions; /* of vectors, the FMA itself included */
} direct_rates;

/* The same in all calls of a process; the first one measures, where the ISA has what to measure with. */
const direct_rates *ISA_NAME(direct_rates_of_machine)(void);

#endif
