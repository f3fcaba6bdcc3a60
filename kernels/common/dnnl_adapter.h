/* dnnl_adapter.h - the few calls whose form differs between oneDNN 2 and 3; everything else is written once.
 *
 * Memory descriptors became opaque and operation descriptors disappeared with version 3. Pointers to the structure of
 * version 2 and handles of version 3 are passed alike, so two type names, a status and five functions are the whole
 * difference. Only sources that are built with oneDNN include this file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_DNNL_ADAPTER_H
#define GCONV_COMMON_DNNL_ADAPTER_H

#include "gconv_kernel.h"

#include <dnnl.h>

#if DNNL_VERSION_MAJOR < 3
typedef dnnl_memory_desc_t *gconv_dnnl_md;
typedef const dnnl_memory_desc_t *gconv_dnnl_const_md;
#define GCONV_DNNL_NO_MORE dnnl_iterator_ends
#else
typedef dnnl_memory_desc_t gconv_dnnl_md;
typedef const_dnnl_memory_desc_t gconv_dnnl_const_md;
#define GCONV_DNNL_NO_MORE dnnl_last_impl_reached
#endif

/* A convolution as oneDNN wants it told. Dilation counts inserted zeros, as ours does. */
typedef struct {
  dnnl_alg_kind_t algorithm;
  gconv_dnnl_md tensor[GCONV_TENSORS];
  dnnl_dims_t strides, dilates, pad_begin, pad_end;
  dnnl_primitive_attr_t attr;
} gconv_dnnl_spec;

/* f32; to be freed with gconv_dnnl_md_destroy, which takes NULL too. */
dnnl_status_t gconv_dnnl_md_create(gconv_dnnl_md *md, int ndims, const dnnl_dims_t dims, dnnl_format_tag_t tag);
void gconv_dnnl_md_destroy(gconv_dnnl_md md);

/* `prop` is a forward kind, backward_data or backward_weights; `hint` is the forward descriptor a backward one needs.
 * The library has a list of implementations that would do; `choice` counts along it from 0. GCONV_DNNL_NO_MORE where
 * the list is that long only. */
dnnl_status_t gconv_dnnl_desc_create(dnnl_primitive_desc_t *desc, dnnl_engine_t engine, dnnl_prop_kind_t prop,
                                     const gconv_dnnl_spec *spec, const_dnnl_primitive_desc_t hint, int choice);

/* How a blocked format lies in memory: an index is split by the inner blocks, innermost last; what remains of it is
 * multiplied with the stride of its axis. */
typedef struct {
  int axes, blocks;
  dnnl_dims_t stride;                 /* of each axis, in elements */
  dnnl_dims_t block_size, block_axis; /* of each inner block */
} gconv_dnnl_blocking;

/* dnnl_unimplemented if the format is none of this kind. */
dnnl_status_t gconv_dnnl_md_blocking(gconv_dnnl_const_md md, gconv_dnnl_blocking *blocking);

dnnl_status_t gconv_dnnl_set_handle(dnnl_memory_t memory, void *data, dnnl_stream_t stream);

#endif
