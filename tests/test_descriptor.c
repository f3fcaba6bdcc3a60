/* test_descriptor.c - descriptors accepted with every derived field, descriptors refused with the right sentence, and
 * print -> parse as the identity on every built-in problem and on drawn ones. */
#include "common.h"
#include "problems.h"

#include <glob.h>

static const struct {
  const char *text;
  gconv_problem want; /* name empty and multiplicity 1 where not given */
} accepted[] = {
    /* a network's first layer: the bottom pad shrinks to what oh uses */
    {"mb1ic3ih224oc64kh7sh2ph3",
     {.groups = 1,
      .batch = 1,
      .ic = 3,
      .oc = 64,
      .ih = 224,
      .iw = 224,
      .kh = 7,
      .kw = 7,
      .stride_h = 2,
      .stride_w = 2,
      .pad_top = 3,
      .pad_bottom = 2,
      .pad_left = 3,
      .pad_right = 2,
      .oh = 112,
      .ow = 112,
      .icg = 3,
      .ocg = 64}},
    /* defaults: g 1, mb 2, stride 1, dilation 0, pad 0 */
    {"ic8ih5oc4kh3",
     {.groups = 1,
      .batch = 2,
      .ic = 8,
      .oc = 4,
      .ih = 5,
      .iw = 5,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .oh = 3,
      .ow = 3,
      .icg = 8,
      .ocg = 4}},
    /* a name with multiplicity; underscores anywhere */
    {"g32mb1_ic128oc128_ih56oh56kh3sh1ph1n\"conv2_x.conv2*3\"",
     {.groups = 32,
      .batch = 1,
      .ic = 128,
      .oc = 128,
      .ih = 56,
      .iw = 56,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_top = 1,
      .pad_bottom = 1,
      .pad_left = 1,
      .pad_right = 1,
      .oh = 56,
      .ow = 56,
      .icg = 4,
      .ocg = 4,
      .name = "conv2_x.conv2",
      .multiplicity = 3}},
    {"_ic1__ih1_oc1_kh1_n\"a*b\"",
     {.groups = 1,
      .batch = 2,
      .ic = 1,
      .oc = 1,
      .ih = 1,
      .iw = 1,
      .kh = 1,
      .kw = 1,
      .stride_h = 1,
      .stride_w = 1,
      .oh = 1,
      .ow = 1,
      .icg = 1,
      .ocg = 1,
      .name = "a*b"}},
    /* oh without ph: the pad is computed, and what is left goes to the other side */
    {"ic4ih7oc4oh7kh3",
     {.groups = 1,
      .batch = 2,
      .ic = 4,
      .oc = 4,
      .ih = 7,
      .iw = 7,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_top = 1,
      .pad_bottom = 1,
      .pad_left = 1,
      .pad_right = 1,
      .oh = 7,
      .ow = 7,
      .icg = 4,
      .ocg = 4}},
    {"ic4ih8oc4oh4kh3sh2",
     {.groups = 1,
      .batch = 2,
      .ic = 4,
      .oc = 4,
      .ih = 8,
      .iw = 8,
      .kh = 3,
      .kw = 3,
      .stride_h = 2,
      .stride_w = 2,
      .pad_bottom = 1,
      .pad_right = 1,
      .oh = 4,
      .ow = 4,
      .icg = 4,
      .ocg = 4}},
    /* ... which is integer division towards zero: -1/2 is 0, -2/2 is -1 */
    {"ic4ih10oc4oh4kh3sh2",
     {.groups = 1,
      .batch = 2,
      .ic = 4,
      .oc = 4,
      .ih = 10,
      .iw = 10,
      .kh = 3,
      .kw = 3,
      .stride_h = 2,
      .stride_w = 2,
      .pad_bottom = -1,
      .pad_right = -1,
      .oh = 4,
      .ow = 4,
      .icg = 4,
      .ocg = 4}},
    {"ic4ih11oc4oh4kh3sh2",
     {.groups = 1,
      .batch = 2,
      .ic = 4,
      .oc = 4,
      .ih = 11,
      .iw = 11,
      .kh = 3,
      .kw = 3,
      .stride_h = 2,
      .stride_w = 2,
      .pad_top = -1,
      .pad_bottom = -1,
      .pad_left = -1,
      .pad_right = -1,
      .oh = 4,
      .ow = 4,
      .icg = 4,
      .ocg = 4}},
    /* oh and ph: the bottom pad is what oh needs */
    {"g4mb1_ic16oc16_ih8oh7kh3sh1ph0",
     {.groups = 4,
      .batch = 1,
      .ic = 16,
      .oc = 16,
      .ih = 8,
      .iw = 8,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_bottom = 1,
      .pad_right = 1,
      .oh = 7,
      .ow = 7,
      .icg = 4,
      .ocg = 4}},
    {"mb1ic4ih9oc4kh3ph-1",
     {.groups = 1,
      .batch = 1,
      .ic = 4,
      .oc = 4,
      .ih = 9,
      .iw = 9,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_top = -1,
      .pad_bottom = -1,
      .pad_left = -1,
      .pad_right = -1,
      .oh = 5,
      .ow = 5,
      .icg = 4,
      .ocg = 4}},
    /* dilation counts the zeros between taps */
    {"mb1ic4ih11oc4kh3dh1ph2",
     {.groups = 1,
      .batch = 1,
      .ic = 4,
      .oc = 4,
      .ih = 11,
      .iw = 11,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .dilation_h = 1,
      .dilation_w = 1,
      .pad_top = 2,
      .pad_bottom = 2,
      .pad_left = 2,
      .pad_right = 2,
      .oh = 11,
      .ow = 11,
      .icg = 4,
      .ocg = 4}},
    /* one dimension: h is 1 */
    {"g2ic4iw33oc6kw3pw1",
     {.groups = 2,
      .batch = 2,
      .ic = 4,
      .oc = 6,
      .ih = 1,
      .iw = 33,
      .kh = 1,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_left = 1,
      .pad_right = 1,
      .oh = 1,
      .ow = 33,
      .icg = 2,
      .ocg = 3}},
    {"ic4iw33ow17oc4kw3sw2dw1",
     {.groups = 1,
      .batch = 2,
      .ic = 4,
      .oc = 4,
      .ih = 1,
      .iw = 33,
      .kh = 1,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 2,
      .dilation_w = 1,
      .pad_left = 2,
      .pad_right = 2,
      .oh = 1,
      .ow = 17,
      .icg = 4,
      .ocg = 4}},
    /* any order, both axes in full, and a single w value of its own */
    {"pw2ph1_sw1sh2_kw5kh3_iw8ih6_oc2ic2_mb1",
     {.groups = 1,
      .batch = 1,
      .ic = 2,
      .oc = 2,
      .ih = 6,
      .iw = 8,
      .kh = 3,
      .kw = 5,
      .stride_h = 2,
      .stride_w = 1,
      .pad_top = 1,
      .pad_bottom = 0,
      .pad_left = 2,
      .pad_right = 2,
      .oh = 3,
      .ow = 8,
      .icg = 2,
      .ocg = 2}},
    {"mb1ic2ih6iw8oc2kh3kw5ph2", /* pw is 2 */
     {.groups = 1,
      .batch = 1,
      .ic = 2,
      .oc = 2,
      .ih = 6,
      .iw = 8,
      .kh = 3,
      .kw = 5,
      .stride_h = 1,
      .stride_w = 1,
      .pad_top = 2,
      .pad_bottom = 2,
      .pad_left = 2,
      .pad_right = 2,
      .oh = 8,
      .ow = 8,
      .icg = 2,
      .ocg = 2}},
    {"mb1ic2ih6iw8oc2kh3ph1",
     {.groups = 1,
      .batch = 1,
      .ic = 2,
      .oc = 2,
      .ih = 6,
      .iw = 8,
      .kh = 3,
      .kw = 3,
      .stride_h = 1,
      .stride_w = 1,
      .pad_top = 1,
      .pad_bottom = 1,
      .pad_left = 1,
      .pad_right = 1,
      .oh = 6,
      .ow = 8,
      .icg = 2,
      .ocg = 2}},
};

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
  assert_int_equal(a->multiplicity, b->multiplicity ? b->multiplicity : 1);
}

static void test_accepted(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS(accepted); i++) {
    gconv_problem got;
    assert_ok(gconv_problem_parse(accepted[i].text, &got), accepted[i].text);
    assert_same_problem(&got, &accepted[i].want, true, accepted[i].text);
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
  assert_true(list.count > 300);
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
