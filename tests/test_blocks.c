/* test_blocks.c - the three forms of a bottleneck compute the same, and a grouped convolution is a dense one with
 * block-diagonal weights; by every kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "data.h"
#include "form.h"
#include "net.h"
#include "verify.h"

#include <math.h>

enum { BATCH = 2, SEED = 11, SMALL = 5 };

/* Table 2 of the paper on small maps, and narrower ones whose paths end beside the blocks of 16. */
static const bottleneck shapes[] = {
    {2, 40, 256, SMALL}, {4, 24, 256, SMALL}, {8, 14, 256, SMALL}, {32, 4, 256, SMALL},
    {3, 5, 24, 7},       {5, 1, 20, 6},       {2, 16, 40, 4},
};

static float *image_for(const model *m, bool exact) {
  const model_shape s = m->nodes[0].shape;
  const int64_t elems = (int64_t)BATCH * s.c * s.h * s.w;
  float *image = malloc((size_t)elems * sizeof *image);
  assert_non_null(image);
  if (exact)
    data_fill_exact(image, elems, SEED, ((int64_t)1 << 24) - 1); /* -1, 0 and 1 */
  else
    data_fill_real(image, elems, SEED);
  return image;
}

/* The result of a model, NCHW; every node is checked on the way. The caller frees it. */
static float *result_of(const model *m, const net_weights *w, const float *image, const char *kernel) {
  const net_request request = {.graph = m,
                               .batch = BATCH,
                               .threads = 2,
                               .native_input = true,
                               .kernel_for = net_one_kernel,
                               .context = (void *)kernel};
  net *n;
  assert_ok(net_create(&request, &n), kernel);
  assert_ok(net_load(n, w), kernel);
  verify_result result;
  assert_ok(verify_net(n, w, image, VERIFY_ALL, &result), kernel);
  const tensor out = net_result(n);
  float *plain = malloc((size_t)gconv_layout_elems(GCONV_NCHW, out.dims) * sizeof *plain);
  assert_non_null(plain);
  gconv_layout_convert(out.dims, out.layout, out.data, GCONV_NCHW, plain, 1);
  net_destroy(n);
  return plain;
}

/* Equal values; 0 and -0 are. */
static void assert_equal(const float *got, const float *want, int64_t elems) {
  for (int64_t e = 0; e < elems; e++)
    if (!(got[e] == want[e])) fail_msg("element %lld: %.9g, must be %.9g", (long long)e, got[e], want[e]);
}

/* Small integers: every sum is exact in every order, so the three forms are bitwise equal. */
static void test_forms_are_bitwise_equal_on_integers(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t s = 0; s < ROWS(shapes); s++) {
    form c = make_form(&shapes[s], 'c', WEIGHTS_UNIT, SEED);
    form others[] = {make_form_of(&shapes[s], 'a', &c), make_form_of(&shapes[s], 'b', &c)};
    float *image = image_for(c.m, true);
    const int64_t elems = (int64_t)BATCH * shapes[s].outer * shapes[s].map * shapes[s].map;
    for (size_t k = 0; k < kernels; k++) {
      if (entries[k].missing || gconv_kernel_find(entries[k].name, 0)->numeric != GCONV_SUM_ANY_ORDER) continue;
      float *want = result_of(c.m, c.w, image, entries[k].name);
      for (int i = 0; i < 2; i++) {
        float *got = result_of(others[i].m, others[i].w, image, entries[k].name);
        assert_equal(got, want, elems);
        free(got);
      }
      free(want);
    }
    free(image);
    free_form(&others[0]);
    free_form(&others[1]);
    free_form(&c);
  }
}

/* Real data: the forms agree in double to within its rounding, and each kernel's result is within the accumulated bound
 * of its form, so any two are within the sum of theirs. */
static void test_forms_agree_within_the_bound(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t s = 0; s < ROWS(shapes); s++) {
    form forms[3];
    model *plain;
    assert_ok(bottleneck_build(&shapes[s], 'c', &plain), "bottleneck");
    float *image = image_for(plain, false);
    model_free(plain);
    forms[0] = make_form(&shapes[s], 'c', WEIGHTS_REAL, SEED);
    forms[1] = make_form_of(&shapes[s], 'b', &forms[0]);
    forms[2] = make_form_of(&shapes[s], 'a', &forms[0]);
    for (int f = 0; f < 3; f++) compute_form(&forms[f], BATCH, image);
    for (int f = 0; f < 3; f++) {
      const int node = forms[f].m->count - 1;
      const reference_tensor *want = &forms[0].r.results[forms[0].m->count - 1], *own = &forms[f].r.results[node];
      const int64_t elems = reference_elems(&forms[f].r, node);
      for (int64_t e = 0; e < elems; e++)
        assert_true(fabs(own->value[e] - want->value[e]) <= 1e-9 * own->bound[e] + 1e-12);
      for (size_t k = 0; k < kernels; k++) {
        if (entries[k].missing || gconv_kernel_find(entries[k].name, 0)->numeric != GCONV_SUM_ANY_ORDER) continue;
        float *got = result_of(forms[f].m, forms[f].w, image, entries[k].name);
        for (int64_t e = 0; e < elems; e++) assert_true(fabs(got[e] - own->value[e]) <= own->bound[e]);
        free(got);
      }
    }
    for (int f = 0; f < 3; f++) free_form(&forms[f]);
    free(image);
  }
}

