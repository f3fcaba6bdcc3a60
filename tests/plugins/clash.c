/* clash.c - a plug-in of two kernels, the second with a name of the library's: neither may be taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "row.h"

static const gconv_kernel unknown = {ZEROS("unknown")}, direct = {ZEROS("direct")};
GCONV_PLUGIN(&unknown, &direct);
