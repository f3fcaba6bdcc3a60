/* experiment.h - a kernel as a function of plain tensors, for checks that compare it with itself.
 *
 * An experiment ends at the first thing that is wrong, from any depth (experiment_stop): its checks are written as if
 * nothing could fail, and whoever started it frees what they took. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_EXPERIMENT_H
#define GCONV_TESTS_EXPERIMENT_H

#include "check.h"

#include <setjmp.h>

enum { EXPERIMENT_TENSORS = 8, EXPERIMENT_PLANS = 4 };

/* All three tensors of a problem, plain. */
typedef struct {
  gconv_problem p;
  int64_t elems[GCONV_TENSORS];
  float *t[GCONV_TENSORS];
} tensors;

typedef struct {
  const char *kernel;
  gconv_env env;
  gconv_problem problem;
  uint64_t seed;
  gconv_numeric numeric;
  bool deterministic, mixes_groups; /* as the plan and the kernel say */
  double slack; /* how far two results may be apart that would be equal without rounding; 0 for sums of integers */
  gconv_plan *plan[EXPERIMENT_PLANS]; /* the latest; planning may take longer than running */
  int planned, runs;
  gconv_status status; /* of the last plan that was refused */
  tensors taken[EXPERIMENT_TENSORS];
  int used;
  jmp_buf end;
  check_result result;
} experiment;

/* SKIPPED where the kernel does not take the problem; then nothing may be tried. */
check_result experiment_begin(experiment *e, const char *kernel, const gconv_env *env, const gconv_problem *problem,
                              uint64_t seed);
/* Runs `body`: its first objection, or PASS. */
check_result experiment_try(experiment *e, void (*body)(experiment *));
void experiment_end(experiment *e);

/* For bodies. Zeroed tensors of `problem`, which may be another than the experiment's. */
tensors *experiment_take(experiment *e, const gconv_problem *problem);
/* Integers as for exact cases, of which `headroom` results may still be added up exactly. */
void experiment_fill(const experiment *e, tensors *x, gconv_tensor tensor, int stream, int headroom);
void experiment_fill_inputs(const experiment *e, tensors *x, int stream, int headroom);
/* Runs the kernel: reads two of the tensors, writes the third. A sub-problem that it refuses ends the experiment well:
 * there is nothing to compare. */
void experiment_compute(experiment *e, tensors *x);
/* Element `index` of the written tensor must be `want` within the slack. */
void experiment_expect(experiment *e, const tensors *x, int64_t index, double want);
void experiment_expect_all(experiment *e, const tensors *x, const float *want);
_Noreturn void experiment_stop(experiment *e, check_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

typedef struct {
  int a, b, h, w; /* n and channel, or oc and the input channel in its group; row and column */
} place;

place tensor_shape(const gconv_problem *p, gconv_tensor tensor);
int64_t tensor_index(const gconv_problem *p, gconv_tensor tensor, place at);
place tensor_place(const gconv_problem *p, gconv_tensor tensor, int64_t index);

/* A product of the sum that defines the convolution: one element of each tensor. */
typedef struct {
  int64_t at[GCONV_TENSORS];
  bool inside; /* the tap lies inside the image; else at[GCONV_SRC] is -1 */
} product;

/* Visits every product that element `index` of `tensor` takes part in; for src only those inside. */
void each_product(const gconv_problem *p, gconv_tensor tensor, int64_t index, void (*visit)(void *, product),
                  void *context);

#endif
