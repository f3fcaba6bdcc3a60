/* test_train.c - training steps against finite differences of the double-precision reference: the whole graph, every
 * operation networks have, by every kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "available.h"
#include "common.h"
#include "data.h"
#include "reference.h"
#include "train.h"
#include "verify.h"

#include <math.h>

enum { BATCH = 3, SEED = 11, CLASSES = 5, SIDE = 9, PLANES = 6 };

static const int labels[BATCH] = {4, 0, 2};

/* Each operation, some results with several readers, one of them twice by one reader. */
static model *whole_model(void) {
  model *m = model_create("all operations");
  const int image = model_input(m, PLANES, SIDE, SIDE);
  int x = model_add_conv(m, image, (model_node){.place = "a", .oc = 16, .kernel = 3, .groups = 2, .relu = true});
  x = model_add1(m, x, (model_node){.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2, .pad = 1});
  const int left = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 7});
  const int right = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 9, .first = 7});
  int y = model_add2(m, right, left, (model_node){.op = MODEL_CONCAT});
  y = model_add1(m, y, (model_node){.op = MODEL_SHUFFLE, .groups = 4});
  y = model_add_conv(m, y, (model_node){.place = "b", .oc = 32, .kernel = 3, .groups = 4});
  const int mean = model_add1(m, y, (model_node){.op = MODEL_GLOBAL_AVG_POOL});
  int f = model_add1(m, mean, (model_node){.op = MODEL_CONV, .oc = 3, .kernel = 1, .bias = true, .relu = true});
  f = model_add1(m, f, (model_node){.op = MODEL_CONV, .oc = 32, .kernel = 1, .bias = true});
  y = model_add2(m, y, model_add1(m, f, (model_node){.op = MODEL_SIGMOID}), (model_node){.op = MODEL_SCALE});
  y = model_add2(m, y, model_add_conv(m, x, (model_node){.place = "proj", .oc = 32, .kernel = 1}),
                 (model_node){.op = MODEL_ADD, .relu = true});
  const int deep = model_add_conv(m, y, (model_node){.place = "c", .oc = 32, .kernel = 3, .groups = 32});
  y = model_add2(m, model_add1(m, deep, (model_node){.op = MODEL_RELU}), deep, (model_node){.op = MODEL_ADD});
  y = model_add2(m, y, y, (model_node){.op = MODEL_ADD});
  y = model_add1(m, y, (model_node){.op = MODEL_AVG_POOL, .kernel = 2, .stride = 1});
  y = model_add_conv(m, y, (model_node){.place = "d", .oc = 24, .kernel = 3, .stride = 2, .groups = 4, .relu = true});
  y = model_add1(m, y, (model_node){.op = MODEL_CONV, .oc = 16, .kernel = 3, .groups = 8, .pad = 2, .dilation = 1});
  model_add1(m, y, (model_node){.op = MODEL_FC, .oc = CLASSES, .bias = true});
  assert_ok(model_status(m), "model");
  return m;
}

static float *make_image(void) {
  float *image = malloc(sizeof(float) * BATCH * PLANES * SIDE * SIDE);
  assert_non_null(image);
  data_fill_real(image, BATCH * PLANES * SIDE * SIDE, SEED);
  return image;
}

static double loss_in_double(const model *m, const net_weights *w, const float *image) {
  reference r;
  assert_ok(reference_run(m, w, BATCH, image, &r), "reference");
  double loss = 0;
  for (int n = 0; n < BATCH; n++) {
    const double *y = r.results[m->count - 1].value + n * CLASSES;
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) sum += exp(y[c] - y[labels[n]]);
    loss += log(sum);
  }
  reference_free(&r);
  return loss / BATCH;
}

/* Central differences. The step is so small that no ReLU or maximum changes its side, and what it really is in binary32
 * is what is divided by: what is left is the rounding of the loss in double, 1e-16 / 1e-6. */
static double difference(const model *m, net_weights *w, float *value, const float *image) {
  const float before = *value;
  *value = before + 0x1p-20f;
  const double above = (double)*value, loss_above = loss_in_double(m, w, image);
  *value = before - 0x1p-20f;
  const double below = (double)*value, loss_below = loss_in_double(m, w, image);
  *value = before;
  return (loss_above - loss_below) / (above - below);
}

