/* fma.c - chains of dependent multiply-adds in registers, enough of them to fill latency times ports on every core
 * since Haswell and Zen (at most 5 cycles on 2 ports). One function per ISA by target attribute, so that this file
 * needs no flags of its own and runs on any CPU. */
#include "fma.h"

#include "now.h"

#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { CHAINS = 12, PAIRS = 6, ROUNDS = 60000 };

/* x = x * a + b converges to 1: no overflow, no denormals. The empty asm keeps the unused result alive. */
#define BURST(isa, bytes, attribute, multiply_add)                                                                     \
  typedef float isa##_vector __attribute__((vector_size(bytes)));                                                      \
  attribute static void isa##_burst(void) {                                                                            \
    const isa##_vector a = (isa##_vector){0} + 0.5f, b = a;                                                            \
    isa##_vector x[CHAINS];                                                                                            \
    for (int i = 0; i < CHAINS; i++) x[i] = a * (float)i;                                                              \
    for (int round = 0; round < ROUNDS; round++) {                                                                     \
      _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) x[i] = multiply_add(x[i], a, b);                       \
    }                                                                                                                  \
    for (int i = 0; i < CHAINS; i++) __asm__ volatile("" ::"m"(x[i]));                                                 \
  }

#if defined(__x86_64__)
BURST(avx2, 32, __attribute__((target("avx2,fma"))), _mm256_fmadd_ps)
BURST(avx512, 64, __attribute__((target("avx512f"))), _mm512_fmadd_ps)
#endif

/* The baseline ISA, whose vectors compilers use for scalar code too. Without fused multiply-adds a product's latency
 * comes before its sum's, and sixteen registers hold too few such chains to hide both. So products and sums do not wait
 * for each other here, as those of different outputs need not: six of each fill what any core since Haswell and Zen can
 * start. */
static void scalar_burst(void) {
  typedef float vector __attribute__((vector_size(16)));
  volatile float hidden = 1; /* multiplying by a known 1 would be left out */
  const vector one = (vector){0} + hidden;
  vector product[PAIRS], sum[PAIRS];
  for (int i = 0; i < PAIRS; i++) product[i] = sum[i] = one * (float)i;
  for (int round = 0; round < ROUNDS; round++) {
    _Pragma("GCC unroll 6") for (int i = 0; i < PAIRS; i++) product[i] *= one, sum[i] += one;
  }
  for (int i = 0; i < PAIRS; i++) __asm__ volatile("" ::"m"(product[i]), "m"(sum[i]));
}

static const struct {
  void (*run)(void);
  int macs; /* a round */
} bursts[GCONV_ISAS] = {
    [GCONV_ISA_SCALAR] = {scalar_burst, 4 * PAIRS},
#if defined(__x86_64__)
    [GCONV_ISA_AVX2] = {avx2_burst, 8 * CHAINS},
    [GCONV_ISA_AVX512] = {avx512_burst, 16 * CHAINS},
#endif
};

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
