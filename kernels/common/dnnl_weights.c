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

/* `oc` counts over all groups, as plain weights do. One group has no group axis in oneDNN. */
static int64_t offset_of(const gconv_problem *p, const gconv_dnnl_blocking *b, int oc, int i, int r, int s) {
  if (p->groups == 1) return packed_offset(b, (dnnl_dims_t){oc, i, r, s});
  return packed_offset(b, (dnnl_dims_t){oc / p->ocg, oc % p->ocg, i, r, s});
}

void gconv_dnnl_weights_pack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *plain, float *packed,
                             size_t bytes) {
  memset(packed, 0, bytes);
  for (int oc = 0; oc < p->oc; oc++)
    for (int i = 0; i < p->icg; i++)
      for (int r = 0; r < p->kh; r++)
        for (int s = 0; s < p->kw; s++) packed[offset_of(p, b, oc, i, r, s)] = *plain++;
}

void gconv_dnnl_weights_unpack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *packed,
                               float *plain) {
  for (int oc = 0; oc < p->oc; oc++)
    for (int i = 0; i < p->icg; i++)
      for (int r = 0; r < p->kh; r++)
        for (int s = 0; s < p->kw; s++) *plain++ = packed[offset_of(p, b, oc, i, r, s)];
}
#endif
