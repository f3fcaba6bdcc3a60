/* test_model_totals.c - what the networks weigh and cost, to the last digit against published figures. */
/* SPDX-License-Identifier: Apache-2.0 */
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

static const totals others[] = {
    {"alexnet", 2332704, 0, 1376, 58631144, 60965224, 665784864, 724406816, 650080, 1413120, 410849280},
    {"alexnet_two_towers", 2332704, 0, 1376, 58631144, 60965224, 665784864, 724406816, 650080, 0, 0},
    {"alexnet_one_tower", 3745824, 0, 1376, 58631144, 62378344, 1076634144, 1135256096, 650080, 0, 0},
    {"googlenet", 5966272, 0, 7280, 1025000, 6998552, 1581647872, 1582671872, NOT_STATED, 0, 0},
    {"mobilenet_v1", 3185088, 21888, 0, 1025000, 4231976, 567716352, 568740352, NOT_STATED, 44640, 17385984},
    {"mobilenet_v1_full", NOT_STATED, 11968, 0, 1025000, 29282120 + 11968, NOT_STATED, 4867293184, NOT_STATED, 0, 0},
    {"xception", 20752424, 54528, 0, 2049000, 22855952, 8355355496, 8357403496, NOT_STATED, 207432, 132190344},
    {"shufflenet_v1_g3", 880248, NOT_STATED, 0, 960000, NOT_STATED, 136500672, 137460672, NOT_STATED, NOT_STATED,
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

static void test_others(void **state) {
  (void)state;
  check_totals(others, ROWS(others));
}

/* pycls dev/model_complexity.json, which adds the biases to the multiply-adds and the 1000 results to the
 * activations. */
static void test_regnet(void **state) {
  (void)state;
  enum { CLASSES = 1000 };
  static const struct {
    const char *name;
    int64_t params, flops, activations;
  } rows[] = {
      {"regnetx_200mf", 2684792, 199040872, 2164056},    {"regnetx_400mf", 5157512, 397678568, 3143272},
      {"regnetx_600mf", 6196040, 600891112, 3975096},    {"regnetx_800mf", 7259656, 799700712, 5148744},
      {"regnetx_1_6gf", 9190136, 1602850792, 7933512},   {"regnetx_3_2gf", 15296552, 3176622952, 11367432},
      {"regnetx_4gf", 22118248, 3964499816, 12201608},   {"regnetx_6_4gf", 26209256, 6460292264, 16369744},
      {"regnetx_8gf", 39572648, 7995133416, 14059688},   {"regnetx_12gf", 46106056, 12086679016, 21366568},
      {"regnetx_16gf", 54278536, 15940756456, 25515496}, {"regnetx_32gf", 107811560, 31735930792, 36302160},
      {"regnety_200mf", 3162996, 199519076, 2168052},    {"regnety_400mf", 4344144, 401849056, 3892496},
      {"regnety_600mf", 6055160, 601227608, 4334296},    {"regnety_800mf", 6263168, 797183328, 5249888},
      {"regnety_1_6gf", 11202430, 1612087326, 8044814},  {"regnety_3_2gf", 19436338, 3176496162, 11263418},
      {"regnety_4gf", 20646656, 3973301344, 12287200},   {"regnety_6_4gf", 30583252, 6355221876, 16407188},
      {"regnety_8gf", 39180068, 7963074196, 17968916},   {"regnety_12gf", 51822544, 12092395504, 21384496},
      {"regnety_16gf", 83590140, 15911534044, 23041228}, {"regnety_32gf", 145046770, 32279583362, 30261570},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const model_counts c = counts_of(rows[i].name);
    assert_total(model_params(&c), rows[i].params, "parameters", rows[i].name);
    assert_total(c.conv_macs + c.fc_macs + c.bias_params + CLASSES, rows[i].flops, "multiply-adds", rows[i].name);
    assert_total(c.conv_activations + CLASSES, rows[i].activations, "activations", rows[i].name);
  }
}

/* ShuffleNet's Table 1 prints millions. */
static void test_shufflenet(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int64_t millions;
  } rows[] = {{"shufflenet_v1_g1", 143},
              {"shufflenet_v1_g2", 140},
              {"shufflenet_v1_g3", 137},
              {"shufflenet_v1_g4", 133},
              {"shufflenet_v1_g8", 137}};
  for (size_t i = 0; i < ROWS(rows); i++)
    assert_total((counts_of(rows[i].name).conv_macs + 500000) / 1000000, rows[i].millions, "Mmacs", rows[i].name);
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_residual),   cmocka_unit_test(test_others),       cmocka_unit_test(test_regnet),
      cmocka_unit_test(test_shufflenet), cmocka_unit_test(test_early_stride),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
