/* test_descriptor.c - descriptors accepted with every derived field, descriptors refused with the right sentence, and
 * print -> parse as the identity on every built-in problem and on drawn ones. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "problems.h"

#include <glob.h>

/* A descriptor and every field it must give; {a, b} are the h and w values, pads are top, bottom, left, right. */
typedef struct {
  const char *text;
  int g, mb, ic, oc;
  int in[2], out[2], kernel[2], stride[2], dilation[2], pads[4];
  const char *name;
  int multiplicity;
} accepted_row;

static const accepted_row accepted[] = {
    /* a network's first layer: the bottom pad shrinks to what oh uses */
    {"mb1ic3ih224oc64kh7sh2ph3", 1, 1, 3, 64, {224, 224}, {112, 112}, {7, 7}, {2, 2}, {0, 0}, {3, 2, 3, 2}, "", 1},
    /* defaults: g 1, mb 2, stride 1, dilation 0, pad 0 */
    {"ic8ih5oc4kh3", 1, 2, 8, 4, {5, 5}, {3, 3}, {3, 3}, {1, 1}, {0, 0}, {0, 0, 0, 0}, "", 1},
    /* a name with multiplicity; underscores anywhere */
    {"g8mb1_ic32oc64_ih9kh3_n\"b.1*3\"", 8, 1, 32, 64, {9, 9}, {7, 7}, {3, 3}, {1, 1}, {0, 0}, {0, 0, 0, 0}, "b.1", 3},
    {"_ic1__ih1_oc1_kh1_n\"a*b\"", 1, 2, 1, 1, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {0, 0}, {0, 0, 0, 0}, "a*b", 1},
    /* oh without ph: the pad is computed, and what is left goes to the other side */
    {"ic4ih7oc4oh7kh3", 1, 2, 4, 4, {7, 7}, {7, 7}, {3, 3}, {1, 1}, {0, 0}, {1, 1, 1, 1}, "", 1},
    {"ic4ih8oc4oh4kh3sh2", 1, 2, 4, 4, {8, 8}, {4, 4}, {3, 3}, {2, 2}, {0, 0}, {0, 1, 0, 1}, "", 1},
    /* ... which is integer division towards zero: -1/2 is 0, -2/2 is -1 */
    {"ic4ih10oc4oh4kh3sh2", 1, 2, 4, 4, {10, 10}, {4, 4}, {3, 3}, {2, 2}, {0, 0}, {0, -1, 0, -1}, "", 1},
    {"ic4ih11oc4oh4kh3sh2", 1, 2, 4, 4, {11, 11}, {4, 4}, {3, 3}, {2, 2}, {0, 0}, {-1, -1, -1, -1}, "", 1},
    /* oh and ph: the bottom pad is what oh needs */
    {"g4mb1_ic16oc16_ih8oh7kh3sh1ph0", 4, 1, 16, 16, {8, 8}, {7, 7}, {3, 3}, {1, 1}, {0, 0}, {0, 1, 0, 1}, "", 1},
    {"mb1ic4ih9oc4kh3ph-1", 1, 1, 4, 4, {9, 9}, {5, 5}, {3, 3}, {1, 1}, {0, 0}, {-1, -1, -1, -1}, "", 1},
    /* dilation counts the zeros between taps */
    {"mb1ic4ih11oc4kh3dh1ph2", 1, 1, 4, 4, {11, 11}, {11, 11}, {3, 3}, {1, 1}, {1, 1}, {2, 2, 2, 2}, "", 1},
    /* one dimension: h is 1 */
    {"g2ic4iw33oc6kw3pw1", 2, 2, 4, 6, {1, 33}, {1, 33}, {1, 3}, {1, 1}, {0, 0}, {0, 0, 1, 1}, "", 1},
    {"ic4iw33ow17oc4kw3sw2dw1", 1, 2, 4, 4, {1, 33}, {1, 17}, {1, 3}, {1, 2}, {0, 1}, {0, 0, 2, 2}, "", 1},
    /* any order, both axes in full, and a single w value of its own */
    {"pw2ph1sw1sh2_kw5kh3iw8ih6_oc2ic2mb1", 1, 1, 2, 2, {6, 8}, {3, 8}, {3, 5}, {2, 1}, {0, 0}, {1, 0, 2, 2}, "", 1},
    {"mb1ic2ih6iw8oc2kh3kw5ph2", 1, 1, 2, 2, {6, 8}, {8, 8}, {3, 5}, {1, 1}, {0, 0}, {2, 2, 2, 2}, "", 1},
    {"mb1ic2ih6iw8oc2kh3ph1", 1, 1, 2, 2, {6, 8}, {6, 8}, {3, 3}, {1, 1}, {0, 0}, {1, 1, 1, 1}, "", 1},
};

