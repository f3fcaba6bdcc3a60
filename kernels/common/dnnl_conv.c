/* dnnl_conv.c - one oneDNN convolution. All objects are made beforehand and only their data handles change at run time;
 * the scratchpad is the caller's, so that oneDNN has no tensor-sized memory of its own to find while it runs.
 *
 * oneDNN's OpenMP builds take the thread count from the runtime, when a primitive is made and when it runs. */
#if GCONV_WITH_DNNL
#include "common/dnnl_conv.h"
#include "core/error.h"
#include "core/parallel.h"

#include <dnnl_debug.h>
#include <omp.h>
#include <stdio.h>
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
  for (int t = 0; t < GCONV_TENSORS; t++) gconv_dnnl_md_destroy(spec->tensor[t]);
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
  return status;
}

/* Strict: a user's ONEDNN_DEFAULT_FPMATH_MODE must not turn binary32 into bfloat16. */
static dnnl_status_t create_attr(dnnl_primitive_attr_t *attr) {
  dnnl_status_t status = dnnl_primitive_attr_create(attr);
  if (!status) status = dnnl_primitive_attr_set_scratchpad_mode(*attr, dnnl_scratchpad_mode_user);
  if (!status) status = dnnl_primitive_attr_set_fpmath_mode(*attr, dnnl_fpmath_mode_strict);
  return status;
}

bool gconv_dnnl_conv_is_reference(const gconv_dnnl_conv *c) { return strstr(c->implementation, "ref:") != NULL; }

/* The 1x1 kernels of oneDNN 2.6.3 gather strided input before they sum up the gradient of the weights, all threads in
 * the same place and beyond the end of the scratchpad; those of 3.7.2 do where jit_uni_ncsp_convolution calls them. */
static bool overruns(const gconv_dnnl_conv *c, gconv_direction direction, const gconv_dnnl_spec *spec) {
  const bool strided = spec->strides[0] > 1 || spec->strides[1] > 1;
  return direction == GCONV_BWD_W && strided && c->threads > 1 && strstr(c->implementation, "jit_1x1");
}

static dnnl_status_t next_implementation(gconv_dnnl_conv *c) {
  const dnnl_status_t status = gconv_dnnl_desc_next(c->desc);
  return status ? status : dnnl_primitive_desc_query(c->desc, dnnl_query_impl_info_str, 0, &c->implementation);
}

/* On plain weights the first choice of oneDNN 3.7 is a conversion to NHWC around reference loops, though its list goes
 * on with a GEMM. A reference that is last in the list stays. */
static dnnl_status_t choose_implementation(gconv_dnnl_conv *c, gconv_direction direction, const gconv_dnnl_spec *spec) {
  dnnl_status_t status = dnnl_primitive_desc_query(c->desc, dnnl_query_impl_info_str, 0, &c->implementation);
  while (!status && overruns(c, direction, spec)) status = next_implementation(c);
  if (status || c->format->first_choice) return status;
  char first[sizeof c->passed_over];
  snprintf(first, sizeof first, "%s", c->implementation);
  while (gconv_dnnl_conv_is_reference(c) && !next_implementation(c)) continue;
  if (strcmp(first, c->implementation)) strcpy(c->passed_over, first);
  return dnnl_success;
}

static dnnl_status_t create_desc(gconv_dnnl_conv *c, gconv_direction direction, const gconv_dnnl_spec *spec) {
  const dnnl_prop_kind_t prop = directions[direction].prop;
  dnnl_primitive_attr_t attr = NULL;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status = create_attr(&attr);
  if (!status && direction != GCONV_FWD)
    status = gconv_dnnl_desc_create(&hint, c->engine, dnnl_forward_training, spec, NULL, attr);
  if (!status) status = gconv_dnnl_desc_create(&c->desc, c->engine, prop, spec, hint, attr);
  if (!status) status = choose_implementation(c, direction, spec); /* oneDNN reads the hint again when it moves on */
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (attr) dnnl_primitive_attr_destroy(attr);
  return status;
}

static gconv_dnnl_const_md md_of(const gconv_dnnl_conv *c, int arg) {
  return dnnl_primitive_desc_query_md(c->desc, dnnl_query_exec_arg_md, arg);
}

