/* dnnl_library.h - what is asked of oneDNN as a whole: who it is and which instruction set it may use.
 * gconv_dnnl_describe exists in every build, the others only in builds with oneDNN. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_LIBRARY_H
#define GCONV_COMMON_DNNL_LIBRARY_H

#include "gconv_kernel.h"

/* oneDNN reads its ISA limit once per process, when it first looks at the CPU. Applies the limit that isa_mask asks
 * for; GCONV_UNSUPPORTED if an earlier call (or plan) has already fixed another one. A limit the user set in
 * ONEDNN_MAX_CPU_ISA below the mask is respected. */
gconv_status gconv_dnnl_limit_isa(unsigned isa_mask);

/* One line: version, commit, runtime, effective ISA; or that this build has none. Looking at the ISA fixes it, so the
 * mask that later plans will use is given here too. */
void gconv_dnnl_describe(unsigned isa_mask, char *text, size_t size);

/* "2.6.3, AVX512_CORE": for plan texts, after gconv_dnnl_limit_isa. */
void gconv_dnnl_print_version(char *text, size_t size);

#endif
