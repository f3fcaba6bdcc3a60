/* fuzz_descriptor.c - any text as a descriptor: it is refused with a sentence, or is a problem that prints and parses
 * back to itself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "gconv.h"

#include <string.h>

/* What is printed has neither name nor multiplicity. */
static void check_round_trip(gconv_problem problem) {
  char text[GCONV_TEXT_MAX];
  gconv_problem again;
  memset(problem.name, 0, sizeof problem.name);
  problem.multiplicity = 1;
  const int length = gconv_problem_print(&problem, text, sizeof text);
  HOLDS(length > 0 && length < GCONV_TEXT_MAX);
  HOLDS(!gconv_problem_parse(text, &again));
  HOLDS(!memcmp(&problem, &again, sizeof problem)); /* all fields are of 4 bytes: no padding */
}

static void check_counts(const gconv_problem *problem) {
  const gconv_counts counts = gconv_problem_count(problem);
  HOLDS(counts.params > 0 && counts.src_elems > 0 && counts.dst_elems > 0);
  HOLDS(counts.macs >= 0 && counts.macs <= counts.macs_nominal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gconv_problem problem, before;
  memset(&problem, 0xa5, sizeof problem);
  before = problem;
  char *text = fuzz_text(data, size);
  if (!gconv_problem_parse(text, &problem)) {
    check_round_trip(problem);
    check_counts(&problem);
  } else {
    HOLDS(*gconv_last_error());
    HOLDS(!memcmp(&problem, &before, sizeof problem));
  }
  free(text);
  return 0;
}
