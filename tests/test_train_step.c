/* test_train_step.c - a training step besides its gradients: what it makes of the weights, wrong ones among them, and
 * the memory it says it needs. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "available.h"
#include "common.h"
#include "verify.h"
#include "whole_net.h"

#include <math.h>

/* The update must not show either how elements were shared out. */
static void assert_same_weights(const model *m, const net *a, const net *b, const char *kernel) {
  for (int i = 0; i < m->count; i++) {
    if (!net_trained(a)->wei[i]) continue;
    if (memcmp(net_trained(a)->wei[i], net_trained(b)->wei[i], (size_t)net_weight_count(m, i) * sizeof(float)))
      fail_msg("%s: new weights of node %d differ between one and two threads", kernel, i);
    assert_memory_equal(net_trained(a)->bias[i], net_trained(b)->bias[i], (size_t)m->nodes[i].oc * sizeof(float));
  }
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
      cmocka_unit_test(test_updates),
      cmocka_unit_test(test_what_does_not_fit_is_refused),
      cmocka_unit_test(test_wrong_weights_are_found_on_the_way_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
