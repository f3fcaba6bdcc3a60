/* dnnl_weights.c - weights to and from oneDNN's blocked formats, by the strides and blocks the library reports.
 *
 * Its own reorder would be the usual way, but that of oneDNN 3.7.2 (Debian 13) loses weights where the blocks of both
 * channel axes are padded, as with 14 channels per group: the convolution is then wrong. This takes longer and is right
 * with every version; packing is not timed with the convolution. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_weights.h"
#include "core/integers.h"

#include <string.h>

/* The blocks of an axis and its stride: offsets are sums of one part for each axis. */
static int64_t part_of(const gconv_dnnl_blocking *b, int axis, int64_t index) {
  int64_t offset = 0, inner = 1;
  for (int block = b->blocks - 1; block >= 0; block--) {
    const int64_t size = b->block_size[block];
    if (b->block_axis[block] == axis) {
      offset += index % size * inner;
      index /= size;
    }
    inner *= size;
  }
  return offset + index * b->stride[axis];
}

/* One group has no group axis in oneDNN; the others follow it in the order of GOIHW. */
static int first_axis(const gconv_problem *p) { return p->groups > 1; }

static int64_t part_of_oc(const gconv_problem *p, const gconv_dnnl_blocking *b, int oc) {
  if (p->groups == 1) return part_of(b, 0, oc);
  return part_of(b, 0, oc / p->ocg) + part_of(b, 1, oc % p->ocg);
}

static int64_t part_of_tap(const gconv_problem *p, const gconv_dnnl_blocking *b, int r, int s) {
  return part_of(b, first_axis(p) + 2, r) + part_of(b, first_axis(p) + 3, s);
}

int64_t gconv_dnnl_weights_offset(const gconv_problem *p, const gconv_dnnl_blocking *b, int oc, int i, int r, int s) {
  return part_of_oc(p, b, oc) + part_of(b, first_axis(p) + 1, i) + part_of_tap(p, b, r, s);
}

enum { CHUNK = 256 };

typedef struct {
  int64_t from, count;
  int64_t part[CHUNK];
} chunk;

static chunk chunk_at(int64_t from, int64_t end) {
  return (chunk){.from = from, .count = gconv_min64(end - from, CHUNK)};
}

/* From plain weights to blocked ones, or back. What is read is not written. */
typedef struct {
  const gconv_problem *p;
  const gconv_dnnl_blocking *b;
  float *plain, *packed;
  bool unpack;
} relayout;

static void move_chunk(const relayout *m, const chunk *ics, const chunk *taps) {
  const gconv_problem *p = m->p;
  const int64_t all_taps = (int64_t)p->kh * p->kw;
  for (int oc = 0; oc < p->oc; oc++) {
    const int64_t of_oc = part_of_oc(p, m->b, oc);
    for (int64_t i = 0; i < ics->count; i++)
      for (int64_t t = 0; t < taps->count; t++) {
        float *const here = &m->plain[((int64_t)oc * p->icg + ics->from + i) * all_taps + taps->from + t];
        float *const there = &m->packed[of_oc + ics->part[i] + taps->part[t]];
        *(m->unpack ? here : there) = m->unpack ? *there : *here;
      }
  }
}

/* The parts of many channels and taps are found once for all output channels. */
static void move(const relayout *m) {
  const gconv_problem *p = m->p;
  const gconv_dnnl_blocking *b = m->b;
  const int64_t all_taps = (int64_t)p->kh * p->kw;
  for (int64_t from = 0; from < p->icg; from += CHUNK) {
    chunk ics = chunk_at(from, p->icg);
    for (int64_t i = 0; i < ics.count; i++) ics.part[i] = part_of(b, first_axis(p) + 1, from + i);
    for (int64_t tap = 0; tap < all_taps; tap += CHUNK) {
      chunk taps = chunk_at(tap, all_taps);
      for (int64_t t = 0; t < taps.count; t++)
        taps.part[t] = part_of_tap(p, b, (int)((tap + t) / p->kw), (int)((tap + t) % p->kw));
      move_chunk(m, &ics, &taps);
    }
  }
}

void gconv_dnnl_weights_pack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *plain, float *packed,
                             size_t bytes) {
  memset(packed, 0, bytes);
  move(&(relayout){p, b, (float *)plain, packed, false});
}

void gconv_dnnl_weights_unpack(const gconv_problem *p, const gconv_dnnl_blocking *b, const float *packed,
                               float *plain) {
  move(&(relayout){p, b, plain, (float *)packed, true});
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
