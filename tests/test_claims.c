/* test_claims.c - published figures: the verdicts, and that no difference goes unexplained. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"
#include "claims.h"
#include "common.h"

enum { SOURCE, CLAIM, CLAIMED, COMPUTED, VERDICT, COLUMNS };

static const char *cell(const table *t, size_t row, size_t column) { return t->cells[row * t->columns + column]; }

static bool begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static void test_every_verdict(void **state) {
  (void)state;
  table t;
  assert_ok(claims_compute(&t), "claims");
  assert_int_equal(t.columns, COLUMNS);
  assert_int_equal(t.count % COLUMNS, 0);
  size_t equal = 0;
  for (size_t row = 1; row < t.count / COLUMNS; row++) {
    const char *verdict = cell(&t, row, VERDICT), *claim_text = cell(&t, row, CLAIM);
    if (begins(verdict, "equal")) {
      equal++;
      continue;
    }
    const char *why = strstr(verdict, ": ");
    if ((!begins(verdict, "differs, ") && !begins(verdict, "not computed: ")) || !why || strlen(why) < 10)
      fail_msg("%s: the verdict '%s' gives no reason", claim_text, verdict);
    assert_true(begins(verdict, "differs") == !!strcmp(cell(&t, row, COMPUTED), "-"));
  }
  assert_true(equal > 150);
  table_free(&t);
}

/* A figure of each kind, as it must come out. */
static void test_known_rows(void **state) {
  (void)state;
  static const struct {
    const char *source, *claim, *claimed, *computed, *verdict;
  } rows[] = {
      {"textbook example", "weights of a dense 3x3, 128 -> 128 channels", "147456", "147456", "equal"},
      {"textbook example", "weights of two groups of 64 -> 64", "73728", "73728", "equal"},
      {"ResNeXt Table 1", "ResNet-50: parameters, 25.5 million", "25500000", "25503912", "equal after rounding"},
      {"ResNeXt Table 1", "ResNet-50: parameters, 25.5 million, with batch normalisation", "25500000", "25557032",
       "differs, rounds to 25600000"},
      {"ResNeXt Table 2", "parameters, about 70k, C = 8, d = 14", "70000", "71456", "differs, rounds to 71000"},
      {"ResNeXt Figure 3", "weights: form (a), 32 paths summed, against (c)", "1", "1", "equal"},
      {"ResNeXt rule (ii)", "MACs of the second block of conv5 against conv2's second block, resnext50_8x14d", "1", "1",
       "equal"},
      {"ResNeXt Table 7", "ResNeXt-29 16x64d: parameters, 68.1 million", "68100000", "68054730",
       "equal after rounding"},
      {"ResNeXt Table 4", "ResNeXt-101 64x4d: FLOPs (MACs), about 15 billion", "15000000000", "15460270080",
       "equal after rounding"},
      {"MobileNet Table 2", "% of mult-adds in 1x1", "94.86", "94.8574", "equal after rounding"},
      {"ResNeXt Table 5", "errors of six networks at 224 to 320", "19.1 to 22.0 %, 4.4 to 6.0 %", "-", "not computed"},
  };
  table t;
  assert_ok(claims_compute(&t), "claims");
  for (size_t i = 0; i < ROWS(rows); i++) {
    size_t found = 0;
    for (size_t row = 1; row < t.count / COLUMNS; row++) {
      if (strcmp(cell(&t, row, SOURCE), rows[i].source) || strcmp(cell(&t, row, CLAIM), rows[i].claim)) continue;
      found++;
      assert_string_equal(cell(&t, row, CLAIMED), rows[i].claimed);
      assert_string_equal(cell(&t, row, COMPUTED), rows[i].computed);
      if (!begins(cell(&t, row, VERDICT), rows[i].verdict))
        fail_msg("%s: '%s', must be '%s'", rows[i].claim, cell(&t, row, VERDICT), rows[i].verdict);
    }
    if (found != 1) fail_msg("%zu rows '%s'", found, rows[i].claim);
  }
  table_free(&t);
}

/* False claims must be found out, and nothing is taken for a network or a layer that is none. */
static void test_evaluation(void **state) {
  (void)state;
  static const char dense[] = "mb1_ic8oc8_ih4kh3ph1"; /* 576 weights, 9216 multiply-adds */
  static const struct {
    claim claim;
    const char *verdict; /* NULL: refused */
  } rows[] = {
      {{"s", "exact", 576, .what = WEIGHTS, .of = {dense}}, "equal"},
      {{"s", "off by one", 577, .what = WEIGHTS, .of = {dense}, .why = "test"},
       "differs, 0.998267 times the claim: test"},
      {{"s", "rounded", 600, 100, WEIGHTS, .of = {dense}}, "equal after rounding"},
      {{"s", "rounded wrongly", 500, 100, WEIGHTS, .of = {dense}, .why = "test"}, "differs, rounds to 600: test"},
      {{"s", "sum", 1152, .what = WEIGHTS, .of = {dense, dense}}, "equal"},
      {{"s", "times", 1728, .what = WEIGHTS, .of = {"mb1_ic8oc8_ih4kh3ph1n\"x*3\""}}, "equal"},
      {{"s", "ratio", 2, .what = MACS, .of = {dense, dense}, .against = {dense}}, "equal"},
      {{"s", "percent", 50, .what = MACS, .scale = 100, .of = {dense}, .against = {dense, dense}}, "equal"},
      {{"s", "no such layer", 1, .what = MACS, .of = {"resnet50:conv9*"}}, NULL},
      {{"s", "no such network", 1, .what = MACS, .of = {"resnet51"}}, NULL},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    table t;
    table_start(&t, COLUMNS, (const char *const[]){"source", "claim", "claimed", "computed", "verdict"});
    const gconv_status status = claim_add(&t, &rows[i].claim);
    if (rows[i].verdict) {
      assert_ok(status, rows[i].claim.text);
      assert_string_equal(cell(&t, 1, VERDICT), rows[i].verdict);
    } else {
      assert_refused(status, GCONV_INVALID, "resnet", rows[i].claim.text);
    }
    table_free(&t);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_verdict),
      cmocka_unit_test(test_known_rows),
      cmocka_unit_test(test_evaluation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
