/* dnnl_weights.h - plain GOIHW weights to and from a blocked format that oneDNN chose. */
#ifndef GCONV_COMMON_DNNL_WEIGHTS_H
#define GCONV_COMMON_DNNL_WEIGHTS_H

#include "common/dnnl_adapter.h"

/* Lanes of padded blocks become zero. `bytes` is the size of the packed weights. */
void gconv_dnnl_weights_pack(const gconv_problem *problem, const gconv_dnnl_blocking *blocking, const float *plain,
                             float *packed, size_t bytes);
void gconv_dnnl_weights_unpack(const gconv_problem *problem, const gconv_dnnl_blocking *blocking, const float *packed,
                               float *plain);

#endif