static gconv_problem expected(const accepted_row *r) {
  gconv_problem p = {.groups = r->g, .batch = r->mb, .ic = r->ic, .oc = r->oc, .multiplicity = r->multiplicity};
  p.ih = r->in[0], p.iw = r->in[1], p.oh = r->out[0], p.ow = r->out[1];
  p.kh = r->kernel[0], p.kw = r->kernel[1], p.stride_h = r->stride[0], p.stride_w = r->stride[1];
  p.dilation_h = r->dilation[0], p.dilation_w = r->dilation[1];
  p.pad_top = r->pads[0], p.pad_bottom = r->pads[1], p.pad_left = r->pads[2], p.pad_right = r->pads[3];
  p.icg = r->ic / r->g, p.ocg = r->oc / r->g;
  strcpy(p.name, r->name);
  return p;
}

static const struct {
  const char *text, *fragment;
} refused[] = {
    {"", "'ic' is missing"},
    {"ic8ih5kh3", "'oc' is missing"},
    {"ic8oc8kh3", "'ih' is missing"},
    {"ic8oc8ih5", "'kh' is missing"},
    {"ic8oc8ih5kh3xx1", "unknown field 'xx'"},
    {"ic8oc8id5ih5kh3", "'id' is a depth field"},
    {"ic8oc8ih5kh3kd3", "'kd' is a depth field"},
    {"ic8oc8ih5kh", "'kh' has no number"},
    {"ic8oc8ih5kh3dh-1", "'dh' has no number"},
    {"ic8oc8ih5kh3ph--1", "'ph' has no number"},
    {"ic8oc8ih5kh3ic8", "'ic' is given twice"},
    {"8ic8oc8ih5kh3", "expected a field at '8ic8"},
    {"ic8oc8ih5kh3;", "expected a field at ';'"},
    {"ic0oc8ih5kh3", "ic is 0"},
    {"ic8oc0ih5kh3", "oc is 0"},
    {"g0ic8oc8ih5kh3", "g is 0"},
    {"mb0ic8oc8ih5kh3", "mb is 0"},
    {"ic8oc8ih0kh3", "ih is 0"},
    {"ic8oc8ih5kh0", "kh is 0"},
    {"ic8oc8ih5kh3sh0", "sh is 0"},
    {"ic8oc8ih5oh0kh3", "oh is 0"},
    {"g3ic8oc9ih5kh3", "g is 3, does not divide ic 8"},
    {"g3ic9oc8ih5kh3", "g is 3, does not divide oc 8"},
    {"ic8oc8ih5kh7", "covers 7 but the padded input only 5"},
    {"ic8oc8ih5kh3dh2", "covers 7 but the padded input only 5"},
    {"ic8oc8ih5kh3ph-2", "covers 3 but the padded input only 1"},
    {"ic99999999999oc8ih5kh3", "ic 99999999999 does not fit 31 bits"},
    {"ic8oc8ih5kh3ph-99999999999", "ph -99999999999 does not fit 31 bits"},
    {"ic8oc8ih5oh2000000000kh3sh2000000000", "do not fit 31 bits"},
    {"ic8oc8ih2000000000kh3ph2000000000", "does not fit 31 bits"},
    {"mb2000000000ic2000oc8ih500kh3", "2^47 bytes or more"},
    {"ic8oc8ih5kh3n\"open", "no closing quote"},
    {"ic8oc8ih5kh3n\"a\"n\"b\"", "name is given twice"},
    {"ic8oc8ih5kh3n\"a*0\"", "multiplicity 0"},
    {"ic8oc8ih5kh3n\"a*99999999999\"", "multiplicity 99999999999"},
};

static void assert_same_problem(const gconv_problem *a, const gconv_problem *b, bool labels, const char *what) {
  const struct {
    const char *field;
    int a, b;
  } fields[] = {
#define FIELD(f) {#f, (int)a->f, (int)b->f}
      FIELD(groups),     FIELD(batch),      FIELD(ic),        FIELD(oc),         FIELD(ih),       FIELD(iw),
      FIELD(kh),         FIELD(kw),         FIELD(stride_h),  FIELD(stride_w),   FIELD(oh),       FIELD(ow),
      FIELD(dilation_h), FIELD(dilation_w), FIELD(pad_top),   FIELD(pad_bottom), FIELD(pad_left), FIELD(pad_right),
      FIELD(icg),        FIELD(ocg),        FIELD(direction), FIELD(dtype),
#undef FIELD
  };
  for (size_t i = 0; i < ROWS(fields); i++)
    if (fields[i].a != fields[i].b)
      fail_msg("%s: %s is %d, must be %d", what, fields[i].field, fields[i].a, fields[i].b);
  if (!labels) return;
  assert_string_equal(a->name, b->name);
  assert_int_equal(a->multiplicity, b->multiplicity);
}

static void test_accepted(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(accepted); i++) {
    gconv_problem got;
    assert_ok(gconv_problem_parse(accepted[i].text, &got), accepted[i].text);
    const gconv_problem want = expected(&accepted[i]);
    assert_same_problem(&got, &want, true, accepted[i].text);
  }
}

