/* test_train_forms.c - a training step of a bottleneck in its three forms: the gradients are those of one function, so
 * on integers they are equal bit by bit, and on real data within a derived bound. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backward.h"
#include "data.h"
#include "form.h"
#include "train.h"

#include <math.h>

enum { BATCH = 2, SEED = 3 };

/* Table 2 of the paper on small maps, and paths that end beside the blocks of 16. */
static const bottleneck shapes[] = {{4, 24, 256, 4}, {8, 14, 256, 5}, {32, 4, 256, 5}, {3, 5, 24, 7}, {5, 1, 20, 6}};

/* After one step with rate 0. */
static net *stepped(const form *f, const char *kernel, const float *image, const float *gradient) {
  const net_request request = {.graph = f->m,
                               .batch = BATCH,
                               .threads = 2,
                               .native_input = true,
                               .kernel_for = net_one_kernel,
                               .context = (void *)kernel,
                               .train = true};
  net *n;
  assert_ok(net_create(&request, &n), kernel);
  assert_ok(net_load(n, f->w), kernel);
  assert_false(net_has_labels(n));
  net_set_input(n, image);
  net_set_loss_gradient(n, gradient);
  assert_ok(net_run(n, NULL), kernel);
  return n;
}

static float *fill(int64_t elems, bool exact, int stream) {
  float *values = malloc((size_t)elems * sizeof *values);
  assert_non_null(values);
  if (exact)
    data_fill_exact(values, elems, data_seed(SEED, stream), ((int64_t)1 << 24) - 1); /* -1, 0 and 1 */
  else
    data_fill_real(values, elems, data_seed(SEED, stream));
  return values;
}

static void assert_equal(const net_weights *got, const net_weights *want, const model *m, const char *what) {
  int64_t nonzero = 0;
  for (int i = 0; i < m->count; i++) {
    for (int64_t k = 0; k < net_weight_count(m, i); k++) {
      nonzero += want->wei[i][k] != 0;
      if (!(got->wei[i][k] == want->wei[i][k]))
        fail_msg("%s, node %d: gradient %lld is %.9g, must be %.9g", what, i, (long long)k, (double)got->wei[i][k],
                 (double)want->wei[i][k]);
    }
    for (int c = 0; c < m->nodes[i].oc && net_has_bias(&m->nodes[i]); c++)
      assert_true(got->bias[i][c] == want->bias[i][c]);
  }
  assert_true(nonzero > 100);
}

static void test_gradients_of_forms_are_bitwise_equal_on_integers(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t s = 0; s < ROWS(shapes); s++) {
    const int64_t elems = (int64_t)BATCH * shapes[s].outer * shapes[s].map * shapes[s].map;
    float *image = fill(elems, true, 0), *gradient = fill(elems, true, 1);
    form c = make_form(&shapes[s], 'c', WEIGHTS_UNIT, SEED);
    form others[] = {make_form_of(&shapes[s], 'a', &c), make_form_of(&shapes[s], 'b', &c)};
    net *first = NULL;
    for (size_t k = 0; k < kernels; k++) {
      if (entries[k].missing || gconv_kernel_find(entries[k].name, 0)->numeric != GCONV_SUM_ANY_ORDER) continue;
      net *whole = stepped(&c, entries[k].name, image, gradient);
      for (int i = 0; i < 2; i++) {
        net *n = stepped(&others[i], entries[k].name, image, gradient);
        net_weights *want;
        assert_ok(bottleneck_split_weights(c.m, net_gradients(whole), others[i].m, &want), "split");
        assert_equal(net_gradients(n), want, others[i].m, entries[k].name);
        net_weights_free(want);
        net_destroy(n);
      }
      if (first) assert_equal(net_gradients(whole), net_gradients(first), c.m, entries[k].name);
      if (first)
        net_destroy(whole);
      else
        first = whole;
    }
    net_destroy(first);
    free_form(&others[0]);
    free_form(&others[1]);
    free_form(&c);
    free(image);
    free(gradient);
  }
}

