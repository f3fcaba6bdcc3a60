/* target.h - functions that are compiled for an instruction set of isas.inc, so that their file needs no flags of its
 * own and runs on any CPU: GCONV_TARGET_##where(features) before the function. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_TARGET_H
#define GCONV_MACHINE_TARGET_H

#include "gconv.h"

#define CPU(feature) "," #feature
#define GCONV_TARGET_ANY(features)
#define GCONV_TARGET_X86_64(features) __attribute__((target("sse2" features))) /* every x86-64 has SSE2 */

#endif
