/* test_problems.c - the value of --problems=: what is taken, what is refused, and with which sentence. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "problems.h"

static void test_sets(void **state) {
  (void)state;
  static const struct {
    const char *set;
    size_t at_least;
  } sets[] = {{"seed", 6},       {"resnet50", 20},  {"resnext50", 20}, {"table2", 6}, {"alexnet", 5},
              {"mobilenet", 10}, {"shufflenet", 5}, {"regnetx", 10},   {"edges", 50}, {"smoke", 5}};
  for (size_t i = 0; i < ROWS(sets); i++) {
    problem_list list = {0};
    assert_ok(problem_list_add(&list, sets[i].set), sets[i].set);
    assert_true(list.count >= sets[i].at_least);
    for (size_t p = 0; p < list.count; p++) {
      assert_string_equal(list.cases[p].set, sets[i].set);
      assert_int_equal(list.cases[p].problem.direction, GCONV_FWD);
      assert_true(*list.cases[p].problem.name);
    }
    problem_list_free(&list);
  }
}

/* Sets that are networks: each network by its name, some under a shorter one, some in part. */
static void test_networks(void **state) {
  (void)state;
  static const struct {
    const char *spec;
    size_t count;
    const char *first, *last;
    int multiplicity; /* of the last */
  } rows[] = {
      {"resnet50", 23, "resnet50:conv1", "resnet50:conv5_x.b", 2},
      {"resnet50@v1", 20, "resnet50@v1:conv1", "resnet50@v1:conv5_x.a", 2},
      {"resnext50", 24, "resnext50:conv1", "resnext50:conv5_x.b", 2},
      {"resnext50_grouped", 7, "resnext50:conv2_x.b", "resnext50:conv5_x.b", 2},
      {"table2", 35, "1x64d:conv2_x.b", "32x4d:conv5_x.b", 2},
      {"alexnet", 10, "alexnet:conv1", "alexnet-dense:conv5", 1},
      {"googlenet", 49, "googlenet:conv1", "googlenet:5b.5x5", 1},
      {"resnext101_64x4d", 19, "resnext101_64x4d:conv1", "resnext101_64x4d:conv5_x.b", 2},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    problem_list list = {0};
    assert_ok(problem_list_add(&list, rows[i].spec), rows[i].spec);
    assert_int_equal(list.count, rows[i].count);
    const problem_case *last = &list.cases[list.count - 1];
    assert_string_equal(last->set, rows[i].spec);
    assert_string_equal(list.cases[0].problem.name, rows[i].first);
    assert_string_equal(last->problem.name, rows[i].last);
    assert_int_equal(last->problem.multiplicity, rows[i].multiplicity);
    problem_list_free(&list);
  }
  problem_list list = {0};
  assert_refused(problem_list_add(&list, "resnet50@v3"), GCONV_INVALID, "no variant 'v3'", "unknown variant");
}

static bool in_case(const char *name, const char *other) {
  const size_t length = strcspn(name, ".") + 1;
  return !strncmp(name, other, length);
}

/* Sweeps name what belongs together SET:CASE.ROLE: every case has its dense twin, and roles say what they are. */
static void test_sweeps(void **state) {
  (void)state;
  static const struct {
    const char *set, *twin;
    size_t count;
  } rows[] = {{"ladder", ".dense", 232}, {"savings", ".g1", 148}, {"shufflenet_g2", ".g1", 24}};
  for (size_t i = 0; i < ROWS(rows); i++) {
    problem_list list = {0};
    assert_ok(problem_list_add(&list, rows[i].set), rows[i].set);
    assert_int_equal(list.count, rows[i].count);
    const gconv_problem *twin = NULL;
    for (size_t c = 0; c < list.count; c++) {
      const gconv_problem *p = &list.cases[c].problem;
      const char *role = strchr(p->name, '.');
      assert_non_null(role);
      if (!strcmp(role, rows[i].twin)) twin = p;
      assert_true(twin && in_case(p->name, twin->name)); /* the twin comes first */
      assert_int_equal(p->ih, twin->ih);
      assert_int_equal(p->oh, twin->oh);
      const int number = atoi(role + 2);
      if (role[1] == 'c') assert_int_equal(p->icg, number);
      if (role[1] == 'g') assert_int_equal(p->groups, number);
      if (role[1] == 'c' || p == twin) assert_true(p->ic == twin->ic && p->oc == twin->oc);
      if (role[1] != 'e') continue;
      const gconv_problem *grouped = &list.cases[c - 1].problem; /* of about the same cost */
      assert_int_equal(grouped->icg, number);
      const double ratio = (double)gconv_problem_count(p).params / (double)gconv_problem_count(grouped).params;
      assert_true(ratio > 0.65 && ratio < 1.5);
    }
    problem_list_free(&list);
  }
}

/* A layer for every width, map, window and stride; the map shrinks by the stride alone. */
static void test_grid(void **state) {
  (void)state;
  enum { WIDTHS = 13, CASES = 4 * 3 * 2 };
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "grid"), "grid");
  assert_int_equal(list.count, WIDTHS * CASES);
  for (size_t c = 0; c < list.count; c++) {
    const gconv_problem *p = &list.cases[c].problem;
    int map, window, stride, width;
    assert_int_equal(sscanf(p->name, "grid:%dk%ds%d.c%d", &map, &window, &stride, &width), 4);
    assert_true(p->ih == map && p->iw == map && p->kh == window && p->kw == window && p->stride_h == stride);
    assert_true(p->oh == (map + stride - 1) / stride && p->ow == p->oh);
    assert_true(p->icg == width && p->ocg == width && p->ic * map <= 128 * 56 && (p->ic + width) * map > 128 * 56);
    if (c % WIDTHS) assert_true(width > list.cases[c - 1].problem.icg);
  }
  problem_list_free(&list);
}

