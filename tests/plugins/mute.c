/* mute.c - a shared object that is no plug-in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv_kernel.h"

GCONV_API int gconv_plug(void);

int gconv_plug(void) { return 0; }
