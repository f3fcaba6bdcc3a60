/* test_operators.c - what lies between the convolutions, in every layout: models of one node, computed by hand. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "data.h"
#include "net.h"
#include "ops.h"
#include "reference.h"

#include <math.h>

enum { BATCH = 2, SEED = 7 };

static const gconv_layout layouts[] = {GCONV_NCHW, GCONV_NHWC, GCONV_NCHW4C, GCONV_NCHW8C, GCONV_NCHW16C};

/* Shapes with channels beside the blocks, single pixels, maps smaller than a window, more than a tile of either. */
static const struct {
  int c, h, w;
  model_node node;
} cases[] = {
    {5, 3, 4, {.op = MODEL_RELU}},
    {16, 9, 9, {.op = MODEL_SIGMOID}},
    {21, 1, 1, {.op = MODEL_SIGMOID}},
    {40, 8, 9, {.op = MODEL_ADD, .inputs = 2}},
    {40, 8, 9, {.op = MODEL_ADD, .inputs = 2, .relu = true}},
    {1100, 2, 3, {.op = MODEL_ADD, .inputs = 3, .relu = true}},
    {7, 31, 17, {.op = MODEL_ADD, .inputs = 5}},
    {33, 5, 6, {.op = MODEL_SCALE}},
    {20, 11, 12, {.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1}},
    {20, 10, 9, {.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .ceil = true}},
    {3, 7, 7, {.op = MODEL_MAX_POOL, .kernel = 2, .stride = 3, .pad = 1, .ceil = true}},
    {16, 6, 5, {.op = MODEL_MAX_POOL, .kernel = 5, .stride = 1, .pad = 2}},
    {18, 11, 12, {.op = MODEL_AVG_POOL, .kernel = 3, .stride = 2, .pad = 1}},
    {16, 8, 7, {.op = MODEL_AVG_POOL, .kernel = 2, .stride = 2, .ceil = true}},
    {100, 7, 7, {.op = MODEL_GLOBAL_AVG_POOL}},
    {3, 13, 5, {.op = MODEL_GLOBAL_AVG_POOL}},
    {24, 3, 70, {.op = MODEL_SHUFFLE, .groups = 3}},
    {60, 4, 4, {.op = MODEL_SHUFFLE, .groups = 4}},
    {50, 3, 30, {.op = MODEL_SLICE, .oc = 23, .first = 10}},
    {16, 3, 3, {.op = MODEL_SLICE, .oc = 1, .first = 15}},
    {19, 9, 8, {.op = MODEL_CONCAT, .inputs = 3}},
    {4, 9, 8, {.op = MODEL_CONCAT, .inputs = 6}},
    {70, 1, 1, {.op = MODEL_FC, .oc = 100, .bias = true}},
    {6, 3, 5, {.op = MODEL_FC, .oc = 65, .bias = true, .relu = true}},
};

static model *case_model(size_t i) {
  model *m = model_create("one node");
  model_node node = cases[i].node;
  const int count = node.inputs ? node.inputs : node.op == MODEL_SCALE ? 2 : 1;
  int inputs[8];
  for (int k = 0; k < count; k++)
    inputs[k] = node.op == MODEL_SCALE && k ? model_input(m, cases[i].c, 1, 1)
                                            : model_input(m, cases[i].c, cases[i].h, cases[i].w);
  assert_int_equal(model_add(m, node, inputs, count), count);
  return m;
}

static tensor new_tensor(gconv_layout layout, gconv_dims dims) {
  tensor t = {.layout = layout, .dims = dims};
  t.data = aligned_alloc(64, ((size_t)tensor_elems(&t) * sizeof(float) + 63) / 64 * 64);
  assert_non_null(t.data);
  for (int64_t i = 0; i < tensor_elems(&t); i++) t.data[i] = NAN;
  return t;
}

static tensor converted(const tensor *t, gconv_layout layout) {
  tensor to = new_tensor(layout, t->dims);
  gconv_layout_convert(t->dims, t->layout, t->data, layout, to.data, 1);
  return to;
}