static net *trained_net(const model *m, const char *kernel, int threads, const net_weights *w, const float *image,
                        float rate) {
  const net_request request = {.graph = m,
                               .batch = BATCH,
                               .threads = threads,
                               .isa_mask = gconv_isa_detect(),
                               .kernel_for = net_one_kernel,
                               .context = (void *)kernel,
                               .train = true};
  net *n;
  assert_ok(net_create(&request, &n), kernel);
  assert_ok(net_load(n, w), kernel);
  assert_true(net_has_labels(n));
  net_set_labels(n, labels);
  net_set_input(n, image);
  net_set_rate(n, rate);
  assert_ok(net_run(n, NULL), kernel);
  return n;
}

enum { PICKED = 6 };

/* Elements of a node's weights, or of its biases. */
typedef struct {
  int node;
  bool bias;
  int64_t count, at[PICKED];
  double want[PICKED];
} sample;

static double largest_of(const float *values, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; i++) largest = fmax(largest, fabs((double)values[i]));
  return largest;
}

static int64_t size_of(const model *m, const sample *s) {
  return s->bias ? m->nodes[s->node].oc : net_weight_count(m, s->node);
}

static size_t pick(const model *m, net_weights *w, const float *image, sample *samples) {
  size_t count = 0;
  for (int i = 0; i < m->count; i++)
    for (int bias = 0; bias < 2 && w->wei[i]; bias++) {
      if (bias && !net_has_bias(&m->nodes[i])) continue;
      sample *s = &samples[count++];
      *s = (sample){.node = i, .bias = bias, .count = PICKED};
      for (int k = 0; k < PICKED; k++) {
        s->at[k] = verify_spread(k + 1, PICKED + 1, size_of(m, s));
        s->want[k] = difference(m, w, (bias ? w->bias : w->wei)[i] + s->at[k], image);
      }
    }
  return count;
}

/* A gradient has passed some hundred roundings of 2^-24 of numbers no larger than the largest: 1e-5 of that. */
static void assert_gradients(const model *m, const net *n, const sample *samples, size_t count, const char *kernel) {
  const net_weights *g = net_gradients(n);
  for (size_t i = 0; i < count; i++) {
    const sample *s = &samples[i];
    const float *got = (s->bias ? g->bias : g->wei)[s->node];
    const double allowed = 1e-5 * largest_of(got, size_of(m, s)) + 1e-9;
    assert_true(allowed > 1e-8); /* a gradient that is zero everywhere would pass */
    for (int k = 0; k < PICKED; k++)
      if (!(fabs((double)got[s->at[k]] - s->want[k]) <= allowed))
        fail_msg("%s, node %d, %s %lld: gradient %.9g, finite difference %.9g, allowed +- %.2g", kernel, s->node,
                 s->bias ? "bias" : "weight", (long long)s->at[k], (double)got[s->at[k]], s->want[k], allowed);
  }
}

static bool deterministic(const net *n) {
  for (int i = 0; i < net_step_count(n); i++) {
    const net_step_info s = net_step_at(n, i);
    if (s.plan && !s.plan->deterministic) return false;
  }
  return true;
}

static void assert_same_gradients(const model *m, const net *a, const net *b, const char *kernel) {
  for (int i = 0; i < m->count; i++) {
    if (!net_gradients(a)->wei[i]) continue;
    const size_t bytes = (size_t)net_weight_count(m, i) * sizeof(float);
    if (memcmp(net_gradients(a)->wei[i], net_gradients(b)->wei[i], bytes))
      fail_msg("%s: gradients of node %d differ between one and two threads", kernel, i);
    assert_memory_equal(net_gradients(a)->bias[i], net_gradients(b)->bias[i], (size_t)m->nodes[i].oc * sizeof(float));
  }
  assert_true(net_loss(a) == net_loss(b));
}

/* The update must not show either how elements were shared out. */
static void assert_same_weights(const model *m, const net *a, const net *b, const char *kernel) {
  for (int i = 0; i < m->count; i++) {
    if (!net_trained(a)->wei[i]) continue;
    if (memcmp(net_trained(a)->wei[i], net_trained(b)->wei[i], (size_t)net_weight_count(m, i) * sizeof(float)))
      fail_msg("%s: new weights of node %d differ between one and two threads", kernel, i);
    assert_memory_equal(net_trained(a)->bias[i], net_trained(b)->bias[i], (size_t)m->nodes[i].oc * sizeof(float));
  }
}

