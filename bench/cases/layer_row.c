/* row.c - a measurement as rows of the CSV. */
#include "layer_plan.h"

#include "roof.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kernels compiled here are measured against the best ISA they may use, also where they are not written for it: the
 * share of the machine that a kernel leaves unused is the point. Libraries choose for themselves. */
double subject_peak(const subject *s) {
  const unsigned detected = gconv_isa_detect();
  const unsigned mask = s->plan && s->plan->kernel->library ? detected : detected & s->session->options.isa_mask;
  return peak_gflops(&s->session->peaks, gconv_isa_best(mask), s->threads);
}

static void describe_problem(csv_row *row, const gconv_problem *p) {
  const gconv_counts counts = gconv_problem_count(p);
  row->direction = gconv_direction_name(p->direction);
  row->batch = p->batch, row->params = counts.params;
  row->macs = counts.macs, row->macs_nominal = counts.macs_nominal, row->min_bytes = counts.min_bytes;
  row->ic = p->ic, row->oc = p->oc, row->groups = p->groups, row->icg = p->icg, row->ocg = p->ocg;
  row->kh = p->kh, row->kw = p->kw, row->stride_h = p->stride_h, row->stride_w = p->stride_w;
  row->ih = p->ih, row->iw = p->iw;
}

static void describe_kernel(csv_row *row, const gconv_kernel *kernel) {
  row->isa = kernel->library ? "library" : gconv_isa_name(kernel->isa);
}

