/* test_extremes.c - plans of problems that no machine holds. A descriptor with a digit too many is valid all the same:
 * a plan of it is refused with a sentence, or states sizes that make sense, at once; nothing crashes (and in the
 * sanitizer build nothing overflows). Nothing is executed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <math.h>

/* One row a way to make a product of two sizes leave 31 bits. */
static const char *const listed[] = {
    "mb1_ic1oc1_ih1073741824oh1073741824kh1073741824sh1ph1073741823_iw1ow1kw1sw1pw0", /* taps */
    "mb1_ic1oc1_ih65536oh1kh65536sh1ph0",
    "mb1_ic1oc1_ih65536oh65536kh1sh1ph0", /* pixels */
    "g2mb1_ic2oc2_ih65536oh65536kh3sh1ph1",
    "g65536mb1_ic65536oc65536_ih65536oh65536kh3sh1ph1_iw1ow1kw1sw1pw0", /* channels x rows */
    "mb1_ic262144oc262144_ih3oh3kh3sh1ph1",                             /* weights */
    "mb16777216_ic16oc16_ih9oh9kh3sh1ph1",                              /* images */
    "mb1_ic1oc1_ih1oh1kh1sh2147483647dh2147483646ph0",
};

/* Oracle for the sizes: no kernel needs a million times what the tensors take. */
static void check_plan(const gconv_plan *plan) {
  const double tensors = (double)gconv_problem_count(&plan->problem).min_bytes, most = 1e6 * (tensors + 4096);
  if ((double)plan->packed_bytes > most || (double)plan->workspace_bytes > most || plan->executed_macs < 0)
    fail_msg("%s: %zu packed bytes, %zu of workspace, %lld MACs", plan->kernel->name, plan->packed_bytes,
             plan->workspace_bytes, (long long)plan->executed_macs);
}

/* oneDNN is left out: its plan runs the problem, for which there must be memory. */
static void plan_all(const gconv_problem *problem) {
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t k = 0; k < count; k++)
    for (int run = 0; run < 2 * GCONV_ISAS && strncmp(entries[k].name, "onednn", 6); run++) {
      const gconv_env env = {
          .threads = 1 + run % 2, .isa_mask = 1u << run / 2 | 1u, .layout = (gconv_layout)(run % GCONV_LAYOUTS)};
      gconv_plan *plan;
      if (!gconv_plan_create(entries[k].name, problem, &env, &plan))
        check_plan(plan);
      else
        assert_true(*gconv_last_error());
      gconv_plan_destroy(plan);
    }
}

static void test_listed(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(listed); i++)
    for (int d = 0; d < GCONV_DIRECTIONS; d++) {
      const gconv_problem p = problem_of(listed[i], (gconv_direction)d);
      plan_all(&p);
    }
}

/* 1 to 2^bits, as many of one digit as of nine. */
static int any_size(uint64_t *r, double bits) {
  return (int)fmin(exp2(draw(r, 0, 1 << 20) * bits / (1 << 20)), 0x7fffffff);
}

static int seldom_large(uint64_t *r, double usual_bits) { return any_size(r, draw(r, 0, 2) ? usual_bits : 31); }

static void test_drawn(void **state) {
  (void)state;
  enum { PROBLEMS = 200 };
  uint64_t r = 5;
  for (int i = 0; i < PROBLEMS;) {
    gconv_problem p = {.groups = draw(&r, 0, 1) ? 1 : any_size(&r, 8), .batch = seldom_large(&r, 2)};
    p.ic = p.groups * any_size(&r, 10), p.oc = p.groups * any_size(&r, 10);
    p.ih = seldom_large(&r, 6), p.iw = seldom_large(&r, 6);
    p.kh = seldom_large(&r, 3), p.kw = seldom_large(&r, 3);
    p.stride_h = seldom_large(&r, 1.5), p.stride_w = seldom_large(&r, 1.5);
    p.dilation_h = seldom_large(&r, 1) - 1, p.dilation_w = seldom_large(&r, 1) - 1;
    p.pad_top = seldom_large(&r, 2) - 1, p.pad_bottom = seldom_large(&r, 2) - 1;
    p.pad_left = seldom_large(&r, 2) - 1, p.pad_right = seldom_large(&r, 2) - 1;
    p.direction = (gconv_direction)draw(&r, 0, GCONV_DIRECTIONS - 1);
    if (gconv_problem_init(&p)) continue;
    plan_all(&p);
    i++;
  }
}

static bool is_missing(const char *kernel) {
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t k = 0; k < count; k++)
    if (!strcmp(entries[k].name, kernel)) return entries[k].missing;
  return true;
}

/* Where oneDNN would divide by zero, or take more memory than the caller allows in order to race its layouts. */
static void test_onednn(void **state) {
  (void)state;
  if (is_missing("onednn")) skip();
  const gconv_problem taps = problem_of(listed[0], GCONV_BWD_W);
  const gconv_problem race = problem_of("mb1_ic17oc17_ih64oh64kh3ph1", GCONV_FWD); /* 568 KB, in blocks of 16 1.1 MB */
  const gconv_env much = {.memory_bytes = 1ull << 40}, little = {.memory_bytes = 700 << 10};
  gconv_plan *plan;
  assert_refused(gconv_plan_create("onednn", &taps, &much, &plan), GCONV_UNSUPPORTED, "1073741824 x 1 taps", "taps");
  assert_refused(gconv_plan_create("onednn", &race, &little, &plan), GCONV_NO_MEMORY, "bytes, the limit is 716800",
                 "race");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_listed), cmocka_unit_test(test_drawn),
                                     cmocka_unit_test(test_onednn)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
