/* version.c - the version the build was given. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gconv.h"

const char *gconv_version(void) { return GCONV_VERSION; }
