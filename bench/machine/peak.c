/* peak.c - bursts of multiply-adds, collected. The peak is the largest: nothing makes a burst too fast. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "peak.h"

#include "fma.h"
#include "now.h"

void peak_init(peak_table *table, const int *threads, int count) {
  *table = (peak_table){.count = count};
  for (int i = 0; i < count; i++) table->threads[i] = threads[i];
}

void peak_probe(peak_table *table, unsigned isa_mask, double seconds) {
  const unsigned mask = isa_mask & gconv_isa_detect();
  for (int i = 0; i < table->count; i++)
    for (int isa = 0; isa < GCONV_ISAS; isa++) {
      if (!(mask & 1u << isa)) continue;
      for (const double end = seconds_now() + seconds; seconds_now() < end;)
        spread_add(&table->gflops[i][isa], fma_burst((gconv_isa)isa, table->threads[i]));
    }
}

spread *peak_spread(peak_table *table, gconv_isa isa, int threads) {
  for (int i = 0; i < table->count; i++)
    if (table->threads[i] == threads) return &table->gflops[i][isa];
  return NULL;
}

double peak_gflops(const peak_table *table, gconv_isa isa, int threads) {
  for (int i = 0; i < table->count; i++)
    if (table->threads[i] == threads) return spread_max(&table->gflops[i][isa]);
  return 0;
}

int peak_lost(const peak_table *table) {
  int lost = 0;
  for (int i = 0; i < table->count; i++)
    for (int isa = 0; isa < GCONV_ISAS; isa++) lost += table->gflops[i][isa].lost;
  return lost;
}

void peak_free(peak_table *table) {
  for (int i = 0; i < table->count; i++)
    for (int isa = 0; isa < GCONV_ISAS; isa++) spread_free(&table->gflops[i][isa]);
  table->count = 0;
}
