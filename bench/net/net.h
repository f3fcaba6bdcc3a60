/* net.h - a model run on the kernels: each convolution by the kernel chosen for it, everything planned once.
 *
 *   request -> net_create (kernels, layouts, memory) -> net_load (weights packed) -> net_run, again and again
 *
 * Activations stay in the layout in which a kernel leaves them; they are converted only where the next kernel wants
 * another one, which is a step of its own. Bias and ReLU follow a convolution in one pass; the bias of a convolution
 * that only feeds a sum is added there, so that the sum, the bias and the ReLU are one pass too. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_NET_H
#define GCONV_NET_NET_H

#include "tensor.h"
#include "weights.h"

/* A plan for a convolution that another net has made and keeps longer than this one lives. */
typedef struct {
  const gconv_plan *plan;
  bool fallback; /* it is not of the kernel that the other net was asked for */
} net_choice;

typedef struct {
  const model *graph; /* kept, not copied */
  int batch, threads;
  unsigned isa_mask;
  bool native_input; /* the input comes in the layout of the first convolution that reads it, not NCHW */
  /* The kernel for a convolution, NAME or NAME@PARAM. One that does not take the problem is replaced by the first of
   * the registry that does (not the reference), and counted as a fallback. NULL, with a sentence, refuses. */
  const char *(*kernel_for)(void *context, const gconv_problem *problem);
  void *context;
  const net_choice *choices; /* by node, instead of kernel_for; NULL: none */
  bool train;                /* net_run is a training step: forward, loss, both backward passes, update (train.h) */
  size_t memory_taken;       /* bytes that the caller holds besides, or will: the net must find room beside them */
} net_request;

/* kernel_for where one kernel does all; context: its name. Refuses one that is not in this build. */
const char *net_one_kernel(void *context, const gconv_problem *problem);

typedef struct net net;

gconv_status net_create(const net_request *request, net **out);
void net_destroy(net *n);
gconv_status net_load(net *n, const net_weights *weights);
/* NCHW. */
void net_set_input(net *n, const float *image);
/* seconds: of each step, or NULL. */
gconv_status net_run(const net *n, double *seconds);
/* Stages of all convolutions add up in it; conversions are the packing of inputs. NULL, as made: none. */
void net_set_clock(net *n, gconv_clock *clock);
tensor net_result(const net *n);

/* ---- What was planned ---- */

typedef struct {
  int convolutions, fallbacks, conversions;
  size_t arena_bytes, packed_bytes, workspace_bytes;
  size_t all_activations; /* bytes, if no memory were used twice */
  int64_t executed_macs;
} net_summary;

net_summary net_summarize(const net *n);

/* Bytes that it holds once it is loaded. */
typedef struct {
  size_t activations, weights, workspace, all; /* weights: packed for each direction; training: plain, gradients too */
} net_memory;

net_memory net_needs(const net *n);
const model *net_graph(const net *n);
int net_threads(const net *n);
/* "direct 52, onednn 1; 2 conversions; arena 12.3 MiB": kernels with the convolutions they compute. */
int net_describe(const net *n, char *text, size_t size);

int net_step_count(const net *n);

typedef struct {
  int node;               /* of the model; a conversion: of the node whose result is converted; 0: of all */
  const char *what;       /* "conv", "convert", "sum", "bwd_d", ... */
  const gconv_plan *plan; /* of a convolution, else NULL */
  bool fallback;          /* the plan is not of the kernel asked for */
  const tensor *in;       /* in the order of the node's inputs */
  tensor out;             /* may have the memory of in[0] or in[1]; no data where none is written */
  bool backward;          /* it makes a gradient, or is what training does besides */
} net_step_info;

net_step_info net_step_at(const net *n, int step);
bool net_is_conversion(const net_step_info *s);
/* True where the node's bias is added by the sum that follows it. */
bool net_bias_moved(const net *n, int node);

/* Called around a step: before, its inputs are there; after, its result. */
typedef struct {
  gconv_status (*before)(void *context, const net *n, int step), (*after)(void *context, const net *n, int step);
  void *context;
} net_watcher;

gconv_status net_watch(const net *n, const net_watcher *watcher); /* as net_run */

/* Called before each step of any net, and each node of a race: false ends it with GCONV_FAILED, "interrupted". */
void net_set_pulse(bool (*pulse)(void));
gconv_status net_go_on(void);

#endif
