/* fuzz.h - what the targets share. A target is one function that is handed any bytes: libFuzzer calls it with what it
 * invents (preset fuzz), replay.c with the files of corpus/ (every build). Clang asks for its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_FUZZ_H
#define GCONV_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert: the targets are to hold in a build without it too. */
#define HOLDS(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                                   \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

/* The bytes as a text, for interfaces that take one. To be freed. */
char *fuzz_text(const uint8_t *data, size_t size);

/* A file without a folder that holds the bytes, and the path by which it can be opened. One a process: each call
 * replaces what is in it. */
const char *fuzz_file(const uint8_t *data, size_t size);

#endif
