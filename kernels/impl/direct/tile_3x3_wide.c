/* tile_3x3_wide.c - which of the wide tiles a 3x3 layer gets, if any: by how one load serves several input indices, and
 * by the width of its rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/tile_3x3_wide.h"

#if HAS_WIDE_3X3

/* PATTERNS where no load serves several indices: odd widths, and groups whose lanes need another pattern. */
static pattern pattern_of(const gconv_problem *p, operand_mode mode) {
  const bool own = mode == SHUFFLE || mode == PERMUTE;
  if (own && p->icg == p->ocg) return p->icg == 2 ? OWN2 : p->icg == 4 ? OWN4 : p->icg == 8 ? OWN8 : PATTERNS;
  if (p->icg % 2 || p->ocg % 2) return PATTERNS;
  if (p->icg % 4) return mode == BCAST ? ONE2 : mode == MIX2 ? TWO2 : PATTERNS;
  return mode == BCAST ? ONE4 : mode == MIX2 ? TWO4 : PATTERNS;
}

const microkernel *ISA_NAME(direct_3x3_wide)(const gconv_problem *p, operand_mode mode) {
  /* tiles of 8 columns and less lose to two rows of them in tile_3x3.c */
  static const microkernel(*const widths[])[PATTERNS] = {ISA_NAME(direct_3x3_wide_14), ISA_NAME(direct_3x3_wide_12),
                                                         ISA_NAME(direct_3x3_wide_10)};
  const pattern how = pattern_of(p, mode);
  const microkernel *best = NULL;
  for (size_t i = 0; i < sizeof widths / sizeof *widths && how != PATTERNS; i++)
    best = better_width(best, &widths[i][p->stride_w - 1][how], p->ow);
  return best;
}

#else

const microkernel *ISA_NAME(direct_3x3_wide)(const gconv_problem *p, operand_mode mode) {
  return (void)p, (void)mode, NULL;
}

#endif
