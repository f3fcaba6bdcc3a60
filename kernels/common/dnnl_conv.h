/* dnnl_conv.h - one convolution made by oneDNN for given formats: primitive, memory objects and the format of the
 * weights, made once, proved right, and run with the caller's buffers, by any number of threads at once. Only sources
 * that are built with oneDNN include this file. */
/* SPDX-License-Identifier: Apache-2.0 */
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

/* Stream and memory objects of the calls that are under way (dnnl_run.c). */
typedef struct gconv_dnnl_slot gconv_dnnl_slot;

typedef struct gconv_dnnl_conv {
  const gconv_dnnl_format *format;
  gconv_problem problem;
  int threads;
  dnnl_engine_t engine;
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t primitive;
  gconv_dnnl_slot *slots;
  int arg[GCONV_TENSORS];             /* what oneDNN calls each tensor in this direction */
  gconv_layout layout[GCONV_TENSORS]; /* of src and dst; GCONV_NATIVE if it has no name here */
  size_t bytes[GCONV_TENSORS];        /* as oneDNN stores them */
  size_t scratchpad_bytes;
  gconv_dnnl_blocking blocking; /* of the weights, but not of Winograd's */
  const char *implementation;   /* as oneDNN reports it; lives as long as desc */

  struct gconv_dnnl_conv *trial; /* the same with fewer images, which is tried in its place; NULL: it is tried itself */
  bool proved;                   /* a run of it, or of `trial`, gave right results and stayed inside its buffers */
  double seconds;                /* that run took so long */
} gconv_dnnl_conv;

/* Implementations that were not taken, and why: "NAME (why), NAME (why)"; empty if there were none. */
typedef struct {
  char text[128];
} gconv_dnnl_passed_over;

/* The first implementation of the library's list for plan's problem that is right and, if the format asks for that, no
 * reference. Those before it are added to `passed`, also on failure. On failure nothing is left allocated. Activations
 * may come out in a layout without a name here, and are then not proved: the caller is not to use them. */
gconv_status gconv_dnnl_conv_create(const gconv_plan *plan, const gconv_dnnl_format *format,
                                    gconv_dnnl_passed_over *passed, gconv_dnnl_conv **conv);
void gconv_dnnl_conv_destroy(gconv_dnnl_conv *conv);

/* Adds ", not proved: ..." and ", passed over ..." to the text of a plan of `size` bytes, where there is anything to
 * say. */
void gconv_dnnl_add_caveats(const gconv_dnnl_conv *conv, const gconv_dnnl_passed_over *passed, char *text, size_t size);

/* GCONV_FAILED where OpenMP would now give fewer threads: asked before planning, in which no candidate could be proved,
 * and in each call. */
gconv_status gconv_dnnl_check_team(int threads);

/* Reference loops are a hundred to a thousand times slower than code made for the machine. */
bool gconv_dnnl_conv_is_reference(const gconv_dnnl_conv *conv);

/* `wei` is in the primitive's format. */
gconv_status gconv_dnnl_conv_run(const gconv_dnnl_conv *conv, void *src, void *wei, void *dst, void *scratchpad);

/* ---- Between the parts of this module ---- */

/* Makes number `choice` of the library's list, unproved. */
dnnl_status_t gconv_dnnl_conv_make(const gconv_problem *problem, int threads, const gconv_dnnl_format *format,
                                   int choice, gconv_dnnl_conv **conv);
static inline gconv_dnnl_const_md gconv_dnnl_conv_md(const gconv_dnnl_conv *conv, int arg) {
  return dnnl_primitive_desc_query_md(conv->desc, dnnl_query_exec_arg_md, arg);
}
dnnl_status_t gconv_dnnl_slots_create(gconv_dnnl_conv *conv);
void gconv_dnnl_slots_destroy(gconv_dnnl_conv *conv);

#endif
