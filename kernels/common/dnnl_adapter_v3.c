/* dnnl_adapter_v3.c - the adapter for oneDNN 3: one call a primitive descriptor, opaque memory descriptors. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_adapter.h"

#if DNNL_VERSION_MAJOR >= 3
#include <string.h>

dnnl_status_t gconv_dnnl_md_create(gconv_dnnl_md *md, int ndims, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag(md, ndims, dims, dnnl_f32, tag);
}

void gconv_dnnl_md_destroy(gconv_dnnl_md md) {
  if (md) dnnl_memory_desc_destroy(md);
}

static dnnl_status_t create_first(dnnl_primitive_desc_t *desc, dnnl_engine_t engine, dnnl_prop_kind_t prop,
                                  const gconv_dnnl_spec *s, const_dnnl_primitive_desc_t hint) {
  const gconv_dnnl_const_md src = s->tensor[GCONV_SRC], wei = s->tensor[GCONV_WEI], dst = s->tensor[GCONV_DST];
  if (prop == dnnl_backward_data)
    return dnnl_convolution_backward_data_primitive_desc_create(desc, engine, s->algorithm, src, wei, dst, s->strides,
                                                                s->dilates, s->pad_begin, s->pad_end, hint, s->attr);
  if (prop == dnnl_backward_weights)
    return dnnl_convolution_backward_weights_primitive_desc_create(desc, engine, s->algorithm, src, wei, NULL, dst,
                                                                   s->strides, s->dilates, s->pad_begin, s->pad_end,
                                                                   hint, s->attr);
  return dnnl_convolution_forward_primitive_desc_create(desc, engine, prop, s->algorithm, src, wei, NULL, dst,
                                                        s->strides, s->dilates, s->pad_begin, s->pad_end, s->attr);
}

dnnl_status_t gconv_dnnl_desc_create(dnnl_primitive_desc_t *desc, dnnl_engine_t engine, dnnl_prop_kind_t prop,
                                     const gconv_dnnl_spec *s, const_dnnl_primitive_desc_t hint, int choice) {
  dnnl_status_t status = create_first(desc, engine, prop, s, hint);
  for (int i = 0; i < choice && !status; i++) status = dnnl_primitive_desc_next_impl(*desc);
  return status;
}

dnnl_status_t gconv_dnnl_md_blocking(gconv_dnnl_const_md md, gconv_dnnl_blocking *blocking) {
  dnnl_format_kind_t kind = dnnl_format_kind_undef;
  const dnnl_dims_t *stride, *size, *axis;
  dnnl_status_t status = dnnl_memory_desc_query(md, dnnl_query_format_kind, &kind);
  if (status || kind != dnnl_blocked) return dnnl_unimplemented;
  *blocking = (gconv_dnnl_blocking){0};
  status = dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &blocking->axes);
  if (!status) status = dnnl_memory_desc_query(md, dnnl_query_inner_nblks_s32, &blocking->blocks);
  if (!status) status = dnnl_memory_desc_query(md, dnnl_query_strides, &stride);
  if (!status) status = dnnl_memory_desc_query(md, dnnl_query_inner_blks, &size);
  if (!status) status = dnnl_memory_desc_query(md, dnnl_query_inner_idxs, &axis);
  if (status) return status;
  memcpy(blocking->stride, stride, sizeof *stride);
  memcpy(blocking->block_size, size, sizeof *size);
  memcpy(blocking->block_axis, axis, sizeof *axis);
  return dnnl_success;
}

/* Version 3 leaves padding lanes alone here; primitives keep those of their outputs zero. */
dnnl_status_t gconv_dnnl_set_handle(dnnl_memory_t memory, void *data, dnnl_stream_t stream) {
  (void)stream;
  return dnnl_memory_set_data_handle(memory, data);
}
#endif
#endif
