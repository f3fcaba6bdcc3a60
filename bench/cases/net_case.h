/* net_case.h - blocks and networks as benchmarks: a model run by one kernel, or by the best for each layer, on one
 * number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CASES_NET_CASE_H
#define GCONV_CASES_NET_CASE_H

#include "bench_case.h"
#include "net.h"
#include "net_data.h"
#include "net_output.h"
#include "weights.h"

/* A model that is timed, in one form. */
typedef struct {
  const char *name;
  char form; /* 'a', 'b', 'c' or '-' */
  model *m;
} net_model;

/* `base` comes first. */
typedef struct {
  bench_case base;
  const net_model *model;
  int batch;
  net_data *data;            /* of all cases of the model */
  size_t *taken;             /* bytes of these and of the nets so far */
  const net_choice *choices; /* while it is prepared: of each convolution; NULL: its kernel's */
  bool timed;                /* else only to choose the best from */

  net *n;                    /* NULL where it could not be planned */
  char plan[GCONV_TEXT_MAX]; /* kernels, conversions, memory */
  double err;                /* the largest error / bound of any node */
  double load_ns;            /* packing all weights */
  net_output output;         /* what a run leaves */
} net_case;

/* All but name, data, taken, timed. */
void net_case_init(net_case *n, session *s, const net_model *m, const char *kernel, int threads);
void net_case_free(net_case *n);

/* net_row.c */
int64_t net_macs(const net_case *n); /* in-bounds taps, convolutions and fc; training: all its passes */
double net_peak(const net_case *n);
void net_write(const bench_case *c, const char *reason, const figures *f);
/* Runs the net a few times with a clock between its steps, as the budget allows, and writes a row for each step (level
 * network-layer). */
void net_write_steps(const net_case *n);

#endif
