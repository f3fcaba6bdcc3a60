/* cook_toom.c - Toom-Cook matrices by their definition, in rationals of 64-bit integers: with the few small points in
 * use nothing comes near an overflow, and every entry is exact. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cook_toom.h"

#include <math.h>

static const gconv_ratio zero = {0, 1}, one = {1, 1};

static int64_t gcd(int64_t a, int64_t b) {
  while (b) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

static gconv_ratio reduced(int64_t num, int64_t den) {
  const int64_t common = gcd(num, den), sign = den < 0 ? -1 : 1;
  /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): no denominator is 0, so neither is what divides it */
  return (gconv_ratio){sign * num / common, sign * den / common};
}

gconv_ratio gconv_ratio_add(gconv_ratio a, gconv_ratio b) {
  return reduced(a.num * b.den + b.num * a.den, a.den * b.den);
}
gconv_ratio gconv_ratio_mul(gconv_ratio a, gconv_ratio b) { return reduced(a.num * b.num, a.den * b.den); }
double gconv_ratio_value(gconv_ratio a) { return (double)a.num / (double)a.den; }

static gconv_ratio negative(gconv_ratio a) { return (gconv_ratio){-a.num, a.den}; }
static gconv_ratio inverse(gconv_ratio a) { return reduced(a.den, a.num); }

static gconv_ratio power(gconv_ratio base, int exponent) {
  gconv_ratio result = one;
  for (int i = 0; i < exponent; i++) result = gconv_ratio_mul(result, base);
  return result;
}

/* prod (x - q) over all points but number `skipped` (none if it is `count`). */
static void product(const gconv_ratio *points, int count, int skipped, gconv_ratio *out) {
  for (int i = 0; i <= count; i++) out[i] = i ? zero : one;
  for (int q = 0; q < count; q++) {
    if (q == skipped) continue;
    for (int i = count; i >= 0; i--)
      out[i] = gconv_ratio_add(i ? out[i - 1] : zero, gconv_ratio_mul(out[i], negative(points[q])));
  }
}

static gconv_ratio distances(const gconv_ratio *points, int count, int p) {
  gconv_ratio n = one;
  for (int q = 0; q < count; q++)
    if (q != p) n = gconv_ratio_mul(n, gconv_ratio_add(points[p], negative(points[q])));
  return n;
}

gconv_cook_toom gconv_cook_toom_make(int m, const gconv_ratio *points) {
  gconv_cook_toom t = {.m = m, .alpha = m + COOK_TOOM_TAPS - 1};
  const int finite = t.alpha - 1;
  for (int p = 0; p < finite; p++) {
    const gconv_ratio scale = inverse(distances(points, finite, p));
    for (int i = 0; i < m; i++) t.at[i][p] = power(points[p], i);
    for (int j = 0; j < COOK_TOOM_TAPS; j++) t.g[p][j] = gconv_ratio_mul(power(points[p], j), scale);
    product(points, finite, p, t.bt[p]);
  }
  for (int i = 0; i < m; i++) t.at[i][finite] = i == m - 1 ? one : zero;
  for (int j = 0; j < COOK_TOOM_TAPS; j++) t.g[finite][j] = j == COOK_TOOM_TAPS - 1 ? one : zero;
  product(points, finite, finite, t.bt[finite]);
  return t;
}

/* |weight| of the pair (g_r, d_y) in output i of one dimension. */
static double pair_weight(const gconv_cook_toom *t, int i, int r, int y) {
  double sum = 0;
  for (int k = 0; k < t->alpha; k++)
    sum += fabs(gconv_ratio_value(t->at[i][k]) * gconv_ratio_value(t->g[k][r]) * gconv_ratio_value(t->bt[k][y]));
  return sum;
}

double gconv_cook_toom_growth(const gconv_cook_toom *t) {
  double growth = 0;
  for (int i = 0; i < t->m; i++) {
    double sum = 0;
    for (int output = 1 - COOK_TOOM_TAPS; output < t->alpha; output++) {
      double largest = 0;
      for (int r = 0; r < COOK_TOOM_TAPS; r++)
        if (output + r >= 0 && output + r < t->alpha) largest = fmax(largest, pair_weight(t, i, r, output + r));
      sum += largest;
    }
    growth = fmax(growth, sum);
  }
  return growth * growth;
}

static int terms(const gconv_ratio *row, int count) {
  int n = 0;
  for (int i = 0; i < count; i++) n += row[i].num != 0;
  return n;
}

double gconv_cook_toom_amplification(const gconv_cook_toom *t, const gconv_problem *problem, int weight_roundings) {
  int most_a = 0, most_b = 0;
  for (int i = 0; i < t->m; i++) most_a = (int)fmax(most_a, terms(t->at[i], t->alpha));
  for (int k = 0; k < t->alpha; k++) most_b = (int)fmax(most_b, terms(t->bt[k], t->alpha));
  const double roundings = 2 * most_b + weight_roundings + problem->icg + 2 * most_a;
  return gconv_cook_toom_growth(t) * roundings / (COOK_TOOM_TAPS * COOK_TOOM_TAPS * (double)problem->icg);
}
