/* clock.c - names of the stages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

const char *gconv_stage_name(gconv_stage stage) {
  static const char *const names[GCONV_STAGES] = {"pack_src", "transform", "compute", "untransform", "unpack_dst"};
  return (unsigned)stage < GCONV_STAGES ? names[stage] : "unknown";
}
