/* canary.c - the better of two bursts, so that an interrupt in one of them is not taken for a slow machine. Clocks that
 * fall as the processor warms up stay within the margin; a neighbour on the same core does not. */
#include "canary.h"

#include "fma.h"

enum { BURSTS = 2 };

static const double slow_share = 0.85;

bool canary_slow(const session *s, int threads) {
  const gconv_isa isa = gconv_isa_best(gconv_isa_detect() & s->options.isa_mask); /* no wider than kernels may be */
  const double best = peak_gflops(&s->peaks, isa, threads);
  for (int i = 0; i < BURSTS; i++)
    if (fma_burst(isa, threads) >= slow_share * best) return false;
  return true;
}
