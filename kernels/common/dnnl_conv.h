/* dnnl_conv.h - one convolution made by oneDNN for given formats: primitive, memory objects and the format of the
 * weights, made once and run with the caller's buffers. Only sources that are built with oneDNN include this file. */
#ifndef GCONV_COMMON_DNNL_CONV_H
#define GCONV_COMMON_DNNL_CONV_H

#include "common/dnnl_adapter.h"

/* What the primitive is asked to work in. */
typedef struct {
  const char *name;
  dnnl_format_tag_t activations; /* dnnl_format_tag_any: the library chooses */
  bool plain_weights;            /* GOIHW as they come in; else the library chooses and they are packed */
  bool first_choice; /* as the library chooses; else its reference loops only if it has nothing after them */
  bool winograd;     /* its Winograd algorithm, whose weights are in a format of no published form */
} gconv_dnnl_format;

typedef struct {
  const gconv_dnnl_format *format;
  int threads;
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t primitive;
  dnnl_memory_t tensor[GCONV_TENSORS], scratchpad;
  int arg[GCONV_TENSORS];             /* what oneDNN calls each tensor in this direction */
  gconv_layout layout[GCONV_TENSORS]; /* of src and dst; GCONV_NATIVE if it has no name here */
  size_t bytes[GCONV_TENSORS];        /* as oneDNN stores them */
  size_t scratchpad_bytes;
  gconv_dnnl_blocking blocking; /* of the weights, but not of Winograd's */
  char passed_over[64];         /* the first choice of the library if it was not taken, else empty */
  const char *implementation;   /* as oneDNN reports it; lives as long as desc */
} gconv_dnnl_conv;

/* On failure nothing is left allocated. Activations may come out in a layout without a name here: the caller decides.
 */
gconv_status gconv_dnnl_conv_create(const gconv_problem *problem, int threads, const gconv_dnnl_format *format,
                                    gconv_dnnl_conv **conv);
void gconv_dnnl_conv_destroy(gconv_dnnl_conv *conv);

/* Reference loops are a hundred to a thousand times slower than code made for the machine. */
bool gconv_dnnl_conv_is_reference(const gconv_dnnl_conv *conv);

/* `wei` is in the primitive's format. */
gconv_status gconv_dnnl_conv_run(const gconv_dnnl_conv *conv, void *src, void *wei, void *dst, void *scratchpad);

#endif
