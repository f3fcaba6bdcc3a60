/* dnnl_weights.c - weights to and from oneDNN's blocked formats, by the strides and blocks the library reports.
 *
 * Its own reorder would be the usual way, but that of oneDNN 3.7.2 (Debian 13) loses weights where the blocks of both
 * channel axes are padded, as with 14 channels per group: the convolution is then wrong. This takes longer and is right
 * with every version; packing is not timed with the convolution. */
#if GCONV_WITH_DNNL
#include "common/dnnl_weights.h"

#include <string.h>

static int64_t packed_offset(const gconv_dnnl_blocking *b, dnnl_dims_t index) {
  int64_t offset = 0, inner = 1;
  for (int block = b->blocks - 1; block >= 0; block--) {
    int64_t *i = &index[b->block_axis[block]];
    offset += *i % b->block_size[block] * inner;
    *i /= b->block_size[block];
    inner *= b->block_size[block];
  }
  for (int axis = 0; axis < b->axes; axis++) offset += index[axis] * b->stride[axis];
  return offset;
}

/* One group has no group axis in oneDNN. */
int64_t gconv_dnnl_weights_offset(const gconv_problem *p, const gconv_dnnl_blocking *b, int oc, int i, int r, int s) {
  if (p->groups == 1) return packed_offset(b, (dnnl_dims_t){oc, i, r, s});
  return packed_offset(b, (dnnl_dims_t){oc / p->ocg, oc % p->ocg, i, r, s});
}

void gconv_dnnl_weights_pack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *plain, float *packed,
                             size_t bytes) {
  memset(packed, 0, bytes);
  for (int oc = 0; oc < p->oc; oc++)
    for (int i = 0; i < p->icg; i++)
      for (int r = 0; r < p->kh; r++)
        for (int s = 0; s < p->kw; s++) packed[gconv_dnnl_weights_offset(p, b, oc, i, r, s)] = *plain++;
}

void gconv_dnnl_weights_unpack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *packed,
                               float *plain) {
  for (int oc = 0; oc < p->oc; oc++)
    for (int i = 0; i < p->icg; i++)
      for (int r = 0; r < p->kh; r++)
        for (int s = 0; s < p->kw; s++) *plain++ = packed[gconv_dnnl_weights_offset(p, b, oc, i, r, s)];
}

static dnnl_status_t reorder(const gconv_dnnl_conv *c, dnnl_memory_t from, dnnl_memory_t to) {
  gconv_dnnl_const_md from_md, to_md;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_stream_t stream = NULL;
  dnnl_status_t status = dnnl_memory_get_memory_desc(from, &from_md);
  if (!status) status = dnnl_memory_get_memory_desc(to, &to_md);
  if (!status) status = dnnl_stream_create(&stream, c->engine, dnnl_stream_default_flags);
  if (!status) status = dnnl_reorder_primitive_desc_create(&desc, from_md, c->engine, to_md, c->engine, NULL);
  if (!status) status = dnnl_primitive_create(&primitive, desc);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  if (!status) status = dnnl_primitive_execute(primitive, stream, 2, args);
  if (!status) status = dnnl_stream_wait(stream);
  if (primitive) dnnl_primitive_destroy(primitive);
  if (desc) dnnl_primitive_desc_destroy(desc);
  if (stream) dnnl_stream_destroy(stream);
  return status;
}

/* It reads through a pointer to memory that is not const; it does not write it. */
dnnl_status_t gconv_dnnl_weights_reorder(const gconv_dnnl_conv *c, const float *plain, void *packed) {
  const gconv_problem *p = &c->problem;
  gconv_dnnl_md md = NULL;
  dnnl_memory_t from = NULL, to = NULL;
  dnnl_status_t status = gconv_dnnl_md_create(&md, 4, (dnnl_dims_t){p->oc, p->ic, p->kh, p->kw}, dnnl_oihw);
  if (!status) status = dnnl_memory_create(&from, md, c->engine, (void *)plain);
  if (!status) status = dnnl_memory_create(&to, gconv_dnnl_conv_md(c, c->arg[GCONV_WEI]), c->engine, packed);
  if (!status) status = reorder(c, from, to);
  if (from) dnnl_memory_destroy(from);
  if (to) dnnl_memory_destroy(to);
  gconv_dnnl_md_destroy(md);
  return status;
}
#endif
