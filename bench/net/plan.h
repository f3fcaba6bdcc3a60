/* plan.h - inside of a net: values in memory, and the steps that make them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_PLAN_H
#define GCONV_NET_PLAN_H

#include "net.h"
#include "ops.h"

/* A node's result, or the gradient with regard to it, in one layout. */
typedef struct {
  int node;
  int source; /* the value whose contents it has in another layout; itself, unless it is a conversion */
  gconv_dims dims;
  gconv_layout layout;
  int first, last; /* steps in which it must be in memory */
  int storage;     /* the value whose memory it has; itself, unless it was computed in place */
  size_t bytes, offset;
} net_value;

typedef struct net_step net_step;

typedef struct {
  const char *name;
  gconv_status (*run)(const net *n, const net_step *s);
  bool in_place; /* the result may take the memory of an input */
  bool backward;
} step_kind;

extern const step_kind step_convert, step_conv, step_fc, step_sum, step_scale, step_sigmoid, step_pool,
    step_global_avg_pool, step_channels;
/* Training. */
extern const step_kind step_loss, step_relu_back, step_add_gradients, step_bwd_d, step_bwd_w, step_fc_bwd_d,
    step_fc_bwd_w, step_scale_back, step_scale_factor_back, step_sigmoid_back, step_pool_back,
    step_global_avg_pool_back, step_channels_back, step_update, step_pack;

struct net_step {
  const step_kind *kind;
  int node;
  int *inputs, input_count, output; /* values; output -1: none */
  tensor *in, out;                  /* the same, once they have memory */

  const gconv_plan *plan; /* step_conv, step_bwd_d, step_bwd_w */
  gconv_buffer packed; /* weights as the plan wants them, or plain; step_bwd_w: their gradient as the plan leaves it */
  bool borrowed;       /* packed is the training's plain weights */
  float *bias;         /* of the step: padded, zeros where there is nothing to add */
  bool finish, relu;   /* finish: bias and ReLU are a pass of their own over the result */
  channel_run *runs;   /* step_channels */
  int run_count;
  pool_window window; /* pools */
};

typedef struct {
  gconv_plan **plans; /* by node; nodes that solve the same problem share one */
  bool *owner;        /* by node: the plan is its own */
  bool *fallback;     /* by node: the plan is not of the kernel asked for */
} net_plans;

/* What a net that trains has besides. */
typedef struct {
  net_weights *weights, *gradients; /* plain */
  float rate;
  int seed;    /* value: the gradient of the loss with regard to the result, where it is given; -1: there are labels */
  int *labels; /* of each image */
  double loss;
} net_training;

struct net {
  net_request request;
  net_plans planned[GCONV_DIRECTIONS]; /* backward: only in training */
  bool *moved;                         /* by node: the bias is added by the sum that follows */

  net_value *values;
  int value_count;
  net_step *steps;
  int step_count;
  int *made; /* by node: its value as computed */

  char *arena;
  size_t arena_bytes;
  gconv_buffer workspace;
  gconv_clock *clock;     /* or NULL */
  net_training *training; /* NULL: it only infers */
};

gconv_status net_choose_kernels(net *n); /* choose.c: plans, owner, fallback */
gconv_status net_lower(net *n);          /* lower.c: values, steps, made, moved */
gconv_status net_lower_backward(net *n); /* lower_backward.c: more values and steps */
/* True where a value in one layout is one in the other too. */
bool net_same_memory(gconv_dims d, gconv_layout a, gconv_layout b); /* lower.c */
/* lower.c, for both. NULL, or -1, with a sentence without memory. */
int net_add_value(net *n, int node, gconv_layout layout);
net_step *net_add_step(net *n, const step_kind *kind, int node, int input_count, int output);
int net_value_in(net *n, int value, gconv_layout layout); /* converted by a step, unless it has been */
gconv_status net_place(net *n);                           /* place.c: lifetimes, in place, offsets, bytes */
gconv_status net_allocate(net *n);                        /* place.c: arena, workspace, tensors of the steps */
/* memory.c: GCONV_NO_MEMORY with the bytes if the machine has not so many: before and after plans are made. */
gconv_status net_check_least(const net *n);
gconv_status net_check_memory(const net *n);

/* net.c */
void net_fill_bias(const net *n, net_step *s, const net_weights *weights);
/* train.c */
gconv_status net_training_create(net *n);
void net_training_free(net *n);
gconv_status net_training_load(net *n, const net_weights *weights); /* its own copy */

#endif
