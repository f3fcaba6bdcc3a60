/* test_models.c - networks as lists of nodes: shapes and their refusals, layers and their names, the registry. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "model.h"

static model *built(const char *name) {
  model *m;
  assert_ok(model_build(name, 0, &m), name);
  return m;
}

/* Layers with their multiplicity add up to the network. */
static void test_layers_add_up(void **state) {
  (void)state;
  size_t families;
  const model_family *const *family = model_families(&families);
  for (size_t f = 0; f < families; f++)
    for (size_t e = 0; e < family[f]->count; e++) {
      model *m = built(family[f]->entries[e].name);
      const model_counts c = model_count(m);
      gconv_problem *layers;
      size_t count;
      assert_ok(model_layers(m, NULL, &layers, &count), m->name);
      int64_t params = 0, macs = 0;
      int convs = 0;
      for (size_t l = 0; l < count; l++) {
        const gconv_counts one = gconv_problem_count(&layers[l]);
        params += one.params * layers[l].multiplicity;
        macs += one.macs_nominal * layers[l].multiplicity;
        convs += layers[l].multiplicity;
        assert_non_null(strchr(layers[l].name, ':'));
      }
      assert_int_equal(params, c.conv_params);
      assert_int_equal(macs, c.conv_macs);
      assert_int_equal(convs, c.convs);
      free(layers);
      model_free(m);
    }
}

static void test_layer_names(void **state) {
  (void)state;
  model *m = built("resnet50");
  gconv_problem *layers;
  size_t count;
  assert_ok(model_layers(m, NULL, &layers, &count), "resnet50");
  assert_int_equal(count, 23);
  assert_string_equal(layers[0].name, "resnet50:conv1");
  assert_string_equal(layers[1].name, "resnet50:conv2_1.a");
  assert_string_equal(layers[2].name, "resnet50:conv2_x.b");
  assert_int_equal(layers[2].multiplicity, 3);
  assert_string_equal(layers[3].name, "resnet50:conv2_x.c+proj");
  assert_int_equal(layers[3].multiplicity, 4);
  free(layers);
  assert_ok(model_layers(m, "b", &layers, &count), "resnet50");
  assert_int_equal(count, 7);
  for (size_t l = 0; l < count; l++) assert_int_equal(layers[l].kh, 3);
  free(layers);
  model_free(m);
}

/* Every grouped 3x3 of a ResNeXt costs the same: channels double where the map halves. */
static void test_equal_cost_of_grouped(void **state) {
  (void)state;
  static const char *const names[] = {"resnext50_2x40d",  "resnext50_4x24d",  "resnext50_8x14d", "resnext50_32x4d",
                                      "resnext101_64x4d", "resnext101_32x8d", "resnext29_8x64d"};
  for (size_t i = 0; i < ROWS(names); i++) {
    model *m = built(names[i]);
    gconv_problem *layers;
    size_t count;
    assert_ok(model_layers(m, "b", &layers, &count), names[i]);
    for (size_t l = 1; l < count; l++)
      assert_int_equal(gconv_problem_count(&layers[l]).macs_nominal, gconv_problem_count(&layers[0]).macs_nominal);
    free(layers);
    model_free(m);
  }
}

static void test_smaller_image(void **state) {
  (void)state;
  model *m;
  assert_ok(model_build("resnext50_32x4d", 64, &m), "64x64");
  assert_int_equal(m->nodes[m->count - 1].shape.c, 1000);
  assert_int_equal(model_count(m).conv_params, 22911680);
  model_free(m);
}

static void test_unknown_names(void **state) {
  (void)state;
  model *m;
  assert_refused(model_build("resnet51", 0, &m), GCONV_INVALID, "no network is called 'resnet51'", "resnet51");
  assert_null(m);
  assert_refused(model_build("resnet50@v2", 0, &m), GCONV_INVALID, "resnet50 has no variant 'v2', only 'v1'", "v2");
  assert_refused(model_build("resnext29_8x64d@v1", 0, &m), GCONV_INVALID, "has no variants, 'v1' is none", "v1");
  assert_refused(model_build("resnet50", -3, &m), GCONV_INVALID, "-3", "negative image");
}

