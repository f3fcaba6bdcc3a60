/* wgrad_3x3_stride1_i2.c - two input indices at a time, with 32 registers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3_stride1.h"

#if V_REGISTERS >= 32
WGRAD_3X3(1, 2)
#endif