/* The dense twin of form c: the 3x3 without groups, its weights zero off the diagonal blocks. */
static model *dense_twin(const bottleneck *s) {
  const bottleneck one = {1, s->cardinality * s->width, s->outer, s->map};
  model *m;
  assert_ok(bottleneck_build(&one, 'c', &m), "dense twin");
  return m;
}

static net_weights *block_diagonal(const form *c, const model *dense) {
  net_weights *w;
  assert_ok(net_weights_create(dense, WEIGHTS_REAL, SEED, &w), "weights");
  for (int i = 0; i < dense->count; i++) {
    if (!w->wei[i]) continue;
    const model_node *g = &c->m->nodes[i];
    const int64_t row = net_weight_count(c->m, i) / g->oc, dense_row = row * g->groups;
    memset(w->wei[i], 0, (size_t)(dense_row * g->oc) * sizeof(float));
    for (int o = 0; o < g->oc; o++)
      memcpy(w->wei[i] + o * dense_row + o / (g->oc / g->groups) * row, c->w->wei[i] + o * row,
             (size_t)row * sizeof(float));
    memcpy(w->bias[i], c->w->bias[i], (size_t)g->oc * sizeof(float));
  }
  return w;
}

static void test_grouped_is_dense_with_block_diagonal_weights(void **state) {
  (void)state;
  size_t kernels;
  const gconv_entry *entries = gconv_registry(&kernels);
  for (size_t s = 0; s < ROWS(shapes); s++) {
    form c = make_form(&shapes[s], 'c', WEIGHTS_UNIT, SEED);
    model *dense = dense_twin(&shapes[s]);
    net_weights *w = block_diagonal(&c, dense);
    float *image = image_for(c.m, true);
    const int64_t elems = (int64_t)BATCH * shapes[s].outer * shapes[s].map * shapes[s].map;
    for (size_t k = 0; k < kernels; k++) {
      if (entries[k].missing || gconv_kernel_find(entries[k].name, 0)->numeric != GCONV_SUM_ANY_ORDER) continue;
      float *grouped = result_of(c.m, c.w, image, entries[k].name), *got = result_of(dense, w, image, entries[k].name);
      assert_equal(got, grouped, elems);
      free(grouped);
      free(got);
    }
    free(image);
    net_weights_free(w);
    model_free(dense);
    free_form(&c);
  }
}

/* Every block of the table: each node right by every kernel, the three forms of one size. */
static void test_every_block_counts_and_runs(void **state) {
  (void)state;
  size_t count;
  const block_entry *blocks = block_entries(&count);
  for (size_t i = 0; i < count; i++) {
    model_counts first = {0};
    for (const char *f = blocks[i].forms; *f; f++) {
      model *m;
      assert_ok(block_build(&blocks[i], *f, &m), blocks[i].name);
      const model_counts counts = model_count(m);
      if (f == blocks[i].forms) first = counts;
      assert_int_equal(counts.conv_params, first.conv_params);
      assert_int_equal(counts.conv_macs, first.conv_macs);
      model_free(m);
    }
  }
}

/* Inception module, depthwise-separable block, ShuffleNet unit. */
static void test_other_blocks_run_right(void **state) {
  (void)state;
  size_t count, kernels;
  const block_entry *blocks = block_entries(&count);
  const gconv_entry *entries = gconv_registry(&kernels);
  int seen = 0;
  for (size_t i = 0; i < count; i++) {
    if (blocks[i].shape.cardinality) continue; /* bottlenecks: above */
    model *m;
    assert_ok(block_build(&blocks[i], '-', &m), blocks[i].name);
    net_weights *w;
    assert_ok(net_weights_create(m, WEIGHTS_REAL, SEED, &w), blocks[i].name);
    float *image = image_for(m, false);
    for (size_t k = 0; k < kernels; k++) {
      if (entries[k].missing) continue;
      const net_request request = {.graph = m,
                                   .batch = BATCH,
                                   .threads = 2,
                                   .native_input = true,
                                   .kernel_for = net_one_kernel,
                                   .context = (void *)entries[k].name};
      net *n;
      assert_ok(net_create(&request, &n), entries[k].name);
      assert_ok(net_load(n, w), entries[k].name);
      verify_result result;
      assert_ok(verify_net(n, w, image, 2000, &result), entries[k].name);
      net_destroy(n);
      seen++;
    }
    free(image);
    net_weights_free(w);
    model_free(m);
  }
  assert_true(seen > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms_are_bitwise_equal_on_integers),
      cmocka_unit_test(test_forms_agree_within_the_bound),
      cmocka_unit_test(test_grouped_is_dense_with_block_diagonal_weights),
      cmocka_unit_test(test_every_block_counts_and_runs),
      cmocka_unit_test(test_other_blocks_run_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
