/* shape.c - shape inference: a row an operation, with the function that knows its rule and the number of inputs it
 * takes. Convolutions leave theirs to gconv_problem_init, so that a network cannot be built that kernels would refuse.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "core/error.h"

typedef gconv_status (*inference)(const model *m, model_node *node);

static model_shape shape_of(const model *m, const model_node *node, int i) {
  return m->nodes[m->inputs[node->first_input + i]].shape;
}

gconv_problem model_window(const model_node *node, model_shape in) {
  gconv_problem p = {.groups = node->groups,
                     .batch = 1,
                     .ic = in.c,
                     .oc = node->oc,
                     .ih = in.h,
                     .iw = in.w,
                     .kh = node->kernel,
                     .kw = node->kernel,
                     .stride_h = node->stride,
                     .stride_w = node->stride,
                     .dilation_h = node->dilation,
                     .dilation_w = node->dilation,
                     .pad_top = node->pad,
                     .pad_bottom = node->pad,
                     .pad_left = node->pad,
                     .pad_right = node->pad};
  if (node->op == MODEL_FC) {
    p.kh = in.h;
    p.kw = in.w;
  }
  return p;
}

static gconv_status infer_input(const model *m, model_node *node) {
  (void)m;
  const model_shape s = node->shape;
  if (s.c > 0 && s.h > 0 && s.w > 0) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "the input is %d x %d x %d", s.c, s.h, s.w);
}

static gconv_status infer_conv(const model *m, model_node *node) {
  gconv_problem p = model_window(node, shape_of(m, node, 0));
  const gconv_status status = gconv_problem_init(&p);
  node->shape = (model_shape){p.oc, p.oh, p.ow};
  return status;
}

static gconv_status infer_same(const model *m, model_node *node) {
  node->shape = shape_of(m, node, 0);
  return GCONV_OK;
}

static gconv_status infer_add(const model *m, model_node *node) {
  const model_shape first = node->shape = shape_of(m, node, 0);
  for (int i = 1; i < node->inputs; i++) {
    const model_shape s = shape_of(m, node, i);
    if (s.c != first.c || s.h != first.h || s.w != first.w)
      return gconv_error(GCONV_INVALID, "input %d is %d x %d x %d, but input 0 is %d x %d x %d", i, s.c, s.h, s.w,
                         first.c, first.h, first.w);
  }
  return GCONV_OK;
}

static gconv_status infer_scale(const model *m, model_node *node) {
  const model_shape in = node->shape = shape_of(m, node, 0), factor = shape_of(m, node, 1);
  if (factor.c == in.c && factor.h == 1 && factor.w == 1) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "the factors are %d x %d x %d, must be %d x 1 x 1", factor.c, factor.h, factor.w,
                     in.c);
}

static gconv_status infer_concat(const model *m, model_node *node) {
  model_shape sum = shape_of(m, node, 0);
  for (int i = 1; i < node->inputs; i++) {
    const model_shape s = shape_of(m, node, i);
    if (s.h != sum.h || s.w != sum.w)
      return gconv_error(GCONV_INVALID, "the map of input %d is %d x %d, but that of input 0 is %d x %d", i, s.h, s.w,
                         sum.h, sum.w);
    sum.c += s.c;
  }
  node->shape = sum;
  return GCONV_OK;
}

/* Windows along one axis of a pool. A window that hangs over the edge (ceil) must not begin in the padding after it. */
static int pooled(const model_node *node, int size) {
  const int span = size + 2 * node->pad - node->kernel;
  const int count = (span + (node->ceil ? node->stride - 1 : 0)) / node->stride + 1;
  return node->ceil && (count - 1) * node->stride >= size + node->pad ? count - 1 : count;
}

static gconv_status infer_pool(const model *m, model_node *node) {
  const model_shape in = shape_of(m, node, 0);
  const int smallest = (in.h < in.w ? in.h : in.w) + 2 * node->pad;
  if (node->kernel < 1 || node->stride < 1 || node->kernel > smallest)
    return gconv_error(GCONV_INVALID, "a window of %d with stride %d does not fit a padded map of %d", node->kernel,
                       node->stride, smallest);
  if (node->pad < 0 || node->pad >= node->kernel)
    return gconv_error(GCONV_INVALID, "pad %d with a window of %d", node->pad, node->kernel);
  node->shape = (model_shape){in.c, pooled(node, in.h), pooled(node, in.w)};
  return GCONV_OK;
}

static gconv_status infer_global(const model *m, model_node *node) {
  node->shape = (model_shape){shape_of(m, node, 0).c, 1, 1};
  return GCONV_OK;
}

static gconv_status infer_shuffle(const model *m, model_node *node) {
  node->shape = shape_of(m, node, 0);
  if (node->groups > 0 && node->shape.c % node->groups == 0) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "%d groups do not divide %d channels", node->groups, node->shape.c);
}

static gconv_status infer_slice(const model *m, model_node *node) {
  const model_shape in = shape_of(m, node, 0);
  node->shape = (model_shape){node->oc, in.h, in.w};
  if (node->oc > 0 && node->first >= 0 && node->first <= in.c - node->oc) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "channels %d to %d of %d", node->first, node->first + node->oc - 1, in.c);
}

enum { ANY = 1 << 16 }; /* inputs */

static const struct {
  const char *name;
  int least, most; /* inputs */
  inference infer;
} operations[MODEL_OPS] = {
    [MODEL_INPUT] = {"input", 0, 0, infer_input},
    [MODEL_CONV] = {"conv", 1, 1, infer_conv},
    [MODEL_FC] = {"fc", 1, 1, infer_conv},
    [MODEL_RELU] = {"relu", 1, 1, infer_same},
    [MODEL_SIGMOID] = {"sigmoid", 1, 1, infer_same},
    [MODEL_ADD] = {"add", 2, ANY, infer_add},
    [MODEL_SCALE] = {"scale", 2, 2, infer_scale},
    [MODEL_CONCAT] = {"concat", 2, ANY, infer_concat},
    [MODEL_MAX_POOL] = {"max_pool", 1, 1, infer_pool},
    [MODEL_AVG_POOL] = {"avg_pool", 1, 1, infer_pool},
    [MODEL_GLOBAL_AVG_POOL] = {"global_avg_pool", 1, 1, infer_global},
    [MODEL_SHUFFLE] = {"shuffle", 1, 1, infer_shuffle},
    [MODEL_SLICE] = {"slice", 1, 1, infer_slice},
};

const char *model_op_name(model_op op) { return op < MODEL_OPS ? operations[op].name : "unknown"; }

gconv_status model_infer(const model *m, model_node *node) {
  if (node->op >= MODEL_OPS) return gconv_error(GCONV_INVALID, "operation %d does not exist", (int)node->op);
  if (node->inputs >= operations[node->op].least && node->inputs <= operations[node->op].most)
    return operations[node->op].infer(m, node);
  return gconv_error(GCONV_INVALID, "%d inputs, must be %d%s", node->inputs, operations[node->op].least,
                     operations[node->op].most == ANY ? " or more" : "");
}
