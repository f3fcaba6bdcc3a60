/* wgrad_blocks.h - what the plan and the cost of gradients of the weights by blocks share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_BLOCKS_H
#define GCONV_DIRECT_WGRAD_BLOCKS_H

#include "impl/direct/direct.h"
#include "impl/direct/wgrad.h"

typedef struct {
  operand_source source;
  direct_family family;
  int vector, vectors;
} wgrad_job;

typedef struct {
  const direct_method *method;
  gconv_problem p;      /* the plan's; 1x1 without border in rows of another width */
  int jobs, blocks;     /* blocks: of 16 input indices of a group */
  int parts;            /* of the rows of all images */
  int rows;             /* of an image that are walked together */
  ptrdiff_t wei_vector; /* floats of one vector's gradients */
  int vectors;
  bool prefetch;      /* direct_prefetches */
  void *image;        /* family IMAGE: its planes_state, and ... */
  int strips;         /* ... the strips that its parts divide ... */
  size_t image_bytes; /* ... and the buffer of a thread */
  wgrad_job job[];
} wgrad_state;

/* A first layer (planes/image.c): its strips, added to the gradients of `vectors` vectors. */
typedef struct {
  const void *state;      /* wgrad_state.image */
  const float *src, *dst; /* src: NCHW */
  float *buffer, *wei;
  ptrdiff_t dst_image, wei_vector;
  int vectors;
  bool fresh;
} wgrad_image;

/* Fills in what of `state` is about images; GCONV_UNSUPPORTED, and nothing is filled in, for kernels that planes do not
 * take. */
gconv_status ISA_NAME(wgrad_image_plan)(const gconv_plan *plan, wgrad_state *state);
void ISA_NAME(wgrad_image_run)(const gconv_problem *p, const wgrad_image *image, int place);

gconv_status ISA_NAME(wgrad_blocks_plan)(gconv_plan *plan);
double ISA_NAME(wgrad_blocks_cost)(const gconv_plan *plan);
gconv_status ISA_NAME(wgrad_blocks_execute)(const gconv_plan *plan, const gconv_args *args);
void ISA_NAME(wgrad_blocks_unpack)(const gconv_plan *plan, const void *packed, float *wei);

#endif