static void describe_plan(csv_row *row, const gconv_plan *plan) {
  row->plan = plan->text;
  row->packed_bytes = (int64_t)plan->packed_bytes, row->workspace_bytes = (int64_t)plan->workspace_bytes;
  row->executed_macs = plan->executed_macs;
  if (plan->lane_use > 0) row->lane_use = plan->lane_use;
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
static void describe_conditions(const figures *f, csv_row *row, figures_texts *texts) {
  row->speed_fma = f->speed[CANARY_FMA], row->speed_l2 = f->speed[CANARY_L2], row->speed_l3 = f->speed[CANARY_L3];
  row->allocations = f->allocations.count, row->allocation_spread = f->allocations.spread;
  row->processes = f->processes.count;
  row->process_repetitions = texts->process_repetitions = list_numbers(f, f->processes.count, print_repetitions);
  row->process_medians_ns = texts->process_medians = list_numbers(f, f->processes.count, print_median);
}

void figures_describe(const figures *f, double peak, csv_row *row, figures_texts *texts) {
  const stats *s = &f->stats;
  row->time_min_ns = 1e9 * s->min, row->time_median_ns = 1e9 * s->median, row->time_cv = s->cv;
  row->time_ci_lo_ns = 1e9 * s->ci_lo, row->time_ci_hi_ns = 1e9 * s->ci_hi;
  row->repetitions = f->kept, row->discarded = f->discarded, row->slow = f->slow;
  row->page_faults = f->usage.faults, row->switches = f->usage.switches;
  row->waited_ns = 1e9 * f->usage.waited, row->steal_ns = 1e9 * f->usage.steal;
  row->foreign_ns = 1e9 * f->usage.foreign;
  row->gflops = 2 * (double)row->macs / row->time_median_ns;
  if (peak > 0) row->pct_peak = 100 * row->gflops / peak, row->peak_gflops = peak;
  row->time_reps_ns = texts->times = list_numbers(f, f->kept, print_time);
  row->time_reps_turn = texts->turns = list_numbers(f, f->kept, print_turn);
  describe_conditions(f, row, texts);
  figures_mark(f, texts->marks);
  row->marks = texts->marks;
}

bool figures_texts_known(const figures_texts *texts) {
  return texts->times && texts->turns && texts->process_repetitions && texts->process_medians;
}

void figures_texts_free(figures_texts *texts) {
  free(texts->times);
  free(texts->turns);
  free(texts->process_repetitions);
  free(texts->process_medians);
}

static void describe_buffers(csv_row *row, const measurement *m) {
  row->copies = m->size.weights, row->rotated_bytes = (int64_t)rotation_bytes(m->subject->plan, m->size);
  row->huge_page_bytes = m->subject->session->pools[0].huge_bytes;
}

static void describe_roof(csv_row *row, const measurement *m) {
  const subject *s = m->subject;
  const gconv_counts counts = gconv_problem_count(&s->block->problem);
  const int64_t from_memory[CACHES] = {
      [CACHE_COLD] = counts.min_bytes, [CACHE_COLD_WEIGHTS] = (int64_t)sizeof(float) * counts.params};
  const roof r = roof_of(&s->session->bandwidths, &counts, s->threads, from_memory[m->instance.cache], subject_peak(s));
  row->intensity = r.intensity;
  if (!r.bound) return;
  row->attainable_gflops = r.attainable, row->roof = r.bound;
  row->pct_roof = 100 * row->gflops / r.attainable; /* empty where nothing was timed, as gflops is */
}

void counted_describe(const counted *result, const counters *c, csv_row *row, char *texts[COUNTED_TEXTS]) {
  const double divisors[COUNTED_TEXTS] = {1, (double)row->macs, (double)row->min_bytes};
  for (int i = 0; i < COUNTED_TEXTS; i++)
    texts[i] = result->made && divisors[i] > 0 ? counted_list(result, c, divisors[i]) : NULL;
  row->counters = texts[0], row->counters_per_mac = texts[1], row->counters_per_byte = texts[2];
  if (result->made) row->ipc = result->ipc, row->ghz = result->ghz;
}

static void describe_placements(csv_row *row, const placement_spread *p) {
  row->placement_min_ns = p->min_ns, row->placement_max_ns = p->max_ns;
  row->placement_best = p->best, row->placement_worst = p->worst;
}

void stages_describe(const stage_times *times, csv_row *row) {
  if (!(times->total_ns > 0)) return;
  row->stage_pack_src_ns = times->ns[GCONV_STAGE_PACK_SRC];
  row->stage_transform_ns = times->ns[GCONV_STAGE_TRANSFORM];
  row->stage_compute_ns = times->ns[GCONV_STAGE_COMPUTE];
  row->stage_untransform_ns = times->ns[GCONV_STAGE_UNTRANSFORM];
  row->stage_unpack_dst_ns = times->ns[GCONV_STAGE_UNPACK_DST];
  row->stage_other_ns = times->other_ns, row->stage_total_ns = times->total_ns, row->stage_clock_ns = times->clock_ns;
}

void measurement_write(const measurement *m, subject_status status, const char *reason, const figures *f) {
  static const char *const statuses[] = {"ok", "skipped", "failed"};
  const subject *s = m->subject;
  csv_row row = csv_empty_row;
  row.problem = s->block->text;
  row.layout = gconv_layout_name(s->layout), row.kernel = s->kernel;
  row.threads = s->threads, row.cache = cache_name(m->instance.cache), row.cpus = session_cpus(s->session, s->threads);
  row.data = inputs_name(s->inputs);
  row.status = statuses[status], row.reason = reason;
  row.err = s->err, row.err_gamma = s->err_gamma, row.err_rms = s->err_rms;
  describe_problem(&row, &s->block->problem);
  const gconv_kernel *kernel = s->plan ? s->plan->kernel : gconv_kernel_find(s->kernel, s->session->options.isa_mask);
  if (kernel) describe_kernel(&row, kernel);
  if (s->plan) describe_plan(&row, s->plan), row.pack_ns = s->pack_ns;
  figures_texts texts = {NULL};
  if (f) {
    figures_describe(f, subject_peak(s), &row, &texts);
    describe_buffers(&row, m);
    row.calls_compared = s->compared + (int64_t)m->size.weights * (f->kept + f->discarded);
    if (!figures_texts_known(&texts)) csv_lose(&s->session->csv);
  }
  describe_roof(&row, m);
  stages_describe(&m->stages, &row);
  if (m->placements.made) describe_placements(&row, &m->placements);
  char *counts[COUNTED_TEXTS];
  counted_describe(&m->counted, &s->session->counters, &row, counts);
  row.name = s->block->cases[0]->problem.name;
  summary_add(s->session, &row);
  for (size_t i = 0; i < s->block->case_count; i++) {
    const problem_case *layer = s->block->cases[i];
    row.set = layer->set, row.name = layer->problem.name, row.multiplicity = layer->problem.multiplicity;
    if (!resume_has(&s->session->finished, m->instance.name, row.set, row.name)) csv_write(&s->session->csv, &row);
  }
  figures_texts_free(&texts);
  for (int i = 0; i < COUNTED_TEXTS; i++) free(counts[i]);
}
