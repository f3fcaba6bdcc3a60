/* wgrad_3x3_stride2_i1.c - one input index at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3_stride2.h"

#if V_REGISTERS >= 32
WGRAD_3X3(2, 1)
#endif