/* Shapes: one node on an 8-channel 7x9 map, or why it cannot be. */
static void test_shapes(void **state) {
  (void)state;
  static const struct {
    model_node node;
    int inputs, c, h, w; /* c 0: refused */
    const char *fragment;
  } rows[] = {
      {{.op = MODEL_CONV, .oc = 12, .kernel = 3, .stride = 2, .pad = 1, .groups = 4}, 1, 12, 4, 5, NULL},
      {{.op = MODEL_CONV, .oc = 12, .kernel = 3, .groups = 3}, 1, 0, 0, 0, "3"},
      {{.op = MODEL_CONV, .oc = 12, .kernel = 9}, 1, 0, 0, 0, "9"},
      {{.op = MODEL_CONV, .oc = 12, .kernel = 3}, 2, 0, 0, 0, "2 inputs, must be 1"},
      {{.op = MODEL_FC, .oc = 5}, 1, 5, 1, 1, NULL},
      {{.op = MODEL_RELU}, 1, 8, 7, 9, NULL},
      {{.op = MODEL_ADD}, 2, 8, 7, 9, NULL},
      {{.op = MODEL_ADD}, 1, 0, 0, 0, "1 inputs, must be 2 or more"},
      {{.op = MODEL_CONCAT}, 3, 24, 7, 9, NULL},
      {{.op = MODEL_SCALE}, 2, 0, 0, 0, "must be 8 x 1 x 1"},
      {{.op = MODEL_MAX_POOL, .kernel = 3, .stride = 2}, 1, 8, 3, 4, NULL},
      {{.op = MODEL_MAX_POOL, .kernel = 2, .stride = 2, .ceil = true}, 1, 8, 4, 5, NULL},
      {{.op = MODEL_MAX_POOL, .kernel = 2, .stride = 3, .ceil = true}, 1, 8, 3, 3, NULL},
      {{.op = MODEL_AVG_POOL, .kernel = 3, .stride = 2, .pad = 1}, 1, 8, 4, 5, NULL},
      {{.op = MODEL_AVG_POOL, .kernel = 8}, 1, 0, 0, 0, "window of 8"},
      {{.op = MODEL_AVG_POOL, .kernel = 2, .pad = 2}, 1, 0, 0, 0, "pad 2"},
      {{.op = MODEL_GLOBAL_AVG_POOL}, 1, 8, 1, 1, NULL},
      {{.op = MODEL_SHUFFLE, .groups = 4}, 1, 8, 7, 9, NULL},
      {{.op = MODEL_SHUFFLE, .groups = 3}, 1, 0, 0, 0, "3 groups do not divide 8"},
      {{.op = MODEL_SLICE, .oc = 4, .first = 4}, 1, 4, 7, 9, NULL},
      {{.op = MODEL_SLICE, .oc = 4, .first = 5}, 1, 0, 0, 0, "channels 5 to 8 of 8"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    model *m = model_create("shapes");
    assert_non_null(m);
    const int x = model_input(m, 8, 7, 9), inputs[] = {x, x, x};
    const int node = model_add(m, rows[i].node, inputs, rows[i].inputs);
    if (rows[i].c) {
      assert_ok(model_status(m), model_op_name(rows[i].node.op));
      assert_int_equal(m->nodes[node].shape.c, rows[i].c);
      assert_int_equal(m->nodes[node].shape.h, rows[i].h);
      assert_int_equal(m->nodes[node].shape.w, rows[i].w);
    } else {
      assert_int_equal(node, -1);
      assert_refused(model_status(m), GCONV_INVALID, rows[i].fragment, model_op_name(rows[i].node.op));
      assert_int_equal(model_add1(m, x, (model_node){.op = MODEL_RELU}), -1); /* the first error stays */
      assert_refused(model_status(m), GCONV_INVALID, rows[i].fragment, "later");
    }
    model_free(m);
  }
}

static void test_sums_of_different_shapes(void **state) {
  (void)state;
  model *m = model_create("sums");
  const int x = model_input(m, 8, 7, 9);
  const int y = model_add1(m, x, (model_node){.op = MODEL_SLICE, .oc = 4});
  model_label(m, "conv2", 1);
  assert_int_equal(model_add2(m, x, y, (model_node){.op = MODEL_ADD, .place = "sum"}), -1);
  assert_refused(model_status(m), GCONV_INVALID,
                 "sums, node 2 (add conv2.sum): input 1 is 4 x 7 x 9, but input 0 is 8 x 7 x 9", "sum");
  model_free(m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layers_add_up),
      cmocka_unit_test(test_layer_names),
      cmocka_unit_test(test_equal_cost_of_grouped),
      cmocka_unit_test(test_smaller_image),
      cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_shapes),
      cmocka_unit_test(test_sums_of_different_shapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
