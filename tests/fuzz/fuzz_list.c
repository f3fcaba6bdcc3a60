/* fuzz_list.c - any text as the value of --problems=: sets, networks, descriptors, and what they are mistaken for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "problems.h"

#include <string.h>

/* An item that is a path is opened, and not every file ends: those of fuzz_shapes.c do. */
static bool has_path(const char *text) { return strpbrk(text, "/."); }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size);
  problem_list list = {0};
  if (!has_path(text)) {
    const gconv_status status = problem_list_add(&list, text);
    HOLDS(status ? list.count == 0 && *gconv_last_error() : list.count > 0);
    const size_t count = list.count;
    if (!status) HOLDS(!problem_list_add(&list, text) && list.count == 2 * count); /* the same again */
  }
  problem_list_free(&list);
  free(text);
  return 0;
}
