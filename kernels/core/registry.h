/* registry.h - gconv_kernel_find with the status that says why not. */
#ifndef GCONV_CORE_REGISTRY_H
#define GCONV_CORE_REGISTRY_H

#include "gconv.h"

gconv_status gconv_kernel_select(const char *kernel_name, unsigned isa_mask, const gconv_kernel **kernel);

#endif
