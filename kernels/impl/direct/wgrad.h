/* wgrad.h - what the parts of the gradient of the weights (bwd_w) share.
 *
 * A vector of output channels keeps the gradients of some taps and input indices in registers while it walks over rows
 * of dst and the src they were computed from; every pixel adds operand * dst. The operands are those of the forward
 * pass (common/operand.h), so groups of any width fill the lanes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_WGRAD_H
#define GCONV_DIRECT_WGRAD_H

#include "common/operand.h"
#include "core/taps.h"
#include "gconv_kernel.h"

/* Rows [y_first, y_last) of one image, added to the gradients of input indices i and the next ones, as many as the
 * microkernel takes. */
typedef struct {
  const gconv_problem *p;
  const operand_source *source;
  const float *src;                    /* the image */
  const float *dst;                    /* the image in the vector's block */
  ptrdiff_t dst_vector;                /* floats from there to the second vector of a pair */
  ptrdiff_t src_block;                 /* floats from one channel block to the next */
  float *wei;                          /* gradients of the vector: [i][r][s][lane] */
  ptrdiff_t wei_vector;                /* floats to those of the second vector */
  int y_first, y_last, i, row_of_taps; /* row_of_taps: the first, where a microkernel takes some rows of the kernel */
  const float *src_ahead, *dst_ahead;  /* the first rows of the strip after this one */
  int pass, passes;                    /* over the strip: each for some input indices */
  bool prefetch;                       /* direct_prefetches */
  bool fresh;                          /* nothing was added to these gradients before: memory holds none */
} wgrad_strip;

INLINE v_f32 wgrad_load(const wgrad_strip *a, const float *gradient) { return a->fresh ? v_zero() : v_load(gradient); }

typedef void wgrad_fn(const wgrad_strip *);

/* A microkernel sums `inputs` input indices of `vectors` vectors. rows: of taps; ALL_TAPS: the whole kernel. */
typedef struct {
  wgrad_fn *run;
  int inputs, vectors, rows;
} wgrad_kernel;

enum { ALL_TAPS = 0 };

/* The most input indices of wgrad_any for a vector, and for a pair of them. */
enum { WGRAD_SINGLE = 8, WGRAD_PAIRED = V_REGISTERS >= 32 ? 12 : 6 };

/* The largest microkernel for at most `inputs` indices. NULL where the ISA has none for this problem, but for _any,
 * which takes every problem. */
const wgrad_kernel *ISA_NAME(wgrad_3x3)(operand_mode mode, int stride, int inputs); /* stride 1 or 2 */
const wgrad_kernel *ISA_NAME(wgrad_depthwise)(int kw, int stride, int rows);
const wgrad_kernel *ISA_NAME(wgrad_any)(operand_mode mode, int vectors, int inputs);

/* Called by every thread of a team when its share is done: adds the gradients of the other parts, one after the other
 * in `others`, to those of part 0. The order of the sums is the same for any number of threads. */
static inline void wgrad_add_parts(float *gradients, const float *others, int64_t floats, int parts, int thread,
                                   int threads) {
  if (parts == 1) return;
#pragma omp barrier
  const int64_t first = floats * thread / threads, end = floats * (thread + 1) / threads;
  for (int part = 0; part < parts - 1; part++)
    for (int64_t i = first; i < end; i++) gradients[i] += others[part * floats + i];
}

/* By planes (planes/gradient.c). */
gconv_status ISA_NAME(planes_gradient_plan)(gconv_plan *plan);
double ISA_NAME(planes_gradient_cost_of)(const gconv_plan *plan);
gconv_status ISA_NAME(planes_gradient_execute)(const gconv_plan *plan, const gconv_args *args);

gconv_status ISA_NAME(wgrad_plan)(gconv_plan *plan);
void ISA_NAME(wgrad_release)(gconv_plan *plan);
void ISA_NAME(wgrad_unpack)(const gconv_plan *plan, const void *packed, float *wei);
gconv_status ISA_NAME(wgrad_execute)(const gconv_plan *plan, const gconv_args *args);

#endif
