/* test_models.c - the networks: totals to the last digit against published ones, shape inference and its refusals. */
#include "common.h"
#include "model.h"

enum { NOT_STATED = -1 };

/* Weights of convolutions, normalisation, biases, fully connected layers, all; multiply-adds of convolutions, with
 * fully connected layers; elements of the convolutions' results; weights and multiply-adds in groups. Sources:
 * ResNeXt paper and torchvision (params and `_ops`), pycls dev/model_complexity.json; the rest by independent
 * arithmetic from the definitions. */
typedef struct {
  const char *name;
  int64_t conv, norm, bias, fc, params, conv_macs, macs, activations, grouped, grouped_macs;
} totals;

static const totals residual[] = {
    {"resnet50", 23454912, 53120, 0, 2049000, 25557032, 4087136256, 4089184256, 11113984, 0, 0},
    {"resnext50_2x40d", 23319104, 56896, 0, 2049000, 25425000, 4122460160, 4124508160, 11935616, 8841600, 1445068800},
    {"resnext50_4x24d", 23183296, 60672, 0, 2049000, 25292968, 4157784064, 4159832064, 12757248, 6365952, 1040449536},
    {"resnext50_8x14d", 23489568, 64448, 0, 2049000, 25603016, 4265361408, 4267409408, 13578880, 4332384, 708083712},
    {"resnext50_32x4d", 22911680, 68224, 0, 2049000, 25028904, 4228431872, 4230479872, 14400512, 1414656, 231211008},
    {"resnet101", 42394816, 105344, 0, 2049000, 44549160, 7799357440, 7801405440, 16231936, 0, 0},
    {"resnext101_2x40d", 42293824, 113472, 0, 2049000, 44456296, 7841505280, 7843553280, 17480064, 16675200,
     2980454400},
    {"resnext101_4x24d", 42192832, 121600, 0, 2049000, 44363432, 7883653120, 7885701120, 18728192, 12006144,
     2145927168},
    {"resnext101_8x14d", 42925600, 129728, 0, 2049000, 45104328, 8074823680, 8076871680, 19976320, 8170848, 1460422656},
    {"resnext101_32x4d", 41990848, 137856, 0, 2049000, 44177704, 7967948800, 7969996800, 21224448, 2668032, 476872704},
    {"resnext101_64x4d", 81203392, 202880, 0, 2049000, 83455272, 15458222080, 15460270080, 31209472, 5336064,
     953745408},
    {"resnext101_32x8d", 86539456, 202880, 0, 2049000, 88791336, 16411967488, 16414015488, 31209472, 10672128,
     1907490816},
    {"resnext101_2x64d", 82011328, 137856, 0, 2049000, 84198184, 15121039360, 15123087360, 21224448, 42688512,
     7629963264},
    {"resnet101_1x100d", 83438704, 123632, 0, 2049000, 85611336, 15270814720, 15272862720, 19040224, 0, 0},
    {"resnet200", 62448832, 176000, 0, 2049000, 64673832, 15005433856, 15007481856, 32187904, 0, 0},
    {"wide_resnet50_2", 66766016, 68224, 0, 2049000, 68883240, 11395973120, 11398021120, 14400512, 0, 0},
    {"resnext101_32x16d", 191644864, 332928, 0, 2049000, 194026792, 36161241088, 36163289088, 51179520, 42688512,
     7629963264},
    {"resnext29_8x64d", NOT_STATED, 57472, 0, 10250, 34426698, NOT_STATED, 5387266048, NOT_STATED, NOT_STATED,
     NOT_STATED},
    {"resnext29_16x64d", NOT_STATED, 100480, 0, 10250, 68155210, NOT_STATED, 10688866304, NOT_STATED, NOT_STATED,
     NOT_STATED},
};

static void assert_total(int64_t got, int64_t want, const char *what, const char *name) {
  if (want != NOT_STATED && got != want)
    fail_msg("%s: %s is %lld, must be %lld", name, what, (long long)got, (long long)want);
}

static model *built(const char *name) {
  model *m;
  assert_ok(model_build(name, 0, &m), name);
  return m;
}

static model_counts counts_of(const char *name) {
  model *m = built(name);
  const model_counts c = model_count(m);
  model_free(m);
  return c;
}

static void check_totals(const totals *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const totals *t = &rows[i];
    const model_counts c = counts_of(t->name);
    assert_total(c.conv_params, t->conv, "convolution weights", t->name);
    assert_total(c.norm_params, t->norm, "normalisation", t->name);
    assert_total(c.bias_params, t->bias, "biases", t->name);
    assert_total(c.fc_params, t->fc, "fully connected weights", t->name);
    assert_total(model_params(&c), t->params, "parameters", t->name);
    assert_total(c.conv_macs, t->conv_macs, "multiply-adds of convolutions", t->name);
    assert_total(c.conv_macs + c.fc_macs, t->macs, "multiply-adds", t->name);
    assert_total(c.conv_activations, t->activations, "activations", t->name);
    assert_total(c.grouped_params, t->grouped, "grouped weights", t->name);
    assert_total(c.grouped_macs, t->grouped_macs, "grouped multiply-adds", t->name);
  }
}

static void test_residual(void **state) {
  (void)state;
  check_totals(residual, ROWS(residual));
}

/* The stride in the first 1x1, as in the first ResNet paper: cheaper, with the same weights. */
static void test_early_stride(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t conv_macs, macs, params;
  } rows[] = {
      {"resnet50@v1", 3855925248, 3857973248, 25557032},
      {"resnext50_2x40d@v1", 3833446400, 3835494400, 25425000},
      {"resnext50_4x24d@v1", 3810967552, 3813015552, 25292968},
      {"resnext50_8x14d@v1", 3860742144, 3862790144, 25603016},
      {"resnext50_32x4d@v1", 3766009856, 3768057856, 25028904},
      {"resnet101@v1", 7568146432, 7570194432, 44549160},
      {"resnext101_2x40d@v1", 7552491520, 7554539520, 44456296},
      {"resnext101_4x24d@v1", 7536836608, 7538884608, 44363432},
      {"resnext101_8x14d@v1", 7670204416, 7672252416, 45104328},
      {"resnext101_32x4d@v1", 7505526784, 7507574784, 44177704},
      {"resnext101_64x4d@v1", 14533378048, 14535426048, 83455272},
      {"resnext101_32x8d@v1", 15487123456, 15489171456, 88791336},
      {"resnext101_2x64d@v1", 14658617344, 14660665344, 84198184},
      {"resnet101_1x100d@v1", 14909547520, 14911595520, 85611336},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const model_counts c = counts_of(rows[i].name);
    assert_total(c.conv_macs, rows[i].conv_macs, "multiply-adds of convolutions", rows[i].name);
    assert_total(c.conv_macs + c.fc_macs, rows[i].macs, "multiply-adds", rows[i].name);
    assert_total(model_params(&c), rows[i].params, "parameters", rows[i].name);
  }
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
      assert_total(params, c.conv_params, "weights of the layers", m->name);
      assert_total(macs, c.conv_macs, "multiply-adds of the layers", m->name);
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
  assert_refused(model_build("resnet50@v2", 0, &m), GCONV_INVALID, "resnet50 has no variant 'v2', but v1", "v2");
  assert_refused(model_build("resnext29_8x64d@v1", 0, &m), GCONV_INVALID, "has no variant 'v1'", "v1");
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
      cmocka_unit_test(test_residual),
      cmocka_unit_test(test_early_stride),
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
