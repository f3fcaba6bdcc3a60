/* rates.c - measures whether a core multiplies whole vectors as fast as half ones.
 *
 * Of the ways to build 16 lanes one doubles the FMA units; the others let a vector take both of them, or one of them
 * twice (Xeons with one unit of 512 bits, Zen 4). What stands beside an FMA then has twice the time, and half as many
 * FMAs hide the latency. The ratio is 1 or 2, and rounded to either, so that it is the same in every process: it
 * decides which tile computes a problem, and so the order of its sums. A neighbour on the same core slows both
 * alike. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/rates.h"

#include "core/clock.h"

#include <math.h>
#include <pthread.h>

/* A latency of four cycles; beside two FMAs a cycle there is room for one more instruction, beside one for almost as
 * many. Fitted to what tiles take (TUNING.md). Two units are what cores have that are not measured, too: with 8 lanes
 * all but the first Zen, and with fewer it makes no difference. */
static const direct_rates two_fmas_a_cycle = {8, 1.5};

static const direct_rates *rates = &two_fmas_a_cycle;

#if V_HAS_HALF && defined(__OPTIMIZE__)
static const direct_rates one_fma_a_cycle = {4, 1.8};

/* 8 us for each of them, often enough for one to be undisturbed, and for clocks and upper lanes to have woken up. */
enum { CHAINS = 12, STEPS = 2048, TIMES = 4 };

/* Slower than any core, faster than none: an emulator, whose ratio says nothing. */
static const double slowest_ns = 4;

/* The chains begin with different numbers, or they would be one; `sums` is read after them. */
static void multiply_whole(float *sums) {
  v_f32 chain[CHAINS];
  UNROLLED (i, CHAINS) chain[i] = v_load(sums + i);
  const v_f32 factor = v_load(sums);
  for (int step = 0; step < STEPS; step++)
    UNROLLED (i, CHAINS) chain[i] = v_fma(chain[i], factor, factor);
  UNROLLED (i, CHAINS) v_store(sums + CHAINS + VL, v_add(v_load(sums + CHAINS + VL), chain[i]));
}

static void multiply_half(float *sums) {
  v_half chain[CHAINS];
  UNROLLED (i, CHAINS) chain[i] = v_half_of(v_load(sums + i));
  const v_half factor = v_half_of(v_load(sums));
  for (int step = 0; step < STEPS; step++)
    UNROLLED (i, CHAINS) chain[i] = v_half_fma(chain[i], factor, factor);
  UNROLLED (i, CHAINS) v_store(sums + CHAINS + VL, v_add(v_load(sums + CHAINS + VL), v_of_half(chain[i])));
}

static double least_ns(void (*multiply)(float *sums)) {
  float sums[CHAINS + 2 * VL];
  double least = INFINITY;
  for (int i = 0; i < CHAINS + 2 * VL; i++) sums[i] = 1.0f / (float)(i + 2);
  for (int time = 0; time < TIMES; time++) {
    const uint64_t start = gconv_now_ns();
    multiply(sums);
    least = fmin(least, (double)(gconv_now_ns() - start));
  }
  __asm__ volatile("" : : "m"(sums));
  return least / (CHAINS * STEPS);
}

static void measure(void) {
  const double whole = least_ns(multiply_whole), half = least_ns(multiply_half);
  if (whole < slowest_ns && whole > M_SQRT2 * half) rates = &one_fma_a_cycle;
}
#else
static void measure(void) {}
#endif

const direct_rates *ISA_NAME(direct_rates_of_machine)(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, measure);
  return rates;
}
