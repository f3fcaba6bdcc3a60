/* test_net.c - operators in every layout, and whole nets, against the double-precision reference. */
#include "common.h"
#include "data.h"
#include "net.h"
#include "ops.h"
#include "race.h"
#include "verify.h"

#include <math.h>

enum { BATCH = 2, SEED = 7 };

static const gconv_layout layouts[] = {GCONV_NCHW, GCONV_NHWC, GCONV_NCHW4C, GCONV_NCHW8C, GCONV_NCHW16C};

/* ---- Operators: models of one node, computed by hand ---- */

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

static void compute(const model_node *d, const net_weights *w, int node, const tensor *in, int count, const tensor *out,
                    int threads) {
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
  compute(d, w, node, in, node, &out, threads);
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

/* ---- Nets ---- */

static int conv(model *m, int input, model_node node) {
  node.op = MODEL_CONV;
  return model_add1(m, input, node);
}

/* Every operation, biases that move to a sum and biases that cannot, a result read three times, groups and branches of
 * widths beside the blocks. */
static model *everything(void) {
  model *m = model_create("everything");
  int x = conv(m, model_input(m, 3, 13, 11), (model_node){.oc = 20, .kernel = 3, .pad = 1, .norm = true, .relu = true});
  const int stem = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  x = conv(m, stem, (model_node){.oc = 20, .kernel = 3, .pad = 1, .groups = 5, .norm = true});
  const int sum = model_add2(m, x, stem, (model_node){.op = MODEL_ADD, .relu = true});
  const int left = conv(m, sum, (model_node){.oc = 7, .kernel = 1, .bias = true});
  const int right = conv(m, sum, (model_node){.oc = 14, .kernel = 3, .pad = 1, .relu = true});
  const int pooled = model_add1(m, sum, (model_node){.op = MODEL_AVG_POOL, .kernel = 3, .pad = 1});
  x = model_add(m, (model_node){.op = MODEL_CONCAT, .relu = true}, (int[]){left, right, pooled, left}, 4);
  x = model_add1(m, x, (model_node){.op = MODEL_SHUFFLE, .groups = 4});
  x = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 30, .first = 9});
  const int mean = model_add1(m, x, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  const int gate = conv(m, mean, (model_node){.oc = 30, .kernel = 1, .bias = true});
  x = model_add2(m, x, model_add1(m, gate, (model_node){.op = MODEL_SIGMOID}), (model_node){.op = MODEL_SCALE});
  const int wide = conv(m, x, (model_node){.oc = 30, .groups = 30, .kernel = 3, .pad = 1, .norm = true});
  const int twin = conv(m, x, (model_node){.oc = 30, .groups = 2, .kernel = 1, .norm = true});
  x = model_add(m, (model_node){.op = MODEL_ADD}, (int[]){wide, x, twin}, 3);
  x = model_add1(m, x, (model_node){.op = MODEL_RELU});
  model_add1(m, x, (model_node){.op = MODEL_FC, .oc = 10, .bias = true});
  assert_ok(model_status(m), "everything");
  return m;
}

static float *image_for(const model *m) {
  const model_shape s = m->nodes[0].shape;
  const int64_t elems = (int64_t)BATCH * s.c * s.h * s.w;
  float *image = malloc((size_t)elems * sizeof *image);
  assert_non_null(image);
  data_fill_real(image, elems, SEED);
  return image;
}

static net *net_of(const model *m, const char *kernel, int threads, const net_weights *w) {
  const net_request request = {
      .graph = m, .batch = BATCH, .threads = threads, .kernel_for = net_one_kernel, .context = (void *)kernel};
  net *n;
  assert_ok(net_create(&request, &n), kernel);
  assert_ok(net_load(n, w), kernel);
  return n;
}

static void assert_within(const net *n, const reference *r, int node, const char *kernel) {
  const tensor out = net_result(n), plain = converted(&out, GCONV_NCHW);
  for (int64_t e = 0; e < reference_elems(r, node); e++)
    if (!(fabs(plain.data[e] - r->results[node].value[e]) <= r->results[node].bound[e]))
      fail_msg("%s, element %lld: %.9g, must be %.9g +- %.3g", kernel, (long long)e, plain.data[e],
               r->results[node].value[e], r->results[node].bound[e]);
  free(plain.data);
}

/* Every kernel, on 1 and 2 threads, twice: the trunk agrees with the reference within the accumulated bound, and each
 * node within its own. */
