/* input.c - the bytes of an input in the forms that the parsers take. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

char *fuzz_text(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  HOLDS(text);
  if (size) memcpy(text, data, size);
  text[size] = 0;
  return text;
}

const char *fuzz_file(const uint8_t *data, size_t size) {
  static int file = -1;
  static char path[64];
  if (file < 0) {
    HOLDS((file = memfd_create("fuzz", MFD_CLOEXEC)) >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
  }
  HOLDS(!ftruncate(file, 0));
  HOLDS(pwrite(file, data, size, 0) == (ssize_t)size);
  return path;
}
