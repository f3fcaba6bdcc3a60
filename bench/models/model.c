/* model.c - nodes are appended one by one, so a network is a plain function that reads like its paper. The first error
 * stays: later nodes that depend on it are not added, and the builder need not check each step. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"
#include "shape.h"

#include "core/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

model *model_create(const char *name) {
  model *m = calloc(1, sizeof *m);
  if (m) snprintf(m->name, sizeof m->name, "%s", name);
  return m;
}

void model_free(model *m) {
  if (!m) return;
  free(m->nodes);
  free(m->inputs);
  free(m);
}

gconv_status model_status(const model *m) { return m->status ? gconv_error(m->status, "%s", m->error) : GCONV_OK; }

void model_label(model *m, const char *stage, int block) {
  m->stage = stage;
  m->block = block;
}

/* Makes room for `more` elements; full at powers of two, so no capacity has to be kept. */
static bool grow(void **array, int count, int more, size_t size) {
  size_t have = 1, need = (size_t)count + (size_t)more;
  while (have < (size_t)count) have *= 2;
  if (*array && need <= have) return true;
  while (have < need) have *= 2;
  void *grown = realloc(*array, have * size);
  if (grown) *array = grown;
  return grown;
}

static int refuse(model *m, gconv_status status) {
  m->status = status;
  snprintf(m->error, sizeof m->error, "%s", gconv_last_error());
  return -1;
}

/* Where the node stands, before what is wrong with it. */
static int refuse_node(model *m, const model_node *node, gconv_status status) {
  char why[GCONV_TEXT_MAX];
  snprintf(why, sizeof why, "%s", gconv_last_error());
  return refuse(m, gconv_error(status, "%s, node %d (%s %s%s%s): %s", m->name, m->count, model_op_name(node->op),
                               m->stage ? m->stage : "", node->place ? "." : "", node->place ? node->place : "", why));
}

int model_add(model *m, model_node node, const int *inputs, int count) {
  if (m->status) return -1;
  for (int i = 0; i < count; i++)
    if (inputs[i] < 0 || inputs[i] >= m->count)
      return refuse_node(m, &node, gconv_error(GCONV_INVALID, "input %d is node %d, which is not there", i, inputs[i]));
  if (!grow((void **)&m->nodes, m->count, 1, sizeof *m->nodes) ||
      !grow((void **)&m->inputs, m->input_count, count, sizeof *m->inputs))
    return refuse(m, gconv_error(GCONV_NO_MEMORY, "no memory for node %d", m->count));
  node.stage = m->stage;
  node.block = m->block;
  node.stride = node.stride ? node.stride : 1;
  node.groups = node.groups ? node.groups : 1;
  node.first_input = m->input_count;
  node.inputs = count;
  for (int i = 0; i < count; i++) m->inputs[m->input_count + i] = inputs[i];
  const gconv_status status = model_infer(m, &node);
  if (status) return refuse_node(m, &node, status);
  m->input_count += count;
  m->nodes[m->count] = node;
  return m->count++;
}

int model_add1(model *m, int input, model_node node) { return model_add(m, node, &input, 1); }

int model_add2(model *m, int first, int second, model_node node) {
  return model_add(m, node, (const int[]){first, second}, 2);
}

int model_add_conv(model *m, int input, model_node conv) {
  conv.op = MODEL_CONV;
  conv.pad = conv.kernel / 2;
  conv.norm = true;
  return model_add1(m, input, conv);
}

int model_input(model *m, int channels, int height, int width) {
  return model_add(m, (model_node){.op = MODEL_INPUT, .shape = {channels, height, width}}, NULL, 0);
}

int model_input_of(const model *m, int node, int i) { return m->inputs[m->nodes[node].first_input + i]; }

bool model_feeds_convolution(const model *m, int node) {
  for (int i = node + 1; i < m->count; i++)
    if ((m->nodes[i].op == MODEL_CONV || m->nodes[i].op == MODEL_FC) && model_input_of(m, i, 0) == node) return true;
  return false;
}

int model_node_name(const model *m, int node, char *text, size_t size) {
  const model_node *n = &m->nodes[node];
  char block[16] = "";
  if (n->block) snprintf(block, sizeof block, "_%d", n->block);
  return snprintf(text, size, "%s%s%s%s", n->stage ? n->stage : "", block, n->stage && n->place ? "." : "",
                  n->place ? n->place : "");
}

gconv_status model_problem(const model *m, int node, int batch, gconv_problem *problem) {
  const model_node *n = node >= 0 && node < m->count ? &m->nodes[node] : NULL;
  if (!n || (n->op != MODEL_CONV && n->op != MODEL_FC))
    return gconv_error(GCONV_INVALID, "node %d of %s is no convolution", node, m->name);
  *problem = model_window(n, m->nodes[model_input_of(m, node, 0)].shape);
  problem->batch = batch;
  model_node_name(m, node, problem->name, sizeof problem->name);
  return gconv_problem_init(problem);
}
