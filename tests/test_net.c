/* test_net.c - whole nets against the double-precision reference. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "data.h"
#include "net.h"
#include "race.h"
#include "verify.h"

#include <math.h>

enum { BATCH = 2, SEED = 7 };

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
  const tensor out = net_result(n);
  float *plain = malloc((size_t)reference_elems(r, node) * sizeof *plain);
  assert_non_null(plain);
  gconv_layout_convert(out.dims, out.layout, out.data, GCONV_NCHW, plain, 1);
  for (int64_t e = 0; e < reference_elems(r, node); e++)
    if (!(fabs(plain[e] - r->results[node].value[e]) <= r->results[node].bound[e]))
      fail_msg("%s, element %lld: %.9g, must be %.9g +- %.3g", kernel, (long long)e, plain[e],
               r->results[node].value[e], r->results[node].bound[e]);
  free(plain);
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
      assert_ok(verify_net(n, w, image, VERIFY_ALL, &result), entries[k].name);
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
    assert_refused(verify_net(n, w, image, VERIFY_ALL, &result), GCONV_FAILED, "must be", "wrong weight");
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
  assert_ok(verify_net(best, w, image, VERIFY_ALL, &result), "best");
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
      cmocka_unit_test(test_every_kernel_runs_a_net),          cmocka_unit_test(test_a_wrong_weight_is_found),
      cmocka_unit_test(test_the_best_of_all_kernels_is_right), cmocka_unit_test(test_memory_is_used_again),
      cmocka_unit_test(test_unknown_kernel_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
