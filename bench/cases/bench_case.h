/* bench_case.h - one benchmark: a layer or a net with a name, called again and again by one kernel on one number of
 * threads. What layers and nets do differently is in their case_type; the life of both is here: prepared and checked,
 * handed to the benchmark library, repeated, written as rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CASES_BENCH_CASE_H
#define GCONV_CASES_BENCH_CASE_H

#include "callable.h"
#include "counted.h"
#include "gbench.h"
#include "repeated.h"
#include "stages.h"

typedef enum { CASE_OK, CASE_SKIPPED, CASE_FAILED } case_status;
const char *case_status_name(case_status status); /* as rows have it: "ok", "skipped", "failed" */

enum { CASE_NAME_MAX = GCONV_TEXT_MAX + 256, CASE_REASON_MAX = 512 };

typedef struct bench_case bench_case;

/* All but describe and write are called in this order; those that return a status leave a sentence with gconv_error. */
typedef struct {
  /* Plans it, proves it right, finds how long a call takes. What goes wrong is said with bench_case_refuse. */
  void (*prepare)(bench_case *c);
  /* What is staged and counted in runs of their own. Fills *work, whose context stays valid until the next call. */
  gconv_status (*calls)(bench_case *c, callable *work);
  /* What else is measured before headline runs; NULL: nothing. */
  gconv_status (*extras)(bench_case *c);
  /* Before each repetition: inputs are there, nothing of an earlier result is, caches are as they should be. */
  gconv_status (*set_up)(bench_case *c);
  /* The timed loop: nothing but calls while gbench_keep_running. */
  gconv_status (*time)(bench_case *c, gbench_state *state);
  /* After it: is what the calls wrote what it was when it was checked? */
  gconv_status (*verify)(bench_case *c);
  /* Label and rates in the benchmark library's own report. */
  void (*describe)(const bench_case *c, gbench_state *state);
  /* Its rows. `reason`: why there are no figures; NULL if `figures` is not. */
  void (*write)(const bench_case *c, const char *reason, const figures *f);
} case_type;

struct bench_case {
  const case_type *type;
  session *session;
  const char *kernel;
  int threads;
  char name[CASE_NAME_MAX];

  case_status status;
  char reason[CASE_REASON_MAX]; /* where status is not ok */
  double call_seconds;          /* about; 0 before it was called */
  int allocation;               /* of the session's buffers that the current repetition runs in */
  counted counted;              /* with --counters */
  stage_times stages;           /* with --stages; total_ns is 0 where there are none */
  repeated runs;
};

/* Says on stderr, under the case's name, what is wrong, or with --verbose what is skipped. */
void bench_case_refuse(bench_case *c, case_status status, const char *reason);
/* As a failure, or where that is what the status means as a skip. The sentence is gconv_last_error's. */
void bench_case_refuse_status(bench_case *c, gconv_status status);

/* Prepares it under the watchdog. */
void bench_case_prepare(bench_case *c);
/* Hands it to the benchmark library, or writes the row that says why not. It must stay in place. */
void bench_case_register(bench_case *c);
/* Hands it over again, for as many repetitions as it still wants. False if it wants none. */
bool bench_case_repeat(bench_case *c);
/* Writes its rows, if it was timed and they are not yet written, and forgets the samples. */
void bench_case_finish(bench_case *c);

#endif