/* As many as asked for, the same each time, none too small to be timed. */
static void test_random_set(void **state) {
  (void)state;
  problem_list list = {0}, again = {0}, other = {0};
  assert_ok(problem_list_add(&list, "random@7x40"), "random@7x40");
  assert_ok(problem_list_add(&again, "random@7x40"), "random@7x40");
  assert_ok(problem_list_add(&other, "random@8x40"), "random@8x40");
  assert_int_equal(list.count, 40);
  size_t equal = 0;
  for (size_t i = 0; i < list.count; i++) {
    const gconv_counts counts = gconv_problem_count(&list.cases[i].problem);
    char text[3][GCONV_TEXT_MAX];
    gconv_problem_print(&list.cases[i].problem, text[0], sizeof text[0]);
    gconv_problem_print(&again.cases[i].problem, text[1], sizeof text[1]);
    gconv_problem_print(&other.cases[i].problem, text[2], sizeof text[2]);
    assert_true(counts.macs_nominal >= 1000000);
    assert_string_equal(text[0], text[1]);
    equal += !strcmp(text[0], text[2]);
  }
  assert_true(equal < 4);
  assert_string_equal(list.cases[39].problem.name, "random@7:39");
  assert_refused(problem_list_add(&list, "random@7"), GCONV_INVALID, "is not random@SEEDxN", "no number");
  assert_refused(problem_list_add(&list, "random@x9"), GCONV_INVALID, "is not random@SEEDxN", "no seed");
  assert_refused(problem_list_add(&list, "random@7x0"), GCONV_INVALID, "N is 1 to 100000", "none");
  problem_list_free(&list);
  problem_list_free(&again);
  problem_list_free(&other);
}

static void test_comma_list(void **state) {
  (void)state;
  problem_list smoke = {0}, list = {0};
  assert_ok(problem_list_add(&smoke, "smoke"), "smoke");
  assert_ok(problem_list_add(&list, "ic8oc8ih5kh3n\"a,b\",smoke, g2ic8oc8ih5kh3"), "list");
  assert_int_equal(list.count, smoke.count + 2);
  assert_string_equal(list.cases[0].set, "cli");
  assert_string_equal(list.cases[0].problem.name, "a,b");
  assert_string_equal(list.cases[1].set, "smoke");
  assert_int_equal(list.cases[list.count - 1].problem.groups, 2);
  problem_list_free(&list);
  problem_list_free(&smoke);
}

/* Arguments are any bytes; a name among them goes into tables and JSON. */
static void test_names_are_utf8(void **state) {
  (void)state;
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "ic8oc8ih5kh3n\"caf\xe9\",ic8oc8ih5kh3n\"caf\xc3\xa9\""), "names");
  assert_string_equal(list.cases[0].problem.name, "caf?");
  assert_string_equal(list.cases[1].problem.name, "caf\xc3\xa9");
  problem_list_free(&list);
}

static void test_refused_problems(void **state) {
  (void)state;
  static const struct {
    const char *spec, *fragment;
  } rows[] = {
      {"nosuchset", "'nosuchset' is neither a named set"},
      {"", "empty item"},
      {"smoke,,edges", "empty item"},
      {"ic8oc8ih5", "ic8oc8ih5: field 'kh' is missing"},
      {"/no/such/file.txt", "/no/such/file.txt: No such file"},
      {"smoke,ic8oc8ih5kh9", "the padded input only 5"},
      {"/tmp", "/tmp"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    problem_list list = {0};
    assert_refused(problem_list_add(&list, rows[i].spec), GCONV_INVALID, rows[i].fragment, rows[i].spec);
    assert_int_equal(list.count, 0);
    problem_list_free(&list);
  }
  problem_list list = {0};
  assert_refused(problem_list_add(&list, NULL), GCONV_INVALID, "spec is NULL", "NULL");
  assert_refused(problem_list_add(NULL, "smoke"), GCONV_INVALID, "list is NULL", "NULL");
}

static void test_batch(void **state) {
  (void)state;
  problem_list list = {0};
  assert_ok(problem_list_add(&list, "smoke,ic512oc512ih56kh3"), "smoke");
  assert_ok(problem_list_set_batch(&list, 7), "batch");
  for (size_t i = 0; i < list.count; i++) assert_int_equal(list.cases[i].problem.batch, 7);
  assert_refused(problem_list_set_batch(&list, 0), GCONV_INVALID, "mb is 0", "batch 0");
  assert_refused(problem_list_set_batch(&list, INT32_MAX), GCONV_INVALID, "2^47", "huge batch");
  for (size_t i = 0; i < list.count; i++) assert_int_equal(list.cases[i].problem.batch, 7);
  problem_list_free(&list);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sets),
      cmocka_unit_test(test_networks),
      cmocka_unit_test(test_sweeps),
      cmocka_unit_test(test_grid),
      cmocka_unit_test(test_random_set),
      cmocka_unit_test(test_comma_list),
      cmocka_unit_test(test_refused_problems),
      cmocka_unit_test(test_batch),
      cmocka_unit_test(test_names_are_utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
