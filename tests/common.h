/* common.h - what the tests share: cmocka with the headers it needs, and the assertions of this library's errors. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_COMMON_H
#define GCONV_TESTS_COMMON_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gconv_kernel.h"

#ifdef __clang_analyzer__ /* does not know that a test ends with a failed assertion */
#undef assert_true
#undef assert_non_null
#define assert_true(condition)   ((condition) ? (void)0 : abort())
#define assert_non_null(pointer) assert_true(pointer)
#endif

#define ROWS(table) (sizeof(table) / sizeof *(table))

static inline void assert_ok(gconv_status status, const char *what) {
  if (status) fail_msg("%s: %s: %s", what, gconv_status_name(status), gconv_last_error());
}

/* The call failed as it should, and its sentence says what the user has to know. */
static inline void assert_refused(gconv_status status, gconv_status expected, const char *fragment, const char *what) {
  if (status != expected)
    fail_msg("%s: status is '%s', must be '%s'", what, gconv_status_name(status), gconv_status_name(expected));
  if (!strstr(gconv_last_error(), fragment))
    fail_msg("%s: the sentence '%s' does not say '%s'", what, gconv_last_error(), fragment);
}

/* cmocka 2 deprecates its own and has no name for it that version 1 knows. */
static inline void assert_between(int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high)
    fail_msg("%lld is not within %lld to %lld", (long long)value, (long long)low, (long long)high);
}

static inline gconv_problem problem_of(const char *descriptor, gconv_direction direction) {
  gconv_problem p;
  assert_ok(gconv_problem_parse(descriptor, &p), descriptor);
  p.direction = direction;
  return p;
}

/* Numbers for tests that draw their cases (xorshift64*: Vigna, TOMS 2016); `state` starts at anything but 0. */
static inline int draw(uint64_t *state, int low, int high) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return low + (int)((*state * 0x2545f4914f6cdd1du >> 33) % (uint64_t)(high - low + 1));
}

#endif
