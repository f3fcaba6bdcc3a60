/* dnnl_weights.h - plain GOIHW weights to and from a blocked format that oneDNN chose. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_WEIGHTS_H
#define GCONV_COMMON_DNNL_WEIGHTS_H

#include "common/dnnl_conv.h"

/* Where a weight is; `oc` counts over all groups, as plain weights do. */
int64_t gconv_dnnl_weights_offset(const gconv_problem *problem, const gconv_dnnl_blocking *blocking, int oc, int i,
                                  int r, int s);

/* Lanes of padded blocks become zero. `bytes` is the size of the packed weights. */
void gconv_dnnl_weights_pack(const gconv_problem *problem, const gconv_dnnl_blocking *blocking, const float *plain,
                             float *packed, size_t bytes);
void gconv_dnnl_weights_unpack(const gconv_problem *problem, const gconv_dnnl_blocking *blocking, const float *packed,
                               float *plain);

/* The same by the library, for the formats of Winograd, which are blocked in no published way. One group. */
dnnl_status_t gconv_dnnl_weights_reorder(const gconv_dnnl_conv *conv, const float *plain, void *packed);

#endif
