/* dnnl_conv.c - the objects of one oneDNN convolution, made from one implementation of the library's list. The
 * scratchpad is the caller's, so that oneDNN has no tensor-sized memory of its own to find while it runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_conv.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Forward inference, not training: without a bias both compute the same, and inference may choose implementations that
 * keep nothing for a backward pass. */
static const struct {
  dnnl_prop_kind_t prop;
  int arg[GCONV_TENSORS];
} directions[GCONV_DIRECTIONS] = {
    [GCONV_FWD] = {dnnl_forward_inference, {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}},
    [GCONV_BWD_D] = {dnnl_backward_data, {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST}},
    [GCONV_BWD_W] = {dnnl_backward_weights, {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}},
};

/* Tags of the layouts that have a name here; where several describe the same memory (one channel, one pixel) the first
 * one is reported. */
static const struct {
  gconv_layout layout;
  dnnl_format_tag_t tag;
} layout_tags[] = {
    {GCONV_NCHW, dnnl_nchw},     {GCONV_NHWC, dnnl_nhwc},       {GCONV_NCHW4C, dnnl_nChw4c},
    {GCONV_NCHW8C, dnnl_nChw8c}, {GCONV_NCHW16C, dnnl_nChw16c},
};

static dnnl_status_t activation_md(const gconv_problem *p, gconv_tensor tensor, dnnl_format_tag_t tag,
                                   gconv_dnnl_md *md) {
  const gconv_dims d = gconv_tensor_dims(p, tensor);
  return gconv_dnnl_md_create(md, 4, (dnnl_dims_t){d.n, d.c, d.h, d.w}, tag);
}

/* One group is told without a group axis: oneDNN has more implementations for it. */
static dnnl_status_t weights_md(const gconv_problem *p, bool plain, gconv_dnnl_md *md) {
  if (p->groups == 1)
    return gconv_dnnl_md_create(md, 4, (dnnl_dims_t){p->oc, p->ic, p->kh, p->kw},
                                plain ? dnnl_oihw : dnnl_format_tag_any);
  return gconv_dnnl_md_create(md, 5, (dnnl_dims_t){p->groups, p->ocg, p->icg, p->kh, p->kw},
                              plain ? dnnl_goihw : dnnl_format_tag_any);
}

static void free_spec(gconv_dnnl_spec *spec) {
  if (spec->attr) dnnl_primitive_attr_destroy(spec->attr);
  for (int t = 0; t < GCONV_TENSORS; t++) gconv_dnnl_md_destroy(spec->tensor[t]);
}

/* Strict: a user's ONEDNN_DEFAULT_FPMATH_MODE must not turn binary32 into bfloat16. */
static dnnl_status_t create_attr(dnnl_primitive_attr_t *attr) {
  dnnl_status_t status = dnnl_primitive_attr_create(attr);
  if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
  if (!status) status = dnnl_primitive_attr_set_fpmath_mode(*attr, dnnl_fpmath_mode_strict);
  return status;
}

static dnnl_status_t fill_spec(const gconv_problem *p, const gconv_dnnl_format *format, gconv_dnnl_spec *spec) {
  *spec = (gconv_dnnl_spec){.algorithm = format->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct,
                            .strides = {p->stride_h, p->stride_w},
                            .dilates = {p->dilation_h, p->dilation_w},
                            .pad_begin = {p->pad_top, p->pad_left},
                            .pad_end = {p->pad_bottom, p->pad_right}};
  dnnl_status_t status = activation_md(p, GCONV_SRC, format->activations, &spec->tensor[GCONV_SRC]);
  if (!status) status = activation_md(p, GCONV_DST, format->activations, &spec->tensor[GCONV_DST]);
  if (!status) status = weights_md(p, format->plain_weights, &spec->tensor[GCONV_WEI]);
  if (!status) status = create_attr(&spec->attr);
  return status;
}