static void test_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(refused); i++) {
    gconv_problem p = {.groups = 7};
    assert_refused(gconv_problem_parse(refused[i].text, &p), GCONV_INVALID, refused[i].fragment, refused[i].text);
    assert_int_equal(p.groups, 7); /* a refused descriptor leaves the problem alone */
  }
  gconv_problem p;
  assert_refused(gconv_problem_parse(NULL, &p), GCONV_INVALID, "descriptor is NULL", "NULL");
  assert_refused(gconv_problem_parse("ic8oc8ih5kh3", NULL), GCONV_INVALID, "problem is NULL", "NULL");
}

static void test_long_name(void **state) {
  (void)state;
  char text[512] = "ic1oc1ih1kh1n\"";
  memset(text + strlen(text), 'x', 300);
  strcat(text, "*12\"");
  const gconv_problem p = problem_of(text, GCONV_FWD);
  assert_int_equal(strlen(p.name), GCONV_NAME_MAX - 1);
  assert_int_equal(p.multiplicity, 12);
}

static void assert_round_trip(const gconv_problem *p) {
  char text[GCONV_TEXT_MAX];
  gconv_problem back;
  const int length = gconv_problem_print(p, text, sizeof text);
  assert_int_equal(length, strlen(text));
  assert_ok(gconv_problem_parse(text, &back), text);
  assert_same_problem(&back, p, false, text);
}

static void test_round_trip_of_sets(void **state) {
  (void)state;
  glob_t files;
  assert_int_equal(glob(GCONV_SHAPES "/*.txt", 0, NULL, &files), 0);
  problem_list list = {0};
  for (size_t i = 0; i < files.gl_pathc; i++) assert_ok(problem_list_add(&list, files.gl_pathv[i]), files.gl_pathv[i]);
  assert_true(list.count > 100);
  for (size_t i = 0; i < list.count; i++) assert_round_trip(&list.cases[i].problem);
  problem_list_free(&list);
  globfree(&files);
}

static void test_round_trip_of_drawn_problems(void **state) {
  (void)state;
  uint64_t r = 1;
  int valid = 0;
  for (int i = 0; i < 20000; i++) {
    gconv_problem p = {.groups = draw(&r, 1, 4), .batch = draw(&r, 1, 3), .ih = draw(&r, 1, 12), .iw = draw(&r, 1, 12)};
    p.ic = p.groups * draw(&r, 1, 5), p.oc = p.groups * draw(&r, 1, 5);
    p.kh = draw(&r, 1, 4), p.kw = draw(&r, 1, 4);
    p.stride_h = draw(&r, 0, 3), p.stride_w = draw(&r, 0, 3);
    p.dilation_h = draw(&r, 0, 2), p.dilation_w = draw(&r, 0, 2);
    p.pad_top = draw(&r, -3, 4), p.pad_bottom = draw(&r, -3, 4);
    p.pad_left = draw(&r, -3, 4), p.pad_right = draw(&r, -3, 4);
    if (gconv_problem_init(&p)) continue;
    valid++;
    assert_round_trip(&p);
  }
  assert_true(valid > 10000);
}

/* Any text is either a problem or refused with a sentence. */
static void test_damaged_descriptors(void **state) {
  (void)state;
  static const char alphabet[] = "gmbicohwksdpn0123456789_-\"* :";
  uint64_t r = 2;
  for (int i = 0; i < 50000; i++) {
    char text[128] = "g32mb1_ic128oc128_ih56oh56kh3sh1ph1n\"conv*3\"";
    for (int damage = draw(&r, 1, 3); damage; damage--)
      text[draw(&r, 0, (int)strlen(text) - 1)] = alphabet[draw(&r, 0, (int)sizeof alphabet - 2)];
    gconv_problem p;
    if (gconv_problem_parse(text, &p) == GCONV_OK)
      assert_round_trip(&p);
    else
      assert_true(strlen(gconv_last_error()) > 5);
  }
}

static void test_print_truncates(void **state) {
  (void)state;
  const gconv_problem p = problem_of("g32mb1_ic128oc128_ih56oh56kh3sh1ph1", GCONV_FWD);
  char small[8];
  assert_int_equal(gconv_problem_print(&p, small, sizeof small), strlen("g32mb1_ic128oc128_ih56oh56kh3sh1ph1"));
  assert_string_equal(small, "g32mb1_");
  assert_int_equal(gconv_problem_print(&p, NULL, 0), strlen("g32mb1_ic128oc128_ih56oh56kh3sh1ph1"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_accepted),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_long_name),
      cmocka_unit_test(test_round_trip_of_sets),
      cmocka_unit_test(test_round_trip_of_drawn_problems),
      cmocka_unit_test(test_damaged_descriptors),
      cmocka_unit_test(test_print_truncates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
