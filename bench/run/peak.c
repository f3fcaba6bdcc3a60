/* peak.c - chains of dependent multiply-adds in registers, enough of them to fill latency times ports on every core
 * since Haswell and Zen (at most 5 cycles on 2 ports). One function per ISA by target attribute, so that this file
 * needs no flags of its own and runs on any CPU. */
#include "peak.h"

#include "now.h"

#include <omp.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { CHAINS = 12, ROUNDS = 60000 }; /* ROUNDS: about 0.1 ms, shorter than most disturbances */

/* x = x * a + b converges to 1: no overflow, no denormals. The empty asm keeps the unused result alive. */
#define PROBE(isa, bytes, attribute, multiply_add)                                                                     \
  typedef float isa##_vector __attribute__((vector_size(bytes)));                                                      \
  attribute static void isa##_probe(void) {                                                                            \
    const isa##_vector a = (isa##_vector){0} + 0.5f, b = a;                                                            \
    isa##_vector x[CHAINS];                                                                                            \
    for (int i = 0; i < CHAINS; i++) x[i] = a * (float)i;                                                              \
    for (int round = 0; round < ROUNDS; round++) {                                                                     \
      _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) x[i] = multiply_add(x[i], a, b);                       \
    }                                                                                                                  \
    for (int i = 0; i < CHAINS; i++) __asm__ volatile("" ::"m"(x[i]));                                                 \
  }

#define MULTIPLY_ADD(x, a, b) ((x) * (a) + (b))

PROBE(scalar, 16, , MULTIPLY_ADD) /* the baseline ISA, whose vectors compilers use for scalar code too */
#if defined(__x86_64__)
PROBE(avx2, 32, __attribute__((target("avx2,fma"))), _mm256_fmadd_ps)
PROBE(avx512, 64, __attribute__((target("avx512f"))), _mm512_fmadd_ps)
#endif

static const struct {
  void (*run)(void);
  int lanes;
} probes[GCONV_ISAS] = {
    [GCONV_ISA_SCALAR] = {scalar_probe, 4},
#if defined(__x86_64__)
    [GCONV_ISA_AVX2] = {avx2_probe, 8},
    [GCONV_ISA_AVX512] = {avx512_probe, 16},
#endif
};

/* The best of the slices that fit into `seconds`. A slice ends when its last thread does. */
static double probe(gconv_isa isa, int threads, double seconds) {
  const double flops = 2.0 * CHAINS * ROUNDS * probes[isa].lanes * threads;
  double best = 0;
  for (const double end = seconds_now() + seconds; seconds_now() < end;) {
    double start = 0;
#pragma omp parallel num_threads(threads)
    {
#pragma omp barrier
#pragma omp master
      start = seconds_now();
      probes[isa].run();
    }
    const double gflops = 1e-9 * flops / (seconds_now() - start);
    if (gflops > best) best = gflops;
  }
  return best;
}

void peak_init(peak_table *table, const int *threads, int count) {
  *table = (peak_table){.count = count};
  for (int i = 0; i < count; i++) table->threads[i] = threads[i];
}

void peak_probe(peak_table *table, unsigned isa_mask, double seconds) {
  for (int i = 0; i < table->count; i++)
    for (int isa = 0; isa < GCONV_ISAS; isa++) {
      if (!(isa_mask & 1u << isa) || !probes[isa].run) continue;
      const double gflops = probe((gconv_isa)isa, table->threads[i], seconds);
      if (gflops > table->gflops[i][isa]) table->gflops[i][isa] = gflops;
    }
}

double peak_gflops(const peak_table *table, gconv_isa isa, int threads) {
  for (int i = 0; i < table->count; i++)
    if (table->threads[i] == threads) return table->gflops[i][isa];
  return 0;
}