static void test_gradients_are_finite_differences(void **state) {
  (void)state;
  model *m = whole_model();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = make_image();
  sample *samples = calloc(2 * (size_t)m->count, sizeof *samples);
  assert_non_null(samples);
  const size_t count = pick(m, w, image, samples);
  assert_true(count >= 14);
  const double loss = loss_in_double(m, w, image);
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t k = 0; k < kernels; k++) {
    if (entries[k].missing) continue;
    net *one = trained_net(m, entries[k].name, 1, w, image, 0), *two = trained_net(m, entries[k].name, 2, w, image, 0);
    assert_true(fabs(net_loss(one) - loss) < 1e-4 * loss);
    assert_gradients(m, one, samples, count, entries[k].name);
    assert_gradients(m, two, samples, count, entries[k].name);
    if (deterministic(one) && deterministic(two)) assert_same_gradients(m, one, two, entries[k].name);
    net_destroy(one);
    net_destroy(two);
  }
  free(samples);
  free(image);
  net_weights_free(w);
  model_free(m);
}

/* The update is w - rate * g, and what was packed again is what a new net packs. */
static void test_updates(void **state) {
  (void)state;
  static const float rate = 0.01f;
  model *m = whole_model();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = make_image();
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t k = 0; k < kernels; k++) {
    if (entries[k].missing) continue;
    net *n = trained_net(m, entries[k].name, 2, w, image, rate),
        *one = trained_net(m, entries[k].name, 1, w, image, rate);
    if (deterministic(n) && deterministic(one)) assert_same_weights(m, n, one, entries[k].name);
    net_destroy(one);
    for (int i = 0; i < m->count; i++)
      for (int64_t j = 0; j < net_weight_count(m, i); j++) {
        const double move = (double)rate * (double)net_gradients(n)->wei[i][j], before = (double)w->wei[i][j];
        const double allowed = 0x1p-23 * (fabs(before) + fabs(move));
        assert_true(fabs((double)net_trained(n)->wei[i][j] - (before - move)) <= allowed);
      }
    const double before = net_loss(n);
    net *fresh = trained_net(m, entries[k].name, 2, net_trained(n), image, 0);
    assert_ok(net_run(n, NULL), entries[k].name);
    if (deterministic(n) && net_loss(n) != net_loss(fresh))
      fail_msg("%s: the loss after an update is %.17g, with the new weights in a new net %.17g", entries[k].name,
               net_loss(n), net_loss(fresh));
    assert_true(net_loss(n) < before);
    net_destroy(fresh);
    net_destroy(n);
  }
  free(image);
  net_weights_free(w);
  model_free(m);
}

static void test_wrong_weights_are_found_on_the_way_back(void **state) {
  (void)state;
  model *m = whole_model();
  net_weights *w;
  assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), "weights");
  float *image = make_image();
  net *n = trained_net(m, "naive_split", 1, w, image, 0);
  verify_result result;
  assert_ok(verify_net(n, w, image, VERIFY_ALL, &result), "right");
  assert_true(result.err > 0 && result.err <= 1);
  int step = 0;
  while (strcmp(net_step_at(n, step).what, "bwd_d")) step++;
  double worst;
  assert_ok(net_run(n, NULL), "run");
  w->wei[net_step_at(n, step).node][0] += 1;
  assert_int_equal(verify_backward(n, step, w, VERIFY_ALL, &worst), GCONV_FAILED);
  assert_true(worst > 1);
  net_destroy(n);
  free(image);
  net_weights_free(w);
  model_free(m);
}

/* Bytes: least of all where they are known before kernels are asked, then as planned. */
static void test_what_does_not_fit_is_refused(void **state) {
  (void)state;
  model *m = whole_model();
  net_request request = {.graph = m,
                         .batch = BATCH,
                         .threads = 1,
                         .kernel_for = net_one_kernel,
                         .context = "naive_split",
                         .train = true,
                         .memory_taken = available_bytes()};
  net *n;
  assert_refused(net_create(&request, &n), GCONV_NO_MEMORY, "needs at least ", "no byte left");
  assert_null(n);
  request.memory_taken = 0;
  assert_ok(net_create(&request, &n), "all of the machine");
  const size_t need = net_needs(n).all;
  net_destroy(n);
  request.memory_taken = available_bytes() - need;
  assert_ok(net_create(&request, &n), "exactly as much");
  net_destroy(n);
  request.memory_taken++;
  char sentence[64];
  snprintf(sentence, sizeof sentence, "needs %zu bytes", need);
  assert_refused(net_create(&request, &n), GCONV_NO_MEMORY, sentence, "one byte less");
  request.memory_taken = 0;
  request.batch = 1 << 24;
  assert_refused(net_create(&request, &n), GCONV_NO_MEMORY, "16777216 images a step: needs at least ", "many images");
  model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gradients_are_finite_differences),
      cmocka_unit_test(test_updates),
      cmocka_unit_test(test_what_does_not_fit_is_refused),
      cmocka_unit_test(test_wrong_weights_are_found_on_the_way_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
