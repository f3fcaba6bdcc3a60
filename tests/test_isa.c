/* test_isa.c - which variant of a kernel runs: masks that leave nothing are refused on whatever machine, rows that say
 * another instruction set than theirs too, and what a row does not name; naive_split's builds; and simd.h says every
 * word of its vocabulary. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common.h"
#include "core/registry.h"

#include <ctype.h>

enum {
  SCALAR = 1u << GCONV_ISA_SCALAR,
  AVX2 = 1u << GCONV_ISA_AVX2,
  AVX512 = 1u << GCONV_ISA_AVX512,
  UNKNOWN = 1u << 7
};

/* The machine is an argument: what an older one would say is tested on any. */
static void test_allowed(void **state) {
  (void)state;
  static const struct {
    unsigned wanted, detected, mask;
    const char *says;
  } rows[] = {
      {0, SCALAR, SCALAR, NULL},
      {0, SCALAR | AVX2, SCALAR | AVX2, NULL},
      {AVX2, SCALAR | AVX2 | AVX512, AVX2, NULL},
      {AVX2 | AVX512, SCALAR | AVX2, AVX2, NULL},
      {SCALAR, SCALAR | AVX2, SCALAR, NULL},
      {AVX512, SCALAR | AVX2, 0, "(avx512), of which this CPU has nothing: it has scalar, avx2"},
      {AVX2 | AVX512, SCALAR, 0, "(avx2, avx512), of which this CPU has nothing: it has scalar"},
      {UNKNOWN, SCALAR | AVX2, 0, "isa_mask is 0x80 (bit 7)"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    unsigned mask = UNKNOWN;
    const gconv_status status = gconv_isa_allow(rows[i].wanted, rows[i].detected, &mask);
    if (rows[i].says)
      assert_refused(status, GCONV_UNSUPPORTED, rows[i].says, rows[i].says);
    else
      assert_ok(status, "mask");
    assert_int_equal(mask, rows[i].mask);
  }
}

static void test_nothing_left(void **state) {
  (void)state;
  const gconv_problem p = problem_of("g2mb1_ic8oc8_ih6kh3ph1", GCONV_FWD);
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count; e++) {
    gconv_plan *plan;
    assert_refused(gconv_plan_create(entries[e].name, &p, &(gconv_env){.isa_mask = UNKNOWN}, &plan), GCONV_UNSUPPORTED,
                   "of which this CPU has nothing", entries[e].name);
    assert_null(plan);
    assert_null(gconv_kernel_find(entries[e].name, UNKNOWN));
  }
  gconv_library libraries[8];
  const int found = gconv_libraries(UNKNOWN, libraries, (int)ROWS(libraries));
  for (int i = 0; i < found; i++) assert_non_null(strstr(libraries[i].text, "of which this CPU has nothing"));
}

/* Entries as the registry might have them, on a machine with whatever the mask says. */
static void test_entries(void **state) {
  (void)state;
  static const gconv_kernel scalar = {.name = "k"}, avx2 = {.name = "k", .isa = GCONV_ISA_AVX2},
                            avx512 = {.name = "k", .isa = GCONV_ISA_AVX512};
  static const gconv_entry
      once = {"k", "", .variant = {&scalar}},
      each = {"k", "",
              .variant = {[GCONV_ISA_SCALAR] = &scalar, [GCONV_ISA_AVX2] = &avx2, [GCONV_ISA_AVX512] = &avx512}},
      forgotten = {"k", "",
                   .variant = {[GCONV_ISA_SCALAR] = &scalar, [GCONV_ISA_AVX2] = &scalar, [GCONV_ISA_AVX512] = &scalar}},
      some = {"k", "", .variant = {[GCONV_ISA_SCALAR] = &scalar, [GCONV_ISA_AVX2] = &avx2}},
      none = {"k", "", .missing = "nothing here"};
  static const struct {
    const gconv_entry *entry;
    unsigned mask;
    const gconv_kernel *kernel;
    gconv_status status;
    const char *says;
  } rows[] = {
      {&once, SCALAR, &scalar, GCONV_OK, NULL},
      {&once, AVX2, &scalar, GCONV_OK, NULL}, /* --isa=avx2 for the reference */
      {&each, AVX2, &avx2, GCONV_OK, NULL},
      {&each, SCALAR | AVX2 | AVX512, &avx512, GCONV_OK, NULL},
      {&each, SCALAR, &scalar, GCONV_OK, NULL},
      {&forgotten, SCALAR, &scalar, GCONV_OK, NULL},
      {&forgotten, AVX2, NULL, GCONV_FAILED, "the row of k that is compiled for avx2 says scalar"},
      {&forgotten, SCALAR | AVX2 | AVX512, NULL, GCONV_FAILED, "compiled for avx512 says scalar"},
      {&some, AVX2 | AVX512, &avx2, GCONV_OK, NULL},
      {&some, AVX512, NULL, GCONV_UNSUPPORTED, "k is not compiled for avx512"},
      {&none, SCALAR, NULL, GCONV_UNSUPPORTED, "k: nothing here"},
  };
  for (size_t i = 0; i < ROWS(rows); i++) {
    const gconv_kernel *kernel = &avx512;
    const gconv_status status = gconv_entry_select(rows[i].entry, rows[i].mask, &kernel);
    if (rows[i].says)
      assert_refused(status, rows[i].status, rows[i].says, rows[i].says);
    else
      assert_ok(status, "entry");
    assert_ptr_equal(kernel, rows[i].kernel);
  }
}

