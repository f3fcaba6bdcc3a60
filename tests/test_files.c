/* test_files.c - what the kernel's one-line files say: limits that limit nothing, and lists of numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "files.h"

static void test_limits(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool none;
  } rows[] = {
      {"max", true},                  /* memory.max of cgroup 2 */
      {"max 100000", true},           /* cpu.max */
      {"-1", true},                   /* cpu.cfs_quota_us of cgroup 1 */
      {"9223372036854771712", true},  /* memory.limit_in_bytes of cgroup 1, pages of 4 KiB */
      {"9223372036854710272", true},  /* ... of 64 KiB */
      {"18446744073709551615", true}, /* as some old kernels say it */
      {"536870912", false},
      {"50000 100000", false},
      {"0", false},
      {"1099511627776", false},
  };
  for (size_t i = 0; i < ROWS(rows); i++)
    if (limit_is_none(rows[i].text) != rows[i].none) fail_msg("'%s' is taken wrongly", rows[i].text);
}

static void test_lists(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int count;
  } rows[] = {{"0", 1},  {"0-1", 2}, {"0,2", 2}, {"0-3,8-11,16", 9}, {"", 0},   {"x", 0},
              {"0-", 0}, {"3-1", 0}, {"0,", 0},  {"-1", 0},          {"0 1", 0}};
  for (size_t i = 0; i < ROWS(rows); i++)
    if (count_in_list(rows[i].text) != rows[i].count)
      fail_msg("'%s' has %d", rows[i].text, count_in_list(rows[i].text));
}

/* A limit that is none, as text and as JSON; one that limits; a file that is not there. */
static void test_facts(void **state) {
  (void)state;
  char folder[] = "/tmp/gconv-files-XXXXXX", none[64], some[64], printed[512] = "", json[512] = "";
  assert_non_null(mkdtemp(folder));
  snprintf(none, sizeof none, "%s/none", folder);
  snprintf(some, sizeof some, "%s/some", folder);
  const char *const paths[] = {none, some}, *const lines[] = {"9223372036854771712\n", "4096\n"};
  for (size_t i = 0; i < ROWS(paths); i++) {
    FILE *file = fopen(paths[i], "w");
    assert_non_null(file);
    fputs(lines[i], file);
    fclose(file);
  }
  const file_fact list[] = {{"a", none, NULL, true},
                            {"b", some, NULL, true},
                            {"c", none, NULL, false},
                            {"d", "/does/not/exist", some, true},
                            {"e", "/does/not/exist", NULL, true}};
  facts f = {0};
  facts_files(&f, "s", list, ROWS(list));
  FILE *text = fmemopen(printed, sizeof printed, "w"), *object = fmemopen(json, sizeof json, "w");
  assert_true(facts_print(&f, text) && facts_print_json(&f, object));
  fclose(text);
  fclose(object);
  facts_free(&f);
  assert_string_equal(printed, "s\n  a  none\n  b  4096\n  c  9223372036854771712\n  d  4096\n  e  not visible here\n");
  assert_non_null(strstr(json, "\"a\": null"));
  assert_non_null(strstr(json, "\"b\": \"4096\""));
  for (size_t i = 0; i < ROWS(paths); i++) remove(paths[i]);
  remove(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits), cmocka_unit_test(test_lists),
                                     cmocka_unit_test(test_facts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
