/* test_train.c - the gradients of a training step against finite differences of the double-precision reference, by
 * every kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "reference.h"
#include "verify.h"
#include "whole_net.h"

#include <math.h>

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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gradients_are_finite_differences),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