/* The last node of a model whose other nodes are its inputs. */
static void compute(const model *m, const net_weights *w, const tensor *in, const tensor *out, int threads) {
  const int node = m->count - 1, count = node;
  const model_node *d = &m->nodes[node];
  static const float no_bias[2048];
  float scratch[1 << 14];
  channel_run runs[128];
  int run_count = 0;
  const int channels = out->dims.c, width = channels / d->groups;
  const pool_window window = {d->op == MODEL_MAX_POOL ? POOL_MAX : POOL_AVG, d->kernel, d->stride, d->pad};
  switch (d->op) {
  case MODEL_RELU:
  case MODEL_ADD:
    op_sum(in, count, no_bias, d->relu || d->op == MODEL_RELU, out, threads);
    return;
  case MODEL_SIGMOID:
    op_sigmoid(in, out, threads);
    return;
  case MODEL_SCALE:
    op_scale(in, in + 1, out, threads);
    return;
  case MODEL_GLOBAL_AVG_POOL:
    op_global_avg_pool(in, out, threads);
    return;
  case MODEL_FC:
    op_fc(in, w->wei[node], w->bias[node], d->relu, out, threads);
    return;
  case MODEL_MAX_POOL:
  case MODEL_AVG_POOL:
    assert_true(op_pool_scratch(in, threads) <= sizeof scratch);
    op_pool(in, window, out, scratch, threads);
    return;
  case MODEL_SLICE:
    runs[run_count++] = (channel_run){0, d->first, 0, d->oc};
    break;
  case MODEL_SHUFFLE:
    for (; run_count < channels; run_count++)
      runs[run_count] = (channel_run){0, run_count, run_count % width * d->groups + run_count / width, 1};
    break;
  case MODEL_CONCAT:
    for (; run_count < count; run_count++)
      runs[run_count] = (channel_run){run_count, 0, run_count * in[0].dims.c, in[0].dims.c};
    break;
  default:
    fail_msg("no such case");
  }
  op_channels(in, runs, run_count, out, threads);
}

/* Zero lanes stay zero: the next kernel may multiply what is in them. */
static void assert_zero_lanes(const tensor *t) {
  const int lanes = tensor_lanes(t), used = t->dims.c % lanes;
  for (int64_t r = 0; used && r < tensor_rows(t); r++)
    if (r / tensor_pixels(t) % tensor_blocks(t) == tensor_blocks(t) - 1)
      for (int l = used; l < lanes; l++) assert_true(t->data[r * lanes + l] == 0);
}

static void check_case(size_t i, gconv_layout layout, int threads) {
  model *m = case_model(i);
  const int node = m->count - 1;
  const model_node *d = &m->nodes[node];
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  reference r = {.graph = m, .weights = w, .batch = BATCH};
  r.results = calloc((size_t)m->count, sizeof *r.results);
  const bool plain_out = d->op == MODEL_FC || d->op == MODEL_GLOBAL_AVG_POOL;
  tensor in[8];
  for (int k = 0; k < node; k++) {
    const model_shape s = m->nodes[k].shape;
    const tensor plain = new_tensor(GCONV_NCHW, (gconv_dims){BATCH, s.c, s.h, s.w});
    data_fill_real(plain.data, tensor_elems(&plain), data_seed(SEED, k));
    r.results[k].given = plain;
    const bool plain_in = d->op == MODEL_FC || (d->op == MODEL_SCALE && k);
    in[k] = converted(&plain, plain_in ? GCONV_NCHW : layout);
  }
  const model_shape s = d->shape;
  tensor out = new_tensor(plain_out ? GCONV_NCHW : layout, (gconv_dims){BATCH, s.c, s.h, s.w});
  compute(m, w, in, &out, threads);
  assert_zero_lanes(&out);
  const tensor got = converted(&out, GCONV_NCHW);
  for (int64_t e = 0; e < tensor_elems(&got); e++) {
    const approximation want = reference_element(&r, node, (int)(e / s.w / s.h / s.c), (int)(e / s.w / s.h % s.c),
                                                 (int)(e / s.w % s.h), (int)(e % s.w));
    if (!(fabs(got.data[e] - want.value) <= want.bound))
      fail_msg("case %zu, %s, %d threads, element %lld: %.9g, must be %.9g +- %.3g", i, gconv_layout_name(layout),
               threads, (long long)e, got.data[e], want.value, want.bound);
  }
  free(out.data);
  free(got.data);
  for (int k = 0; k < node; k++) {
    free(in[k].data);
    free(r.results[k].given.data);
  }
  reference_free(&r);
  net_weights_free(w);
  model_free(m);
}

static void test_operators(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(cases); i++)
    for (size_t l = 0; l < ROWS(layouts); l++)
      for (int threads = 1; threads <= 3; threads++) check_case(i, layouts[l], threads);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_operators)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
