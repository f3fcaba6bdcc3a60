/* layer_plan.h - a kernel planned for one problem, layout and number of threads: checked once, called a few times, and
 * then shared by the benchmarks that time it, warm, cold or both. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CASES_LAYER_PLAN_H
#define GCONV_CASES_LAYER_PLAN_H

#include "bench_case.h"
#include "check.h"
#include "conditions.h"
#include "output.h"

/* A problem in one direction. */
typedef struct {
  gconv_problem problem;
  char text[GCONV_TEXT_MAX];   /* the canonical descriptor */
  const problem_case **layers; /* that it stands for: sets that share a shape share its measurement */
  size_t layer_count;
} layer_problem;

typedef struct {
  session *session;
  const layer_problem *problem;
  const check_case *data; /* NULL: the problem is too large to be checked; no_data says why */
  const char *no_data;
  const char *kernel;
  gconv_layout layout;
  int threads;
  inputs inputs;

  bool prepared;
  case_status status;
  char reason[CASE_REASON_MAX]; /* where status is not ok */
  double err;                   /* of the check: error / bound, NaN where there was none */
  double err_gamma, err_rms;    /* of the same, in units common to all kernels */
  gconv_plan *plan;             /* NULL where the kernel refused the problem */
  double pack_ns;               /* NaN where nothing is packed */
  double call_seconds;          /* about; 0 before it was called */
  output output;                /* what its calls write */
  int compared;                 /* calls before timing, each compared with that */
} layer_plan;

/* Plans, checks and tries it. What is wrong or missing is said as `asking`'s, which gets the plan's status. */
void layer_plan_prepare(layer_plan *p, bench_case *asking);
void layer_plan_free(layer_plan *p);

#endif
