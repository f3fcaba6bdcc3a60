/* denormals.c - asks the arithmetic itself, on every thread: no processor's control register is as portable as half of
 * the smallest normal number. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "denormals.h"

#include <float.h>
#include <stdio.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef enum { FLUSHES_RESULTS = 1, FLUSHES_OPERANDS = 2 } flush;

static unsigned find_flushes(void) {
  volatile float smallest = FLT_MIN, denormal = FLT_TRUE_MIN; /* volatile: not folded by the compiler */
  const float half = smallest / 2, scaled = denormal * 0x1p100f;
  return (half == 0 ? FLUSHES_RESULTS : 0) | (scaled == 0 ? FLUSHES_OPERANDS : 0);
}

void denormals_describe(const int *threads, int count, char *text, size_t size) {
  static const char *const names[] = {"kept", "results flushed to zero", "operands taken as zero",
                                      "flushed to zero, operands and results"};
  unsigned some = 0, all = FLUSHES_RESULTS | FLUSHES_OPERANDS;
  for (int i = 0; i < count; i++) {
#pragma omp parallel num_threads(threads[i]) reduction(| : some) reduction(& : all)
    {
      const unsigned flushes = find_flushes();
      some |= flushes, all &= flushes;
    }
  }
  snprintf(text, size, "%s", some == all ? names[all] : "different from thread to thread");
}

void denormals_flush(int threads, bool on) {
#if defined(__x86_64__)
#pragma omp parallel num_threads(threads)
  {
    _MM_SET_FLUSH_ZERO_MODE(on ? _MM_FLUSH_ZERO_ON : _MM_FLUSH_ZERO_OFF);
    _mm_setcsr(on ? _mm_getcsr() | 0x40u : _mm_getcsr() & ~0x40u); /* operands: _MM_DENORMALS_ZERO_ON, of SSE3 */
  }
#else
  (void)threads, (void)on;
#endif
}
