/* lanes_rows.c - the plug-in of lanes.c: its rows, one for each instruction set of isas.inc that this processor's kind
 * has. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

#define DECLARE(isa, constant, where, bytes, fma, onednn, features, extra)                                             \
  GCONV_IN_##where(extern const gconv_kernel gconv_kernel_lanes_##isa;)
#define ROW(isa, constant, where, bytes, fma, onednn, features, extra) GCONV_IN_##where(&gconv_kernel_lanes_##isa, )

GCONV_EACH_ISA(DECLARE, )
GCONV_PLUGIN(GCONV_EACH_ISA(ROW, ));
