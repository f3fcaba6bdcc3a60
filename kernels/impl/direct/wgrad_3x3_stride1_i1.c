/* wgrad_3x3_stride1_i1.c - one input index at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3_stride1.h"

#if V_REGISTERS >= 32
WGRAD_3X3(1, 1)
#endif
