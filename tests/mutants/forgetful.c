/* forgetful.c - a right kernel whose rows but the scalar one were written without SIMD_KERNEL and without .isa: it
 * would run everywhere, and what is in its name would never be measured. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

extern const gconv_kernel gconv_kernel_ref_scalar;

static gconv_status plan(gconv_plan *plan) { return gconv_kernel_ref_scalar.plan(plan); }

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  return gconv_kernel_ref_scalar.execute(plan, args);
}

#define ROW(isa)                                                                                                       \
  const gconv_kernel gconv_kernel_forgetful_##isa = {                                                                  \
      .name = "forgetful",                                                                                             \
      .summary = "the reference, its instruction set forgotten",                                                       \
      .reference = "made up for this test",                                                                            \
      .dtypes = 1u << GCONV_F32,                                                                                       \
      .directions = 1u << GCONV_FWD,                                                                                   \
      .plan = plan,                                                                                                    \
      .execute = execute,                                                                                              \
  };
#define ROW_OF(isa, constant, where, ...) GCONV_IN_##where(ROW(isa))
GCONV_EACH_ISA(ROW_OF, )
