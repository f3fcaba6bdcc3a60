/* test_winograd.c - the transforms are what the theory says, in exact rationals; the kernels hold their derived bounds,
 * and F(2x2) is exact where its arithmetic is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "common.h"
#include "impl/winograd/matrices.h"
#include "problems.h"

#include <math.h>

static const char *const kernels[WINOGRAD_TILES] = {"winograd_f2", "winograd_f4", "winograd_f6"};

static gconv_cook_toom made(int tile) {
  return gconv_cook_toom_make(winograd_matrix[tile].m, winograd_matrix[tile].points);
}

static bool is(gconv_ratio a, int64_t num, int64_t den) { return a.num == num && a.den == den; }

/* How many coefficients of d_y g_r in output i of A^T [ (G g) * (B^T d) ] are not those of the correlation, 1 where
 * y = i + r and 0 elsewhere. The expression is linear in d and in g, so 0 proves it for all of them; two dimensions are
 * the one-dimensional identity applied to columns and to rows. */
static int wrong_coefficients(const gconv_cook_toom *t) {
  int wrong = 0;
  for (int i = 0; i < t->m; i++)
    for (int r = 0; r < COOK_TOOM_TAPS; r++)
      for (int y = 0; y < t->alpha; y++) {
        gconv_ratio sum = {0, 1};
        for (int k = 0; k < t->alpha; k++)
          sum = gconv_ratio_add(sum, gconv_ratio_mul(t->at[i][k], gconv_ratio_mul(t->g[k][r], t->bt[k][y])));
        wrong += !is(sum, y == i + r, 1);
      }
  return wrong;
}

static void test_identity(void **state) {
  (void)state;
  for (int tile = 0; tile < WINOGRAD_TILES; tile++) {
    gconv_cook_toom t = made(tile);
    assert_int_equal(wrong_coefficients(&t), 0);
    t.bt[1][1] = gconv_ratio_add(t.bt[1][1], (gconv_ratio){1, 1000000});
    assert_true(wrong_coefficients(&t) > 0);
  }
}

static void test_any_points(void **state) {
  (void)state;
  static const gconv_ratio points[] = {{3, 1}, {-1, 7}, {5, 8}, {0, 1}, {-2, 3}, {9, 4}, {1, 1}};
  for (int m = 2; m <= COOK_TOOM_MAX; m++) {
    const gconv_cook_toom t = gconv_cook_toom_make(m, points);
    assert_int_equal(wrong_coefficients(&t), 0);
  }
}

static void test_ratios(void **state) {
  (void)state;
  assert_true(is(gconv_ratio_add((gconv_ratio){1, 6}, (gconv_ratio){1, 3}), 1, 2));
  assert_true(is(gconv_ratio_add((gconv_ratio){1, 6}, (gconv_ratio){-1, 6}), 0, 1));
  assert_true(is(gconv_ratio_mul((gconv_ratio){-2, 3}, (gconv_ratio){3, 4}), -1, 2));
  assert_true(is(gconv_ratio_mul((gconv_ratio){0, 1}, (gconv_ratio){3, 4}), 0, 1));
}

static void assert_constant(float constant, gconv_ratio ratio) {
  assert_true((double)constant * (double)ratio.den == (double)ratio.num);
}

/* The constants that are compiled into the transforms are the generated matrices, to the last bit, and the points come
 * as the transforms need them. */
static void test_constants(void **state) {
  (void)state;
  for (int tile = 0; tile < WINOGRAD_TILES; tile++) {
    const gconv_cook_toom t = made(tile);
    const winograd_matrices *constants = &winograd_matrix[tile];
    for (int k = 0; k < t.alpha; k++)
      for (int j = 0; j < t.alpha; j++) assert_constant(constants->bt[k][j], t.bt[k][j]);
    for (int i = 0; i < t.m; i++)
      for (int k = 0; k < t.alpha; k++) assert_constant(constants->at[i][k], t.at[i][k]);
    assert_true(is(constants->points[0], 0, 1));
    assert_true(is(constants->points[1], 1, 1));
    for (int p = 1; p < t.alpha - 1; p += 2) {
      assert_int_equal(constants->points[p].num, -constants->points[p + 1].num);
      assert_int_equal(constants->points[p].den, constants->points[p + 1].den);
    }
  }
}

/* The magnitudes that meet in output (0,0) of F(2x2,3x3), weighed by hand: the 1D figure is 5. */
static void test_growth(void **state) {
  (void)state;
  static const double growth[WINOGRAD_TILES] = {25, 961, 1734.2597530864198};
  for (int tile = 0; tile < WINOGRAD_TILES; tile++) {
    const gconv_cook_toom t = made(tile);
    assert_true(fabs(gconv_cook_toom_growth(&t) / growth[tile] - 1) < 1e-12);
    const gconv_problem narrow = problem_of("mb1_ic1oc1_ih9kh3ph1", GCONV_FWD);
    const gconv_problem wide = problem_of("mb1_ic512oc1_ih9kh3ph1", GCONV_FWD);
    const double limit = growth[tile] / 9; /* the sum over channels rounds a ninth as often */
    assert_true(gconv_cook_toom_amplification(&t, &narrow, 1) > growth[tile]);
    assert_true(fabs(gconv_cook_toom_amplification(&t, &wide, 1) / limit - 1) < 0.06);
  }
}

/* Real data stay within the bound. It is one of the worst case, in which all roundings add up; those of real data
 * mostly cancel, the more the longer the sums, but not to nothing. */
