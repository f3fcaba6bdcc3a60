/* dnnl_adapter_v2.c - the adapter for oneDNN 2: operation descriptors, memory descriptors that are structures. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_adapter.h"

#if DNNL_VERSION_MAJOR == 2
#include <stdlib.h>
#include <string.h>

dnnl_status_t gconv_dnnl_md_create(gconv_dnnl_md *md, int ndims, const dnnl_dims_t dims, dnnl_format_tag_t tag) {
  *md = calloc(1, sizeof **md);
  return *md ? dnnl_memory_desc_init_by_tag(*md, ndims, dims, dnnl_f32, tag) : dnnl_out_of_memory;
}

void gconv_dnnl_md_destroy(gconv_dnnl_md md) { free(md); }

dnnl_status_t gconv_dnnl_desc_create(dnnl_primitive_desc_t *desc, dnnl_engine_t engine, dnnl_prop_kind_t prop,
                                     const gconv_dnnl_spec *s, const_dnnl_primitive_desc_t hint, int choice) {
  const gconv_dnnl_md src = s->tensor[GCONV_SRC], wei = s->tensor[GCONV_WEI], dst = s->tensor[GCONV_DST];
  dnnl_convolution_desc_t op;
  dnnl_status_t status;
  if (prop == dnnl_backward_data)
    status = dnnl_dilated_convolution_backward_data_desc_init(&op, s->algorithm, src, wei, dst, s->strides, s->dilates,
                                                              s->pad_begin, s->pad_end);
  else if (prop == dnnl_backward_weights)
    status = dnnl_dilated_convolution_backward_weights_desc_init(&op, s->algorithm, src, wei, NULL, dst, s->strides,
                                                                 s->dilates, s->pad_begin, s->pad_end);
  else
    status = dnnl_dilated_convolution_forward_desc_init(&op, prop, s->algorithm, src, wei, NULL, dst, s->strides,
                                                        s->dilates, s->pad_begin, s->pad_end);
  dnnl_primitive_desc_iterator_t list = NULL;
  if (!status) status = dnnl_primitive_desc_iterator_create(&list, &op, s->attr, engine, hint);
  for (int i = 0; i < choice && !status; i++) status = dnnl_primitive_desc_iterator_next(list);
  if (!status) {
    *desc = dnnl_primitive_desc_iterator_fetch(list);
    if (!*desc) status = dnnl_out_of_memory;
  }
  if (list) dnnl_primitive_desc_iterator_destroy(list);
  return status;
}

dnnl_status_t gconv_dnnl_md_blocking(gconv_dnnl_const_md md, gconv_dnnl_blocking *blocking) {
  if (md->format_kind != dnnl_blocked || md->offset0) return dnnl_unimplemented;
  const dnnl_blocking_desc_t *from = &md->format_desc.blocking;
  *blocking = (gconv_dnnl_blocking){.axes = md->ndims, .blocks = from->inner_nblks};
  memcpy(blocking->stride, from->strides, sizeof(dnnl_dims_t));
  memcpy(blocking->block_size, from->inner_blks, sizeof(dnnl_dims_t));
  memcpy(blocking->block_axis, from->inner_idxs, sizeof(dnnl_dims_t));
  return dnnl_success;
}

/* Version 2 zeroes the padding lanes behind a new handle. They are zero already, so a handle that did not change need
 * not pay for it again; the stream keeps the library from making one for that work. */
dnnl_status_t gconv_dnnl_set_handle(dnnl_memory_t memory, void *data, dnnl_stream_t stream) {
  void *old = NULL;
  const dnnl_status_t status = dnnl_memory_get_data_handle(memory, &old);
  if (status || old == data) return status;
  return dnnl_memory_set_data_handle_v2(memory, data, stream);
}
#endif
#endif
