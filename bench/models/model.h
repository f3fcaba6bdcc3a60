/* model.h - a network as a list of nodes, each computed from nodes before it: enough to count it, to list its
 * convolutions as problems, and to run it. Inference only: batch normalisation is folded into its convolution (`norm`
 * says that one was there, for the counts), dropout and softmax are left out, and so is AlexNet's and GoogLeNet's local
 * response normalisation, which changes neither shapes nor counts. Shapes are of one image; the batch comes with the
 * problem. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MODELS_MODEL_H
#define GCONV_MODELS_MODEL_H

#include "gconv.h"

typedef enum {
  MODEL_INPUT, /* shape */
  MODEL_CONV,  /* oc, groups, kernel, stride, pad, dilation, norm, bias */
  MODEL_FC,    /* oc, bias; the input is flattened, channels outermost */
  MODEL_RELU,  /* where the plain input is used too; else the flag of the node before */
  MODEL_SIGMOID,
  MODEL_ADD,             /* any number of inputs of one shape */
  MODEL_SCALE,           /* input 0 times input 1, which has one value a channel */
  MODEL_CONCAT,          /* along channels */
  MODEL_MAX_POOL,        /* kernel, stride, pad, ceil; padding never wins */
  MODEL_AVG_POOL,        /* kernel, stride, pad; always divides by kernel * kernel, padding counts as zeros */
  MODEL_GLOBAL_AVG_POOL, /* to 1x1 */
  MODEL_SHUFFLE,         /* groups; channel g * n + i goes to i * groups + g */
  MODEL_SLICE,           /* oc channels from `first` on */
  MODEL_OPS
} model_op;

typedef struct {
  int c, h, w;
} model_shape;

/* One result. Zero means the default: stride, groups and inputs 1, the rest none. All windows are square. */
typedef struct {
  model_op op;
  int oc, groups, kernel, stride, pad, dilation; /* dilation counts inserted zeros, as in gconv_problem */
  int first;                                     /* MODEL_SLICE */
  bool ceil;               /* pools: the last window may hang over the edge, but begins inside image or first padding */
  bool norm, bias, relu;   /* relu: applied to the node's result, whatever its op */
  const char *place;       /* role in its block: "a", "b", "c", "proj", ...; a literal */
  const char *stage;       /* from model_label */
  int block;               /* from model_label; 0: none */
  model_shape shape;       /* of the result; inferred */
  int first_input, inputs; /* in model->inputs */
} model_node;

typedef struct {
  char name[GCONV_NAME_MAX];
  model_node *nodes;
  int count; /* the last node is the result */
  int *inputs;
  int input_count;

  const char *stage; /* label of nodes to come */
  int block;
  gconv_status status; /* of the first node that could not be added */
  char error[GCONV_TEXT_MAX];
} model;

/* ---- Building ---- */

/* Nodes added from now on belong to `block` of `stage` (a literal). */
void model_label(model *m, const char *stage, int block);
/* Adds a node and infers its shape. Returns its index, or -1 if it, or a node before it, is wrong: m->status and
 * m->error then say why, and so need not be looked at after every node. */
int model_add(model *m, model_node node, const int *inputs, int count);
int model_add1(model *m, int input, model_node node);
int model_add2(model *m, int first, int second, model_node node);
/* A convolution padded by half its window on every side, with batch normalisation: what most networks are made of.
 * `conv` says the rest: place, oc, kernel, stride, groups, relu. */
int model_add_conv(model *m, int input, model_node conv);
int model_input(model *m, int channels, int height, int width);

model *model_create(const char *name); /* empty; NULL without memory */
void model_free(model *m);
/* m->status, with m->error as the sentence. */
gconv_status model_status(const model *m);

/* ---- Reading ---- */

const char *model_op_name(model_op op);
/* The index of input `i` of a node. */
int model_input_of(const model *m, int node, int i);
/* Whether a convolution or a fully connected layer reads the node's result: training then keeps it from the way forward
 * until the gradient of their weights is made. */
bool model_feeds_convolution(const model *m, int node);
/* "conv2_1.a": stage, block and place of a node. Returns the length, as snprintf does. */
int model_node_name(const model *m, int node, char *text, size_t size);
/* The problem a MODEL_CONV (or MODEL_FC, as a convolution over its whole input) solves, named after the node. */
gconv_status model_problem(const model *m, int node, int batch, gconv_problem *problem);

/* ---- Counting: one image, multiply-adds with padded taps counted, as papers do ---- */

typedef struct {
  int64_t conv_params, norm_params, bias_params, fc_params; /* norm: scale and shift; bias: of convolutions */
  int64_t conv_macs, fc_macs;
  int64_t conv_activations;             /* elements of the results of all convolutions */
  int64_t grouped_params, grouped_macs; /* of convolutions with groups > 1 */
  int convs;
} model_counts;

model_counts model_count(const model *m);
/* Only of nodes whose name matches the glob: "conv2_1.*" is a block, "*.b" every 3x3 of a residual network. */
model_counts model_count_part(const model *m, const char *glob);
int64_t model_params(const model_counts *counts); /* all four together */

/* The distinct convolutions in order of appearance, batch 1, each with its multiplicity and named MODEL:LABEL, where
 * the label holds what the layers it stands for have in common ("conv2_x.c+proj"). `place`: only nodes of that place,
 * or NULL. The caller frees *layers. */
gconv_status model_layers(const model *m, const char *place, gconv_problem **layers, size_t *count);

/* ---- The networks ---- */

typedef struct model_entry model_entry;
struct model_entry {
  const char *name;
  const char *variant; /* what may follow '@' in the name, or NULL */
  const char *summary;
  int image; /* side of the square input */
  void (*build)(model *m, const model_entry *entry, int image, const char *variant);
  const void *spec; /* the family's own */
};

/* Rows of one kind, defined in the kind's own file. */
typedef struct {
  const char *source; /* paper, and whose definition settles what the paper leaves open */
  const model_entry *entries;
  size_t count;
} model_family;

const model_family *const *model_families(size_t *count);
/* The row of NAME or NAME@ANYTHING; NULL if there is no such network. */
const model_entry *model_find(const char *name);
/* Builds NAME or NAME@VARIANT. `image`: side of the input, 0 for the usual one. */
gconv_status model_build(const char *name, int image, model **out);

#endif
