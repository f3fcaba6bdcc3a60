/* wgrad_3x3_table.c - the microkernels for 3x3 gradients: by stride, by input indices at a time, by mode. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/wgrad_3x3.h"

#if V_REGISTERS >= 32
static const wgrad_kernel *const table[2][WGRAD_PAIR] = {
    {ISA_NAME(wgrad_3x3_stride1_i1), ISA_NAME(wgrad_3x3_stride1_i2)},
    {ISA_NAME(wgrad_3x3_stride2_i1), ISA_NAME(wgrad_3x3_stride2_i2)},
};

const wgrad_kernel *ISA_NAME(wgrad_3x3)(operand_mode mode, int stride, int inputs) {
  const wgrad_kernel *kernel = &table[stride - 1][inputs >= WGRAD_PAIR ? WGRAD_PAIR - 1 : 0][mode];
  return kernel->run ? kernel : NULL;
}
#endif
