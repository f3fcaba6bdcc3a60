/* session.h - a run of gconv-check: what was asked for, the pair being checked, what came of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_SESSION_H
#define GCONV_TESTS_SESSION_H

#include "check.h"
#include "options.h"

enum { EXIT_WRONG = 1, EXIT_USAGE = 2 };

/* Kinds of checks as bits: the three below, then the properties in the order of their list. */
enum { CHECKS_VALUES = 1u << 0, CHECKS_GUARDS = 1u << 1, CHECKS_CALLS = 1u << 2, CHECKS_PROPERTY = 3 };

typedef struct {
  long count[CHECK_SKIPPED + 1];
  bool failed; /* the fields below describe the first pair that did */
  gconv_problem problem;
  gconv_env env;
  char kernel[GCONV_NAME_MAX];
} tally;

enum { TALLY_LINE = 96 };
/* "N passed, N failed, N skipped" and a line end; its length. */
int tally_print(const tally *sum, char *line, size_t size);

typedef struct {
  const options *o;
  unsigned checks;
  bool only_failures;  /* print no other lines */
  unsigned time_limit; /* seconds a pair may take; 0: no limit */
  tally *sum;
  check_case *cases[CHECK_MODES]; /* NULL where the reference could not be computed */
  check_result refusal;           /* then the verdict for every kernel */
  char problem[GCONV_TEXT_MAX];
  gconv_direction direction;
} session;

/* Every kernel, layout, thread count and instruction set that was asked for, on one problem in one direction. */
void session_problem(session *s, gconv_problem problem, gconv_direction direction);
/* One kernel in one environment. */
void session_pair(session *s, const gconv_problem *problem, const char *kernel, const gconv_env *env);
int session_end(const tally *sum); /* prints the last line; the exit status */

/* "values,guards,linear,...": bits, or 0 with a sentence. */
unsigned session_parse_checks(const char *list);
void session_print_checks(void);

#endif
