/* residual.c - the one builder of all residual networks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "residual.h"

#include <math.h>

/* Hu et al. 2018. Its convolutions have biases and no batch normalisation (pycls). Width rounded half to even, as
 * there. */
static int squeeze_excite(model *m, int input, int outer, int width) {
  const int mean = model_add1(m, input, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  const int down = model_add1(
      m, mean, (model_node){.op = MODEL_CONV, .place = "se1", .oc = width, .kernel = 1, .bias = true, .relu = true});
  const int up =
      model_add1(m, down, (model_node){.op = MODEL_CONV, .place = "se2", .oc = outer, .kernel = 1, .bias = true});
  return model_add2(m, input, model_add1(m, up, (model_node){.op = MODEL_SIGMOID}), (model_node){.op = MODEL_SCALE});
}

int residual_block(model *m, int input, const residual_stage *s, int number) {
  if (m->status) return -1;
  const int ic = m->nodes[input].shape.c, stride = number == 1 ? s->stride : 1;
  model_label(m, s->stage, number);
  model_node narrow = {.place = "a", .oc = s->inner, .kernel = 1, .relu = true};
  model_node grouped = {.place = "b", .oc = s->inner, .kernel = 3, .groups = s->groups, .relu = true};
  (s->stride_in_first ? &narrow : &grouped)->stride = stride;
  int x = model_add_conv(m, model_add_conv(m, input, narrow), grouped);
  if (s->squeeze) x = squeeze_excite(m, x, s->inner, (int)lrint((double)ic / s->squeeze));
  x = model_add_conv(m, x, (model_node){.place = "c", .oc = s->outer, .kernel = 1});
  const bool same = ic == s->outer && stride == 1;
  const model_node projection = {.place = "proj", .oc = s->outer, .kernel = 1, .stride = stride};
  const int shortcut = same ? input : model_add_conv(m, input, projection);
  return model_add2(m, x, shortcut, (model_node){.op = MODEL_ADD, .relu = true});
}

void residual_build(model *m, const residual_net *net, int image) {
  model_label(m, net->stem, 0);
  const model_node stem = {.oc = net->stem_oc, .kernel = net->stem_kernel, .stride = net->stem_stride, .relu = true};
  int x = model_add_conv(m, model_input(m, 3, image, image), stem);
  if (net->stem_pool) x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  for (int s = 0; s < RESIDUAL_STAGES_MAX; s++)
    for (int block = 1; block <= net->stages[s].blocks; block++) x = residual_block(m, x, &net->stages[s], block);
  model_label(m, "fc", 0);
  x = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = net->classes, .bias = true});
}
