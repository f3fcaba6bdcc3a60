/* describe.c - see the header. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"

#include <stdio.h>
#include <stdlib.h>

void describe_problem(const gconv_problem *p, csv_row *row) {
  const gconv_counts counts = gconv_problem_count(p);
  row->direction = gconv_direction_name(p->direction);
  row->batch = p->batch, row->params = counts.params;
  row->macs = counts.macs, row->macs_nominal = counts.macs_nominal, row->min_bytes = counts.min_bytes;
  row->ic = p->ic, row->oc = p->oc, row->groups = p->groups, row->icg = p->icg, row->ocg = p->ocg;
  row->kh = p->kh, row->kw = p->kw, row->stride_h = p->stride_h, row->stride_w = p->stride_w;
  row->ih = p->ih, row->iw = p->iw;
}

typedef void (*print_number)(FILE *out, const figures *f, int i);

static void print_time(FILE *out, const figures *f, int i) { fprintf(out, "%.1f", 1e9 * f->seconds[i]); }
static void print_turn(FILE *out, const figures *f, int i) { fprintf(out, "%d", f->turns[i]); }
static void print_repetitions(FILE *out, const figures *f, int i) { fprintf(out, "%d", f->processes.repetitions[i]); }
static void print_median(FILE *out, const figures *f, int i) { fprintf(out, "%.1f", 1e9 * f->processes.median[i]); }

/* So many, of the repetitions that count or of the processes, separated by ';'; NULL without memory. */
static char *list_numbers(const figures *f, int count, print_number print) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  for (int i = 0; i < count; i++) {
    if (i) fputc(';', out);
    print(out, f, i);
  }
  const bool whole = !ferror(out);
  if (!fclose(out) && whole) return text;
  free(text);
  return NULL;
}

/* How fast the machine was, and whether it mattered in which pages and in which process a repetition ran. */
static void describe_conditions(const figures *f, csv_row *row, row_texts *texts) {
  row->speed_fma = f->speed[SPEED_FMA], row->speed_l2 = f->speed[SPEED_L2], row->speed_l3 = f->speed[SPEED_L3];
  row->allocations = f->allocations.count, row->allocation_spread = f->allocations.spread;
  row->processes = f->processes.count;
  row->process_repetitions = texts->process_repetitions = list_numbers(f, f->processes.count, print_repetitions);
  row->process_medians_ns = texts->process_medians = list_numbers(f, f->processes.count, print_median);
}

void describe_stats(const stats *s, double peak, csv_row *row) {
  row->time_min_ns = 1e9 * s->min, row->time_median_ns = 1e9 * s->median, row->time_cv = s->cv;
  row->time_ci_lo_ns = 1e9 * s->ci_lo, row->time_ci_hi_ns = 1e9 * s->ci_hi;
  if (row->macs < 0) return; /* a step that is no convolution; 0: all of it lies on padding */
  row->gflops = 2 * (double)row->macs / row->time_median_ns;
  if (peak > 0) row->pct_peak = 100 * row->gflops / peak, row->peak_gflops = peak;
}

void describe_figures(const figures *f, double peak, csv_row *row, row_texts *texts) {
  describe_stats(&f->stats, peak, row);
  row->repetitions = f->kept, row->discarded = f->discarded, row->slow = f->slow;
  row->page_faults = f->usage.faults, row->switches = f->usage.switches;
  row->waited_ns = 1e9 * f->usage.waited, row->steal_ns = 1e9 * f->usage.steal;
  row->foreign_ns = 1e9 * f->usage.foreign;
  row->time_reps_ns = texts->times = list_numbers(f, f->kept, print_time);
  row->time_reps_turn = texts->turns = list_numbers(f, f->kept, print_turn);
  describe_conditions(f, row, texts);
  figures_mark(f, texts->marks);
  row->marks = texts->marks;
}

static void describe_counted(const counted *result, const counters *c, csv_row *row, char *texts[COUNTED_TEXTS]) {
  const double divisors[COUNTED_TEXTS] = {1, (double)row->macs, (double)row->min_bytes};
  for (int i = 0; i < COUNTED_TEXTS; i++)
    texts[i] = result->made && divisors[i] > 0 ? counted_list(result, c, divisors[i]) : NULL;
  row->counters = texts[0], row->counters_per_mac = texts[1], row->counters_per_byte = texts[2];
  if (result->made) row->ipc = result->ipc, row->ghz = result->ghz;
}

static void describe_stages(const stage_times *times, csv_row *row) {
  if (!(times->total_ns > 0)) return;
  row->stage_pack_src_ns = times->ns[GCONV_STAGE_PACK_SRC];
  row->stage_transform_ns = times->ns[GCONV_STAGE_TRANSFORM];
  row->stage_compute_ns = times->ns[GCONV_STAGE_COMPUTE];
  row->stage_untransform_ns = times->ns[GCONV_STAGE_UNTRANSFORM];
  row->stage_unpack_dst_ns = times->ns[GCONV_STAGE_UNPACK_DST];
  row->stage_other_ns = times->other_ns, row->stage_total_ns = times->total_ns, row->stage_clock_ns = times->clock_ns;
}

void describe_extras(const bench_case *c, csv_row *row, row_texts *texts) {
  describe_stages(&c->stages, row);
  describe_counted(&c->counted, &c->session->counters, row, texts->counted);
}

bool row_texts_known(const row_texts *texts) {
  return texts->times && texts->turns && texts->process_repetitions && texts->process_medians;
}

void row_texts_free(row_texts *texts) {
  free(texts->times);
  free(texts->turns);
  free(texts->process_repetitions);
  free(texts->process_medians);
  for (int i = 0; i < COUNTED_TEXTS; i++) free(texts->counted[i]);
}
