/* test_registry.c - the registry says what is on disk, its rows are complete, and kernels are found by name and ISA. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"

#include <dirent.h>

/* NAME of every impl/NAME.c and impl/NAME/, sorted by nothing: a set. */
static size_t names_on_disk(char names[][GCONV_NAME_MAX], size_t size) {
  DIR *folder = opendir(GCONV_KERNELS "/impl");
  assert_non_null(folder);
  size_t count = 0;
  for (struct dirent *entry; (entry = readdir(folder));) {
    if (entry->d_name[0] == '.') continue;
    const char *dot = strrchr(entry->d_name, '.');
    if (dot && strcmp(dot, ".c")) continue; /* a header beside the kernels */
    assert_true(count < size);
    snprintf(names[count++], GCONV_NAME_MAX, "%.*s", (int)strcspn(entry->d_name, "."), entry->d_name);
  }
  closedir(folder);
  return count;
}

static void test_files_are_registered(void **state) {
  (void)state;
  static char names[256][GCONV_NAME_MAX];
  const size_t files = names_on_disk(names, ROWS(names));
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t f = 0; f < files; f++) {
    bool found = false;
    for (size_t e = 0; e < count; e++) found |= !strcmp(names[f], entries[e].name);
    if (!found) fail_msg("impl/%s is not in kernels.inc", names[f]);
  }
  for (size_t e = 0; e < count; e++) {
    bool found = false;
    for (size_t f = 0; f < files; f++) found |= !strcmp(names[f], entries[e].name);
    if (!found) fail_msg("kernels.inc names %s, but there is no impl/%s", entries[e].name, entries[e].name);
  }
  assert_int_equal(files, count);
}

static void test_lines_are_read(void **state) {
  (void)state;
  FILE *file = fopen(GCONV_KERNELS "/kernels.inc", "r");
  assert_non_null(file);
  size_t lines = 0, count;
  char line[512];
  while (fgets(line, sizeof line, file)) lines += !strncmp(line, "GCONV_KERNEL(", 13);
  fclose(file);
  gconv_registry(&count);
  assert_int_equal(lines, count);
}

static void assert_complete(const gconv_entry *entry, gconv_isa isa) {
  const gconv_kernel *k = entry->variant[isa];
  assert_string_equal(k->name, entry->name);
  assert_int_equal(k->isa, isa);
  assert_true(k->summary && *k->summary);
  assert_true(k->reference && *k->reference);
  assert_true(k->dtypes && k->dtypes < 1u << GCONV_DTYPES);
  assert_true(k->directions && k->directions < 1u << GCONV_DIRECTIONS);
  assert_non_null(k->plan);
  assert_non_null(k->execute);
  assert_true((k->numeric == GCONV_TRANSFORM) == (k->amplification != NULL));
}

static void test_rows(void **state) {
  (void)state;
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  assert_true(count > 0);
  assert_ptr_equal(gconv_registry(NULL), entries);
  for (size_t e = 0; e < count; e++) {
    assert_true(entries[e].idea && *entries[e].idea);
    for (size_t other = 0; other < e; other++) assert_string_not_equal(entries[e].name, entries[other].name);
    if (entries[e].missing) continue;
    assert_non_null(entries[e].variant[GCONV_ISA_SCALAR]);
    for (int isa = 0; isa < GCONV_ISAS; isa++)
      if (entries[e].variant[isa]) assert_complete(&entries[e], (gconv_isa)isa);
  }
}

static void test_find(void **state) {
  (void)state;
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count; e++)
    for (unsigned mask = 0; mask < 1u << GCONV_ISAS; mask++) {
      const gconv_kernel *kernel = gconv_kernel_find(entries[e].name, mask);
      if (entries[e].missing) {
        assert_null(kernel);
        assert_non_null(strstr(gconv_last_error(), entries[e].missing));
        continue;
      }
      const bool once = !entries[e].variant[GCONV_ISA_VECTOR4];
      const unsigned usable = (mask ? mask : ~0u) & gconv_isa_detect();
      const gconv_kernel *best = once && usable ? entries[e].variant[GCONV_ISA_SCALAR] : NULL;
      for (int isa = 0; isa < GCONV_ISAS; isa++)
        if (entries[e].variant[isa] && usable & 1u << isa) best = entries[e].variant[isa];
      assert_ptr_equal(kernel, best);
    }
}

static void test_find_by_name(void **state) {
  (void)state;
  const gconv_kernel *kernel = gconv_kernel_find("ref", 0);
  assert_non_null(kernel);
  assert_ptr_equal(kernel, gconv_kernel_find("ref@anything", 0));
  static const char *const unknown[] = {"", "re", "reff", "REF", "@ref", " ref"};
  for (size_t i = 0; i < ROWS(unknown); i++) {
    assert_null(gconv_kernel_find(unknown[i], 0));
    assert_non_null(strstr(gconv_last_error(), "no kernel is called '"));
  }
  assert_null(gconv_kernel_find(NULL, 0));
  assert_non_null(strstr(gconv_last_error(), "kernel_name is NULL"));
}

static void test_isa(void **state) {
  (void)state;
  const unsigned detected = gconv_isa_detect();
  assert_true(detected & 1u << GCONV_ISA_SCALAR);
  assert_int_equal(gconv_isa_best(0), GCONV_ISA_SCALAR);
  static const gconv_isa rising[] = {GCONV_ISA_SCALAR, GCONV_ISA_VECTOR4, GCONV_ISA_AVX2, GCONV_ISA_AVX512};
  unsigned mask = 0;
  for (size_t i = 0; i < ROWS(rising); i++) {
    mask |= 1u << rising[i];
    assert_int_equal(gconv_isa_best(mask), rising[i]);
  }
  assert_true(detected & 1u << GCONV_ISA_VECTOR4);
  assert_string_equal(gconv_isa_name(GCONV_ISA_AVX512), "avx512");
  assert_string_equal(gconv_isa_name(GCONV_ISAS), "unknown");
}

static void test_machine(void **state) {
  (void)state;
  const gconv_caches caches = gconv_caches_detect();
  assert_between(caches.l1d, 4 << 10, 1 << 20);
  assert_between(caches.l2, 64 << 10, 1 << 30);
  assert_true(caches.l3 > 0);
  assert_true(gconv_memory_bytes() > 1 << 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_files_are_registered),
      cmocka_unit_test(test_lines_are_read),
      cmocka_unit_test(test_rows),
      cmocka_unit_test(test_find),
      cmocka_unit_test(test_find_by_name),
      cmocka_unit_test(test_isa),
      cmocka_unit_test(test_machine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
