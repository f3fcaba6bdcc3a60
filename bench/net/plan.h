/* plan.h - inside of a net: values in memory, and the steps that make them. */
#ifndef GCONV_NET_PLAN_H
#define GCONV_NET_PLAN_H

#include "net.h"
#include "ops.h"

/* A node's result in one layout. */
typedef struct {
  int node;
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
} step_kind;

extern const step_kind step_convert, step_conv, step_fc, step_sum, step_scale, step_sigmoid, step_pool,
    step_global_avg_pool, step_channels;

struct net_step {
  const step_kind *kind;
  int node;
  int *inputs, input_count, output; /* values */
  tensor *in, out;                  /* the same, once they have memory */

  const gconv_plan *plan; /* step_conv */
  gconv_buffer packed;    /* step_conv: weights as the plan wants them; step_fc: plain */
  float *bias;            /* of the step: padded, zeros where there is nothing to add */
  bool finish, relu;      /* finish: bias and ReLU are a pass of their own over the result */
  channel_run *runs;      /* step_channels */
  int run_count;
  pool_window window; /* step_pool */
};

struct net {
  net_request request;
  gconv_plan **plans; /* by node; nodes that solve the same problem share one */
  bool *owner;        /* by node: the plan is its own */
  bool *fallback;     /* by node: the plan is not of the kernel asked for */
  bool *moved;        /* by node: the bias is added by the sum that follows */

  net_value *values;
  int value_count;
  net_step *steps;
  int step_count;
  int *made; /* by node: its value as computed */

  char *arena;
  size_t arena_bytes;
  gconv_buffer workspace;
};

gconv_status net_choose_kernels(net *n); /* choose.c: plans, owner, fallback */
gconv_status net_lower(net *n);          /* lower.c: values, steps, made, moved */
/* True where a value in one layout is one in the other too. */
bool net_same_memory(gconv_dims d, gconv_layout a, gconv_layout b); /* lower.c */
gconv_status net_place(net *n); /* place.c: lifetimes, in place, arena, tensors of the steps */

#endif
