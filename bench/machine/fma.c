/* fma.c - chains of dependent multiply-adds in registers, enough of them to fill latency times ports on every core
 * since Haswell and Zen (at most 5 cycles on 2 ports). One function for each line of isas.inc. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fma.h"

#include "now.h"
#include "target.h"

#include <omp.h>

enum { CHAINS = 12, PAIRS = 6, ROUNDS = 60000 };

/* x = x * half + half converges to 1: no overflow, no denormals. A known half would let the compiler leave out the
 * chain that begins with 1. The empty asm keeps the unused result alive. The build lets the compiler contract this to
 * fused multiply-adds. */
#define BURST_FUSED(isa, target)                                                                                       \
  target static void isa##_burst(void) {                                                                               \
    volatile float hidden = 0.5f;                                                                                      \
    const isa##_vector half = (isa##_vector){0} + hidden;                                                              \
    isa##_vector x[CHAINS];                                                                                            \
    for (int i = 0; i < CHAINS; i++) x[i] = half * (float)i;                                                           \
    for (int round = 0; round < ROUNDS; round++) {                                                                     \
      _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) x[i] = x[i] * half + half;                             \
    }                                                                                                                  \
    for (int i = 0; i < CHAINS; i++) __asm__ volatile("" ::"m"(x[i]));                                                 \
  }

/* Without fused multiply-adds a product's latency comes before its sum's, and sixteen registers hold too few such
 * chains to hide both. So products and sums do not wait for each other here, as those of different outputs need not:
 * six of each fill what any core since Haswell and Zen can start. Multiplying by a known 1 would be left out. */
#define BURST_APART(isa, target)                                                                                       \
  target static void isa##_burst(void) {                                                                               \
    volatile float hidden = 1;                                                                                         \
    const isa##_vector one = (isa##_vector){0} + hidden;                                                               \
    isa##_vector product[PAIRS], sum[PAIRS];                                                                           \
    for (int i = 0; i < PAIRS; i++) product[i] = sum[i] = one * (float)i;                                              \
    for (int round = 0; round < ROUNDS; round++) {                                                                     \
      _Pragma("GCC unroll 6") for (int i = 0; i < PAIRS; i++) product[i] *= one, sum[i] += one;                        \
    }                                                                                                                  \
    for (int i = 0; i < PAIRS; i++) __asm__ volatile("" ::"m"(product[i]), "m"(sum[i]));                               \
  }

/* Multiply-adds of a round, in vectors. */
enum { VECTORS_FUSED = CHAINS, VECTORS_APART = PAIRS };

#define BURST(isa, constant, where, bytes, fma, onednn, features, extra)                                               \
  GCONV_IN_##where(typedef float isa##_vector __attribute__((vector_size(bytes)));                                     \
                   BURST_##fma(isa, GCONV_TARGET_##where(features)))
GCONV_EACH_ISA(BURST, )

#define ROW(isa, constant, where, bytes, fma, onednn, features, extra)                                                 \
  GCONV_IN_##where([GCONV_ISA_##constant] = {isa##_burst, bytes / (int)sizeof(float) * VECTORS_##fma}, )
static const struct {
  void (*run)(void);
  int macs; /* a round */
} bursts[GCONV_ISAS] = {GCONV_EACH_ISA(ROW, )};

double fma_burst(gconv_isa isa, int threads) {
  double start = 0;
  int team = 1; /* what is there, which may be fewer than were asked for */
#pragma omp parallel num_threads(threads)
  {
#pragma omp barrier
    if (omp_get_thread_num() == 0) start = seconds_now(), team = omp_get_num_threads();
    bursts[isa].run();
  }
  return 2e-9 * ROUNDS * bursts[isa].macs * team / (seconds_now() - start);
}
