/* registry.h - what plug-ins add, and the choice of a variant with the status that says why not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_REGISTRY_H
#define GCONV_CORE_REGISTRY_H

#include "gconv_kernel.h"

/* Entries of a plug-in, all or none: names must be new. One caller at a time; others may read meanwhile. */
gconv_status gconv_registry_add(const gconv_entry *added, size_t count);

/* The instruction sets of `wanted` (0: any) that are among `detected`. GCONV_UNSUPPORTED where there are none: nobody
 * who asks for AVX-512 means scalar code. */
gconv_status gconv_isa_allow(unsigned wanted, unsigned detected, unsigned *mask);

/* The variant of an entry that a mask of gconv_isa_allow chooses. */
gconv_status gconv_entry_select(const gconv_entry *entry, unsigned isa_mask, const gconv_kernel **kernel);
/* Whether the row says that it does the problem's data type and direction. */
gconv_status gconv_kernel_accept(const gconv_kernel *kernel, const gconv_problem *p);
gconv_status gconv_kernel_select(const char *kernel_name, unsigned isa_mask, const gconv_kernel **kernel);

#endif