static void test_bounds_are_held(void **state) {
  (void)state;
  static const char *const problems[] = {"g16mb1_ic16oc16_ih28kh3ph1", "g4mb1_ic16oc16_ih28kh3ph1",
                                         "mb1_ic16oc16_ih28kh3ph1", "mb1_ic64oc64_ih28kh3ph1",
                                         "mb1_ic256oc16_ih14kh3ph1"};
  for (size_t i = 0; i < ROWS(problems); i++) {
    const gconv_problem p = problem_of(problems[i], GCONV_FWD);
    check_case *c;
    assert_ok(check_case_create(&p, CHECK_REAL, 1, 2, &c), problems[i]);
    print_message("%-28s error / bound:", problems[i]);
    for (int tile = 0; tile < WINOGRAD_TILES; tile++) {
      const check_result r = check_kernel(c, kernels[tile], &(gconv_env){.threads = 1});
      print_message("  %s %.2e", kernels[tile], r.err);
      assert_int_equal(r.verdict, CHECK_PASS);
      assert_true(r.err > 1e-5 && r.err < 1);
    }
    print_message("\n");
    check_case_free(c);
  }
}

/* Even integers: B^T and A^T hold 0 and +-1, G multiplies by a quarter at worst, so every intermediate of F(2x2) is a
 * small integer and binary32 holds it exactly. */
static check_case *even_case(const gconv_problem *p) {
  check_case *c;
  assert_ok(check_case_create(p, CHECK_EXACT, 7, 2, &c), p->name);
  for (int64_t i = 0; i < c->elems[GCONV_SRC]; i++) c->tensor[GCONV_SRC][i] *= 2;
  for (int64_t i = 0; i < c->elems[GCONV_WEI]; i++) c->tensor[GCONV_WEI][i] *= 2;
  for (int64_t i = 0; i < c->elems[GCONV_DST]; i++) c->want[i] *= 4;
  return c;
}

/* Runs the kernel as if it were a plain sum, whose exact cases must come out equal. Returns how many were compared. */
static int check_equal(const check_case *c, const char *kernel, bool must_hold) {
  int compared = 0;
  for (int isa = 0; isa < GCONV_ISAS; isa++) {
    gconv_plan *plan;
    if (!(check_variants(kernel, gconv_isa_detect()) & 1u << isa)) continue;
    if (gconv_plan_create(kernel, &c->problem, &(gconv_env){.threads = 2, .isa_mask = 1u << isa}, &plan)) continue;
    gconv_kernel strict = *plan->kernel;
    strict.numeric = GCONV_SUM_ANY_ORDER;
    strict.amplification = NULL;
    plan->kernel = &strict;
    const check_result r = check_plan(c, plan);
    if (must_hold && r.verdict != CHECK_PASS) print_error("%s: %s\n", c->problem.name, r.reason);
    assert_int_equal(r.verdict == CHECK_PASS, must_hold);
    gconv_plan_destroy(plan);
    compared++;
  }
  return compared;
}

static void test_f2_is_exact_on_even_integers(void **state) {
  (void)state;
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "smoke,edges"), "sets");
  int compared = 0;
  for (size_t i = 0; i < list.count; i++) {
    check_case *c = even_case(&list.cases[i].problem);
    compared += check_equal(c, "winograd_f2", true);
    check_case_free(c);
  }
  assert_true(compared > 50);
  problem_list_free(&list);
}

/* Thirds are not exact: the comparison above is one that can fail. */
static void test_f4_is_not(void **state) {
  (void)state;
  const gconv_problem p = problem_of("g2mb1_ic32oc32_ih12kh3ph1", GCONV_FWD);
  check_case *c = even_case(&p);
  assert_true(check_equal(c, "winograd_f4", false) > 0);
  check_case_free(c);
}

/* What these kernels refuse, they refuse with the reason. */
static void test_refusals(void **state) {
  (void)state;
  static const struct {
    const char *descriptor, *reason;
    gconv_direction direction;
  } rows[] = {
      {"mb1_ic16oc16_ih14kh5ph2", "3x3", GCONV_FWD},
      {"mb1_ic16oc16_ih14kh3ph1_iw14ow14kw1sw1pw0", "3x3", GCONV_FWD},
      {"mb1_ic16oc16_ih14kh3sh2ph1", "stride 1", GCONV_FWD},
      {"mb1_ic16oc16_ih14kh3dh1ph2", "dilation", GCONV_FWD},
      {"mb1_ic16oc16_ih14kh3ph1", "bwd_d", GCONV_BWD_D},
      {"mb1_ic16oc16_ih14kh3ph1", "bwd_w", GCONV_BWD_W},
  };
  for (size_t i = 0; i < ROWS(rows); i++)
    for (int tile = 0; tile < WINOGRAD_TILES; tile++) {
      const gconv_problem p = problem_of(rows[i].descriptor, rows[i].direction);
      gconv_plan *plan;
      assert_refused(gconv_plan_create(kernels[tile], &p, NULL, &plan), GCONV_UNSUPPORTED, rows[i].reason,
                     rows[i].descriptor);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ratios),
      cmocka_unit_test(test_identity),
      cmocka_unit_test(test_any_points),
      cmocka_unit_test(test_constants),
      cmocka_unit_test(test_growth),
      cmocka_unit_test(test_bounds_are_held),
      cmocka_unit_test(test_f2_is_exact_on_even_integers),
      cmocka_unit_test(test_f4_is_not),
      cmocka_unit_test(test_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
