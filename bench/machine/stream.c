/* stream.c - unrolled by eight vectors, which hides the latency of every cache at full width. An empty asm in each step
 * keeps compilers from putting memset and memcpy in the loops' place, which would measure the C library. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include "target.h"

enum { VECTORS = 8 };

#define STREAM(isa, bytes_of_vector, attribute)                                                                        \
  typedef float isa##_floats __attribute__((vector_size(bytes_of_vector)));                                            \
  typedef uint32_t isa##_ints __attribute__((vector_size(bytes_of_vector)));                                           \
                                                                                                                       \
  attribute static void isa##_read(float *const array[3], size_t bytes) {                                              \
    isa##_ints sum[VECTORS] = {0};                                                                                     \
    const isa##_ints *a = (const isa##_ints *)array[0];                                                                \
    for (size_t i = 0; i < bytes / sizeof *a; i += VECTORS) {                                                          \
      _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) sum[v] += a[i + (size_t)v];                            \
    }                                                                                                                  \
    isa##_ints total = {0}; /* alone kept alive: sums kept alive would be stored in every step */                      \
    for (int v = 0; v < VECTORS; v++) total += sum[v];                                                                 \
    __asm__ volatile("" ::"m"(total));                                                                                 \
  }                                                                                                                    \
                                                                                                                       \
  attribute static void isa##_write(float *const array[3], size_t bytes) {                                             \
    const isa##_floats one = (isa##_floats){0} + 1;                                                                    \
    isa##_floats *a = (isa##_floats *)array[0];                                                                        \
    for (size_t i = 0; i < bytes / sizeof *a; i += VECTORS) {                                                          \
      _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) a[i + (size_t)v] = one;                                \
      __asm__ volatile("" ::: "memory");                                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  attribute static void isa##_copy(float *const array[3], size_t bytes) {                                              \
    const isa##_floats *a = (const isa##_floats *)array[0];                                                            \
    isa##_floats *b = (isa##_floats *)array[1];                                                                        \
    for (size_t i = 0; i < bytes / sizeof *a; i += VECTORS) {                                                          \
      _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) b[i + (size_t)v] = a[i + (size_t)v];                   \
      __asm__ volatile("" ::: "memory");                                                                               \
    }                                                                                                                  \
  }                                                                                                                    \
                                                                                                                       \
  attribute static void isa##_triad(float *const array[3], size_t bytes) {                                             \
    const isa##_floats *a = (const isa##_floats *)array[0], *b = (const isa##_floats *)array[1];                       \
    isa##_floats *c = (isa##_floats *)array[2];                                                                        \
    const isa##_floats s = (isa##_floats){0} + 0.5f;                                                                   \
    for (size_t i = 0; i < bytes / sizeof *a; i += VECTORS) {                                                          \
      _Pragma("GCC unroll 8") for (int v = 0; v < VECTORS; v++) c[i + (size_t)v] =                                     \
          a[i + (size_t)v] + s * b[i + (size_t)v];                                                                     \
      __asm__ volatile("" ::: "memory");                                                                               \
    }                                                                                                                  \
  }

#define STREAM_OF(isa, constant, where, bytes, fma, onednn, features, extra)                                           \
  GCONV_IN_##where(STREAM(isa, bytes, GCONV_TARGET_##where(features)))
GCONV_EACH_ISA(STREAM_OF, )

typedef void (*stream_function)(float *const array[3], size_t bytes);

#define ROW(isa, constant, where, bytes, fma, onednn, features, extra)                                                 \
  GCONV_IN_##where([GCONV_ISA_##constant] = {isa##_read, isa##_write, isa##_copy, isa##_triad}, )
static const stream_function functions[GCONV_ISAS][STREAMS] = {GCONV_EACH_ISA(ROW, )};

static const struct {
  const char *name;
  int arrays;
} kinds[STREAMS] = {{"read", 1}, {"write", 1}, {"copy", 2}, {"triad", 3}};

const char *stream_name(stream_kind kind) { return kinds[kind].name; }

int stream_arrays(stream_kind kind) { return kinds[kind].arrays; }

void stream_run(gconv_isa isa, stream_kind kind, float *const array[3], size_t bytes, int64_t passes) {
  for (int64_t pass = 0; pass < passes; pass++) functions[isa][kind](array, bytes);
}
