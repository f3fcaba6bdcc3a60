/* dnnl_proof.h - does an implementation of oneDNN's compute what it says, inside the memory it says? Asked of each when
 * a plan is made, before it is used or raced. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_PROOF_H
#define GCONV_COMMON_DNNL_PROOF_H

#include "common/dnnl_conv.h"

/* Runs it once. *fault is what is wrong with it, or NULL, and its `seconds` are set. Not GCONV_OK if it could not be
 * run: the buffers would be more than memory_bytes, or there is no memory. */
gconv_status gconv_dnnl_prove(gconv_dnnl_conv *conv, uint64_t memory_bytes, const char **fault);

#endif