static void test_every_kernel_runs_a_net(void **state) {
  (void)state;
  model *m = everything();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = image_for(m);
  reference r;
  assert_ok(reference_run(m, w, BATCH, image, &r), "reference");
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t k = 0; k < count; k++)
    for (int threads = 1; threads <= 2 && !entries[k].missing; threads++) {
      net *n = net_of(m, entries[k].name, threads, w);
      verify_result result;
      assert_ok(verify_net(n, m, w, BATCH, image, VERIFY_ALL, &result), entries[k].name);
      assert_true(result.err > 0);
      for (int run = 0; run < 2; run++) {
        assert_ok(net_run(n, NULL), entries[k].name);
        const gconv_kernel *kernel = gconv_kernel_find(entries[k].name, 0);
        if (kernel->numeric == GCONV_SUM_ANY_ORDER) assert_within(n, &r, m->count - 1, entries[k].name);
      }
      net_destroy(n);
    }
  reference_free(&r);
  free(image);
  net_weights_free(w);
  model_free(m);
}

/* A wrong weight in any convolution is found. */
static void test_a_wrong_weight_is_found(void **state) {
  (void)state;
  model *m = everything();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = image_for(m);
  for (int i = 0; i < m->count; i++) {
    if (!w->wei[i]) continue;
    const float right = w->wei[i][0];
    w->wei[i][0] = right * 1.01f + 0.01f;
    net *n = net_of(m, "naive_split", 1, w);
    w->wei[i][0] = right;
    verify_result result;
    assert_refused(verify_net(n, m, w, BATCH, image, VERIFY_ALL, &result), GCONV_FAILED, "must be", "wrong weight");
    assert_int_equal(result.node, i);
    net_destroy(n);
  }
  free(image);
  net_weights_free(w);
  model_free(m);
}

/* Whatever wins, the plans of different kernels make one net that is right, and none of them is made again. */
static void test_the_best_of_all_kernels_is_right(void **state) {
  (void)state;
  static const char *const names[] = {"naive_split", "direct", "depthwise_sum"}; /* plain and blocked layouts */
  model *m = everything();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = image_for(m);
  net *nets[ROWS(names)];
  for (size_t k = 0; k < ROWS(names); k++) {
    nets[k] = net_of(m, names[k], 2, w);
    net_set_input(nets[k], image);
  }
  net_choice *choices;
  assert_ok(race_nets(nets, ROWS(names), &choices), "race");
  const net_request request = {.graph = m, .batch = BATCH, .threads = 2, .choices = choices};
  net *best;
  assert_ok(net_create(&request, &best), "best");
  assert_ok(net_load(best, w), "best");
  verify_result result;
  assert_ok(verify_net(best, m, w, BATCH, image, VERIFY_ALL, &result), "best");
  for (int i = 0; i < net_step_count(best); i++) {
    const net_step_info s = net_step_at(best, i);
    if (s.plan) assert_ptr_equal(s.plan, choices[s.node].plan);
  }
  free(choices);
  net_destroy(best);
  for (size_t k = 0; k < ROWS(names); k++) net_destroy(nets[k]);
  free(image);
  net_weights_free(w);
  model_free(m);
}

static void test_memory_is_used_again(void **state) {
  (void)state;
  model *m = everything();
  const net_request request = {
      .graph = m, .batch = BATCH, .threads = 1, .kernel_for = net_one_kernel, .context = "naive_split"};
  net *n;
  assert_ok(net_create(&request, &n), "net");
  const net_summary sum = net_summarize(n);
  assert_true(sum.arena_bytes < sum.all_activations * 3 / 4);
  assert_int_equal(sum.conversions, 0); /* a plain kernel, a plain input */
  assert_int_equal(sum.fallbacks, 0);
  assert_int_equal(sum.convolutions, 7);
  net_destroy(n);
  model_free(m);
}

static const char *no_such(void *context, const gconv_problem *problem) {
  (void)context, (void)problem;
  return "no_such_kernel";
}

static void test_unknown_kernel_is_refused(void **state) {
  (void)state;
  model *m = everything();
  const net_request request = {.graph = m, .batch = BATCH, .threads = 1, .kernel_for = no_such};
  net *n;
  assert_refused(net_create(&request, &n), GCONV_INVALID, "no_such_kernel", "unknown kernel");
  assert_null(n);
  model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_operators),
      cmocka_unit_test(test_every_kernel_runs_a_net),
      cmocka_unit_test(test_a_wrong_weight_is_found),
      cmocka_unit_test(test_the_best_of_all_kernels_is_right),
      cmocka_unit_test(test_memory_is_used_again),
      cmocka_unit_test(test_unknown_kernel_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