static double share(double error, double bound) {
  return isnan(error) ? INFINITY : error == 0 ? 0 : bound > 0 ? error / bound : INFINITY;
}

/* Largest share of the bound that a gradient is off by. */
static double worst_of(const backward *b, const net_weights *got) {
  double worst = 0;
  for (int i = 0; i < b->m->count; i++) {
    const amounts *wei = &b->of_wei[i], *bias = &b->of_bias[i];
    for (int64_t k = 0; k < net_weight_count(b->m, i); k++)
      worst = fmax(worst, share(fabs((double)got->wei[i][k] - wei->value[k]), wei->off[k]));
    for (int c = 0; c < b->m->nodes[i].oc && net_has_bias(&b->m->nodes[i]); c++)
      worst = fmax(worst, share(fabs((double)got->bias[i][c] - bias->value[c]), bias->off[c]));
  }
  return worst;
}

/* As weights of form c, rounded to binary32. */
static net_weights *rounded(const backward *c) {
  net_weights *w;
  assert_ok(net_weights_zeros(c->m, &w), "gradients");
  for (int i = 0; i < c->m->count; i++) {
    for (int64_t k = 0; k < net_weight_count(c->m, i); k++) w->wei[i][k] = (float)c->of_wei[i].value[k];
    for (int o = 0; o < c->m->nodes[i].oc && w->bias[i]; o++) w->bias[i][o] = (float)c->of_bias[i].value[o];
  }
  return w;
}

/* In double the forms have the same gradients; binary32, to which they are rounded here, is off by far less than the
 * bound. */
static void assert_same_function(const backward *c, const backward *other) {
  net_weights *whole = rounded(c), *split;
  assert_ok(bottleneck_split_weights(c->m, whole, other->m, &split), "split");
  assert_true(worst_of(other, split) < 0.05); /* half a unit of 2 * 4 * 4 roundings and more */
  net_weights_free(split);
  net_weights_free(whole);
}

/* Each kernel's gradients are within the bound of its form, so any two forms and kernels are within the sum of two. */
static void test_gradients_of_forms_agree_within_the_bound(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  double worst = 0;
  for (size_t s = 0; s < ROWS(shapes); s++) {
    const int64_t elems = (int64_t)BATCH * shapes[s].outer * shapes[s].map * shapes[s].map;
    float *image = fill(elems, false, 0), *gradient = fill(elems, false, 1);
    form c = make_form(&shapes[s], 'c', WEIGHTS_REAL, SEED);
    form forms[] = {c, make_form_of(&shapes[s], 'b', &c), make_form_of(&shapes[s], 'a', &c)};
    backward backs[3];
    for (int f = 0; f < 3; f++) {
      compute_form(&forms[f], BATCH, image);
      backs[f] = backward_run(forms[f].m, forms[f].w, &forms[f].r, gradient);
      assert_same_function(&backs[0], &backs[f]);
      for (size_t k = 0; k < kernels; k++) {
        if (entries[k].missing || gconv_kernel_find(entries[k].name, 0)->numeric != GCONV_SUM_ANY_ORDER) continue;
        net *n = stepped(&forms[f], entries[k].name, image, gradient);
        const double off = worst_of(&backs[f], net_gradients(n));
        if (off > 1) fail_msg("%s, %s: a gradient is off by %.3g of its bound", entries[k].name, forms[f].m->name, off);
        worst = fmax(worst, off);
        net_destroy(n);
      }
    }
    for (int f = 0; f < 3; f++) {
      backward_free(&backs[f]);
      free_form(&forms[f]);
    }
    free(image);
    free(gradient);
  }
  assert_true(worst > 1e-3); /* a bound that nothing comes near says nothing */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gradients_of_forms_are_bitwise_equal_on_integers),
      cmocka_unit_test(test_gradients_of_forms_agree_within_the_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
