/* old.c - a plug-in of another version of gconv_kernel.h: nothing but the version may be read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

GCONV_API gconv_plugin_function gconv_plugin;

const gconv_rows *gconv_plugin(void) {
  static const gconv_rows rows = {GCONV_KERNEL_ABI + 1, 1000, (const gconv_kernel *const *)16};
  return &rows;
}
