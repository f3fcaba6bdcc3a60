/* fuzz_shapes.c - any bytes as a file of shapes: problems, or a sentence that says which line, and the list as it
 * was. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "problems.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  problem_list list = {0};
  HOLDS(!problem_list_add(&list, "g2ic4oc4ih3kh1"));
  const char *path = fuzz_file(data, size);
  if (problem_list_add(&list, path)) {
    HOLDS(list.count == 1);
    /* What is wrong inside a file that it names is said of that file. */
    HOLDS(memmem(data, size, "--batch=", 8) ? *gconv_last_error() : !strncmp(gconv_last_error(), path, strlen(path)));
  } else {
    HOLDS(list.count > 1);
    for (size_t i = 0; i < list.count; i++) {
      HOLDS(list.cases[i].problem.oh >= 1 && list.cases[i].problem.ow >= 1);
      HOLDS(list.cases[i].directions < 1u << GCONV_DIRECTIONS);
    }
  }
  problem_list_free(&list);
  return 0;
}
