/* wgrad_3x3_stride2_i2.c - two input indices at a time, with 32 registers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3_stride2.h"

#if V_REGISTERS >= 32
WGRAD_3X3(2, 2)
#endif
