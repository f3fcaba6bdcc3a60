/* check.h - one call that proves a kernel right on one problem; gconv-check, the tests and gconv-bench all use it.
 *
 * A check_case holds the inputs (plain NCHW and GOIHW) and the double-precision reference with its bound, computed once
 * and shared by every kernel, layout, ISA and thread count that is checked on the problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_CHECK_H
#define GCONV_TESTS_CHECK_H

#include "gconv_kernel.h"

typedef enum {
  CHECK_EXACT, /* small integers whose sums binary32 holds exactly: every order must give equal values (-0 == 0) */
  CHECK_REAL,  /* normal floats of both signs: |error| <= bound; of a transform, the plane's largest, amplified */
  CHECK_MODES,
  CHECK_DENORMAL = CHECK_MODES /* for timing: as exact, with activations and results that are denormal */
} check_mode;

const char *check_mode_name(check_mode mode); /* "exact", "real" */

typedef struct {
  gconv_problem problem;
  check_mode mode;
  uint64_t seed;
  float *tensor[GCONV_TENSORS]; /* plain; the written one is NULL */
  int64_t elems[GCONV_TENSORS];
  double *want, *bound; /* of the written tensor, plain layout */
} check_case;

/* The same seed and problem give the same data on every machine. GCONV_NO_MEMORY before anything is allocated if the
 * case would not fit this machine. */
gconv_status check_case_create(const gconv_problem *problem, check_mode mode, uint64_t seed, int threads,
                               check_case **out);
/* The same for a case that exists, with so many bytes beside it. */
gconv_status check_memory(const check_case *c, size_t more);
void check_case_free(check_case *c);

typedef enum { CHECK_PASS, CHECK_FAIL, CHECK_SKIPPED } check_verdict;

typedef struct {
  check_verdict verdict;
  double err; /* largest error / bound; where equality is required: the largest absolute error */
  /* The same units for every kernel, whatever its own bound: check_compare says how they are defined. */
  double err_gamma, err_rms;
  int64_t worst;    /* index of that element in the written tensor, plain layout; -1 where nothing was compared */
  double want, got; /* of that element */
  char reason[512]; /* FAIL: what is wrong; SKIPPED: why; PASS: the plan's text */
} check_result;

/* Plans, packs, executes with guarded, poisoned buffers and compares; exact cases also as check_guards does. SKIPPED
 * only for GCONV_UNSUPPORTED and GCONV_NO_MEMORY. */
check_result check_kernel(const check_case *c, const char *kernel, const gconv_env *env);

/* The parts of check_kernel, for plans and results that did not come from the registry (the harness's own tests). */
check_result check_plan(const check_case *c, const gconv_plan *plan);
check_result check_guards(const check_case *c,
                          const gconv_plan *plan); /* forbidden pages at either end, dirty workspace */
/* err_gamma: the largest error as a multiple of the bound of a plain sum of that element, gamma_K * sum |a||b|, without
 * what a transform amplifies; where that sum is empty, of the largest such bound of the element's plane. err_rms: the
 * root of the sum of all squared errors over that of all squared results. Infinite where a result is not finite. */
/* Up to 64 calls in a row: the last result is compared, all give the same bits where the plan promises that, and the
 * observer (strict.h), or NULL, has nothing to say. */
typedef struct strict_observer strict_observer;
check_result check_calls(const check_case *c, const gconv_plan *plan, const strict_observer *observer);
check_result check_compare(const check_case *c, const gconv_kernel *kernel, const float *got);

check_result check_refusal(gconv_status status); /* the verdict on a plan that was not made */

/* "dst[n 0, c 3, h 2, w 1]": an element of the written tensor. */
void check_name_element(const gconv_problem *problem, int64_t index, char *text, size_t size);

/* The instruction sets to check a kernel (NAME or NAME@PARAM) in: those it was compiled for, the mask allows and the
 * CPU has. */
unsigned check_variants(const char *kernel, unsigned isa_mask);

/* The command that repeats the check, for a FAIL line. Returns the length, as snprintf does. */
int check_repro(const check_case *c, const char *kernel, const gconv_env *env, char *text, size_t size);

#endif