/* A kernel does what its row says, and nothing that the row does not know. */
static void test_accepted(void **state) {
  (void)state;
  enum { EVERY_DTYPE = (1u << GCONV_DTYPES) - 1, FWD = 1u << GCONV_FWD, BWD_D = 1u << GCONV_BWD_D };
  static const struct {
    gconv_kernel kernel;
    const char *says;
  } rows[] = {
      {{.name = "k", .dtypes = 1u << GCONV_F32, .directions = FWD}, NULL},
      {{.name = "k", .dtypes = 0, .directions = FWD}, "k does not compute in f32"},
      {{.name = "k", .dtypes = EVERY_DTYPE & ~(1u << GCONV_F32), .directions = FWD}, "k does not compute in f32"},
      {{.name = "k", .dtypes = EVERY_DTYPE, .directions = BWD_D}, "k does not do fwd"},
  };
  const gconv_problem p = problem_of("g2mb1_ic8oc8_ih6kh3ph1", GCONV_FWD);
  for (size_t i = 0; i < ROWS(rows); i++) {
    const gconv_status status = gconv_kernel_accept(&rows[i].kernel, &p);
    if (rows[i].says)
      assert_refused(status, GCONV_UNSUPPORTED, rows[i].says, rows[i].says);
    else
      assert_ok(status, "row");
  }
}

static void test_naive_split(void **state) {
  (void)state;
  const gconv_problem p = problem_of("g2mb1_ic8oc8_ih6kh3ph1", GCONV_FWD);
  gconv_plan *plan;
  for (int isa = 0; isa < GCONV_ISAS; isa++) {
    if (!(gconv_isa_detect() & 1u << isa)) continue;
    const gconv_env env = {.isa_mask = 1u << isa};
    assert_ok(gconv_plan_create("naive_split", &p, &env, &plan), "naive_split");
    assert_int_equal(plan->kernel->isa, isa);
    assert_null(strstr(plan->text, "baseline"));
    gconv_plan_destroy(plan);
    assert_ok(gconv_plan_create("naive_split@baseline", &p, &env, &plan), "naive_split@baseline");
    assert_int_equal(plan->kernel->isa, GCONV_ISA_SCALAR);
    assert_non_null(strstr(plan->text, "baseline"));
    gconv_plan_destroy(plan);
  }
  static const char *const wrong[] = {"base", "baseline2", "avx2"};
  for (size_t i = 0; i < ROWS(wrong); i++) {
    char name[64];
    snprintf(name, sizeof name, "naive_split@%s", wrong[i]);
    assert_refused(gconv_plan_create(name, &p, NULL, &plan), GCONV_INVALID, "must be baseline", name);
  }
}

static void read_file(const char *path, char *text, size_t size) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  text[fread(text, 1, size - 1, file)] = 0;
  assert_true(strlen(text) < size - 1);
  fclose(file);
}

/* `word` as a whole; what is inside another name does not count. */
static bool says(const char *text, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = text; (at = strstr(at, word)); at++) {
    const char before = at == text ? ' ' : at[-1], after = at[length];
    if (!isalnum((unsigned char)before) && before != '_' && !isalnum((unsigned char)after) && after != '_') return true;
  }
  return false;
}

static void test_vocabulary(void **state) {
  (void)state;
#define HEADER(name, ...) #name,
  static const char *const headers[] = {"simd", GCONV_EACH_ISA(HEADER, )};
  static char head[1 << 16], text[1 << 16];
  read_file(GCONV_KERNELS "/simd/simd.h", head, sizeof head);
  *strstr(head, "*/") = 0; /* the first comment */
  int words = 0;
  for (size_t h = 0; h < ROWS(headers); h++) {
    char path[512];
    snprintf(path, sizeof path, GCONV_KERNELS "/simd/%s.h", headers[h]);
    read_file(path, text, sizeof text);
    for (const char *at = text; (at = strstr(at, "v_")); at += 2) {
      char word[64];
      size_t length = 2;
      while (isalnum((unsigned char)at[length]) || at[length] == '_') length++;
      if (isalnum((unsigned char)at[-1]) || at[-1] == '_') continue;
      snprintf(word, sizeof word, "%.*s", (int)length, at);
      if (!says(head, word)) fail_msg("%s.h has %s, which the head of simd.h does not say", headers[h], word);
      words++;
    }
  }
  assert_true(words > 100);
  static const char *const more[] = {"VL",          "V_ISA",      "V_REGISTERS", "V_HAS_SPREAD",
                                     "V_HAS_FOURS", "V_HAS_HALF", "V_HAS_FMA",   "ISA_NAME",
                                     "SIMD_KERNEL", "INLINE",     "UNROLLED"};
  for (size_t i = 0; i < ROWS(more); i++)
    if (!says(head, more[i])) fail_msg("the head of simd.h does not say %s", more[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_allowed),  cmocka_unit_test(test_nothing_left), cmocka_unit_test(test_entries),
      cmocka_unit_test(test_accepted), cmocka_unit_test(test_naive_split),  cmocka_unit_test(test_vocabulary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
