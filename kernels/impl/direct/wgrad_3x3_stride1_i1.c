/* wgrad_3x3_stride1_i1.c - one input index at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3_stride1.h"

WGRAD_3X3(1, 1)