static dnnl_status_t create_desc(gconv_dnnl_conv *c, const gconv_dnnl_spec *spec, int choice) {
  const gconv_direction direction = c->problem.direction;
  const dnnl_prop_kind_t prop = directions[direction].prop;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status = dnnl_success;
  if (direction != GCONV_FWD) status = gconv_dnnl_desc_create(&hint, c->engine, dnnl_forward_training, spec, NULL, 0);
  if (!status) status = gconv_dnnl_desc_create(&c->desc, c->engine, prop, spec, hint, choice);
  if (!status) status = dnnl_primitive_desc_query(c->desc, dnnl_query_impl_info_str, 0, &c->implementation);
  if (hint) dnnl_primitive_desc_destroy(hint);
  return status;
}

static dnnl_status_t name_layout(gconv_dnnl_conv *c, gconv_tensor tensor) {
  dnnl_status_t status = dnnl_success;
  for (size_t i = 0; i < sizeof layout_tags / sizeof *layout_tags && !status && !c->layout[tensor]; i++) {
    gconv_dnnl_md md = NULL;
    status = activation_md(&c->problem, tensor, layout_tags[i].tag, &md);
    if (!status && dnnl_memory_desc_equal(md, gconv_dnnl_conv_md(c, c->arg[tensor])))
      c->layout[tensor] = layout_tags[i].layout;
    gconv_dnnl_md_destroy(md);
  }
  return status;
}

static dnnl_status_t create_all(gconv_dnnl_conv *c, int choice) {
  gconv_dnnl_spec spec;
  memcpy(c->arg, directions[c->problem.direction].arg, sizeof c->arg);
  dnnl_status_t status = dnnl_engine_create(&c->engine, dnnl_cpu, 0);
  if (status) return status;
  status = fill_spec(&c->problem, c->format, &spec);
  if (!status) status = create_desc(c, &spec, choice);
  free_spec(&spec);
  if (!status) status = dnnl_primitive_create(&c->primitive, c->desc);
  if (status) return status;
  for (int t = 0; t < GCONV_TENSORS; t++) c->bytes[t] = dnnl_memory_desc_get_size(gconv_dnnl_conv_md(c, c->arg[t]));
  c->scratchpad_bytes = dnnl_memory_desc_get_size(gconv_dnnl_conv_md(c, DNNL_ARG_SCRATCHPAD));
  status = gconv_dnnl_slots_create(c);
  if (!status) status = name_layout(c, GCONV_SRC);
  if (!status) status = name_layout(c, GCONV_DST);
  if (!status && !c->format->winograd)
    status = gconv_dnnl_md_blocking(gconv_dnnl_conv_md(c, c->arg[GCONV_WEI]), &c->blocking);
  return status;
}

/* oneDNN's OpenMP builds take the thread count from the runtime, when a primitive is made and when it runs. */
dnnl_status_t gconv_dnnl_conv_make(const gconv_problem *problem, int threads, const gconv_dnnl_format *format,
                                   int choice, gconv_dnnl_conv **conv) {
  gconv_dnnl_conv *c = *conv = calloc(1, sizeof *c);
  if (!c) return dnnl_out_of_memory;
  c->problem = *problem;
  c->format = format;
  c->threads = threads;
  const int outer_threads = omp_get_max_threads();
  omp_set_num_threads(threads);
  const dnnl_status_t status = create_all(c, choice);
  omp_set_num_threads(outer_threads);
  if (status) {
    gconv_dnnl_conv_destroy(c);
    *conv = NULL;
  }
  return status;
}

void gconv_dnnl_conv_destroy(gconv_dnnl_conv *c) {
  if (!c) return;
  gconv_dnnl_conv_destroy(c->trial);
  gconv_dnnl_slots_destroy(c);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->desc) dnnl_primitive_desc_destroy(c->desc);
  if (c->engine) dnnl_engine_destroy(c->engine);
  free(c);
}
#endif