static dnnl_status_t create_memory(const gconv_dnnl_conv *c, int arg, dnnl_memory_t *memory, size_t *bytes) {
  *bytes = dnnl_memory_desc_get_size(md_of(c, arg));
  return dnnl_memory_create(memory, md_of(c, arg), c->engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t name_layout(const gconv_problem *p, gconv_tensor tensor, gconv_dnnl_conv *c) {
  dnnl_status_t status = dnnl_success;
  for (size_t i = 0; i < sizeof layout_tags / sizeof *layout_tags && !status && !c->layout[tensor]; i++) {
    gconv_dnnl_md md = NULL;
    status = activation_md(p, tensor, layout_tags[i].tag, &md);
    if (!status && dnnl_memory_desc_equal(md, md_of(c, c->arg[tensor]))) c->layout[tensor] = layout_tags[i].layout;
    gconv_dnnl_md_destroy(md);
  }
  return status;
}

static dnnl_status_t create_all(const gconv_problem *p, gconv_dnnl_conv *c) {
  gconv_dnnl_spec spec;
  memcpy(c->arg, directions[p->direction].arg, sizeof c->arg);
  dnnl_status_t status = dnnl_engine_create(&c->engine, dnnl_cpu, 0);
  if (!status) status = dnnl_stream_create(&c->stream, c->engine, dnnl_stream_default_flags);
  if (status) return status;
  status = fill_spec(p, c->format, &spec);
  if (!status) status = create_desc(c, p->direction, &spec);
  free_spec(&spec);
  if (!status) status = dnnl_primitive_create(&c->primitive, c->desc);
  for (int t = 0; t < GCONV_TENSORS && !status; t++) status = create_memory(c, c->arg[t], &c->tensor[t], &c->bytes[t]);
  if (!status) status = create_memory(c, DNNL_ARG_SCRATCHPAD, &c->scratchpad, &c->scratchpad_bytes);
  if (!status) status = name_layout(p, GCONV_SRC, c);
  if (!status) status = name_layout(p, GCONV_DST, c);
  if (!status && !c->format->winograd) status = gconv_dnnl_md_blocking(md_of(c, c->arg[GCONV_WEI]), &c->blocking);
  return status;
}

/* Which of ours a failure is: what oneDNN does not do is no fault of the machine's. */
static gconv_status explain(dnnl_status_t status, const gconv_dnnl_format *format) {
  const gconv_status kind = status == dnnl_out_of_memory                                       ? GCONV_NO_MEMORY
                            : status == dnnl_unimplemented || status == dnnl_invalid_arguments ? GCONV_UNSUPPORTED
                                                                                               : GCONV_FAILED;
  const dnnl_version_t *v = dnnl_version();
  return gconv_error(kind, "oneDNN %d.%d.%d does not make this convolution on %s tensors: %s", v->major, v->minor,
                     v->patch, format->name, dnnl_status2str(status));
}

/* oneDNN's own answer to these pads is "invalid arguments", without a hint at which, and to these kernels, whose bytes
 * it counts in 32 bits, a division by zero or no end of planning. */
static gconv_status check_geometry(const gconv_problem *p) {
  enum { TAPS_MAX = 1 << 24 };
  if ((int64_t)p->kh * p->kw > TAPS_MAX)
    return gconv_error(GCONV_UNSUPPORTED, "%d x %d taps, the most that are given to oneDNN are %d", p->kh, p->kw,
                       TAPS_MAX);
  const struct {
    const char *name;
    int pad, least;
  } sides[] = {{"pad_top", p->pad_top, 0},
               {"pad_left", p->pad_left, 0},
               {"pad_bottom", p->pad_bottom, 1 - p->stride_h},
               {"pad_right", p->pad_right, 1 - p->stride_w}};
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
    if (sides[i].pad < sides[i].least)
      return gconv_error(GCONV_UNSUPPORTED, "%s is %d, the least that oneDNN takes is %d", sides[i].name, sides[i].pad,
                         sides[i].least);
  return GCONV_OK;
}

gconv_status gconv_dnnl_conv_create(const gconv_problem *problem, int threads, const gconv_dnnl_format *format,
                                    gconv_dnnl_conv **conv) {
  *conv = NULL;
  const gconv_status refused = check_geometry(problem);
  if (refused) return refused;
  gconv_dnnl_conv *c = calloc(1, sizeof *c);
  if (!c) return gconv_error(GCONV_NO_MEMORY, "no memory for a convolution of %zu bytes", sizeof *c);
  c->format = format;
  c->threads = threads;
  const int outer_threads = omp_get_max_threads();
  omp_set_num_threads(threads);
  const dnnl_status_t status = create_all(problem, c);
  omp_set_num_threads(outer_threads);
  if (status) {
    gconv_dnnl_conv_destroy(c);
    return explain(status, format);
  }
  *conv = c;
  return GCONV_OK;
}

void gconv_dnnl_conv_destroy(gconv_dnnl_conv *c) {
  if (!c) return;
  const dnnl_memory_t memories[] = {c->tensor[GCONV_SRC], c->tensor[GCONV_WEI], c->tensor[GCONV_DST], c->scratchpad};
  for (size_t i = 0; i < sizeof memories / sizeof *memories; i++)
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  if (c->primitive) dnnl_primitive_destroy(c->primitive);
  if (c->desc) dnnl_primitive_desc_destroy(c->desc);
  if (c->stream) dnnl_stream_destroy(c->stream);
  if (c->engine) dnnl_engine_destroy(c->engine);
  free(c);
}

gconv_status gconv_dnnl_conv_run(const gconv_dnnl_conv *c, void *src, void *wei, void *dst, void *scratchpad) {
  void *const data[] = {src, wei, dst, scratchpad};
  enum { ARGS = sizeof data / sizeof *data };
  const dnnl_exec_arg_t args[ARGS] = {
      {c->arg[GCONV_SRC], c->tensor[GCONV_SRC]},
      {c->arg[GCONV_WEI], c->tensor[GCONV_WEI]},
      {c->arg[GCONV_DST], c->tensor[GCONV_DST]},
      {DNNL_ARG_SCRATCHPAD, c->scratchpad},
  };
  const char *refused = gconv_team_refused(c->threads);
  if (refused)
    return gconv_error(
        GCONV_FAILED,
        "oneDNN divides the work among the plan's %d threads, and OpenMP gives fewer (%s): what they should "
        "write would be left unwritten",
        c->threads, refused);
  const int outer_threads = omp_get_max_threads();
  omp_set_num_threads(c->threads);
  dnnl_status_t status = dnnl_success;
  for (int i = 0; i < ARGS && !status; i++) status = gconv_dnnl_set_handle(args[i].memory, data[i], c->stream);
  if (!status) status = dnnl_primitive_execute(c->primitive, c->stream, ARGS, args);
  if (!status) status = dnnl_stream_wait(c->stream);
  omp_set_num_threads(outer_threads);
  if (!status) return GCONV_OK;
  return gconv_error(GCONV_FAILED, "oneDNN's %s failed: %s", c->implementation, dnnl_status2str(status));
}
#endif
