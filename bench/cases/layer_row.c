/* layer_row.c - a layer as rows of the CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"
#include "layer.h"

#include "roof.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Kernels compiled here are measured against the best ISA they may use, also where they are not written for it: the
 * share of the machine that a kernel leaves unused is the point. Libraries choose for themselves. */
double layer_peak(const layer_plan *s) {
  const unsigned detected = gconv_isa_detect();
  const unsigned mask = s->plan && s->plan->kernel->library ? detected : detected & s->session->options.isa_mask;
  return peak_gflops(&s->session->peaks, gconv_isa_best(mask), s->threads);
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

static void describe_buffers(csv_row *row, const layer_case *m) {
  row->copies = m->size.weights, row->rotated_bytes = (int64_t)rotation_bytes(m->plan->plan, m->size);
  row->huge_page_bytes = m->base.session->arenas[0].huge_bytes;
}

static void describe_roof(csv_row *row, const layer_case *m) {
  const layer_plan *s = m->plan;
  const gconv_counts counts = gconv_problem_count(&s->problem->problem);
  const int64_t weights = (int64_t)gconv_dtype_bytes(s->problem->problem.dtype) * counts.params;
  const int64_t from_memory[CACHES] = {[CACHE_COLD] = counts.min_bytes, [CACHE_COLD_WEIGHTS] = weights};
  const roof r = roof_of(&s->session->bandwidths, &counts, s->threads, from_memory[m->cache], layer_peak(s));
  row->intensity = r.intensity;
  if (!r.bound) return;
  row->attainable_gflops = r.attainable, row->roof = r.bound;
  row->pct_roof = 100 * row->gflops / r.attainable; /* empty where nothing was timed, as gflops is */
}

static void describe_placements(csv_row *row, const placement_spread *p) {
  row->placement_min_ns = p->min_ns, row->placement_max_ns = p->max_ns;
  row->placement_best = p->best, row->placement_worst = p->worst;
}

static void describe_plan_of(csv_row *row, const layer_case *l) {
  const layer_plan *p = l->plan;
  row->problem = p->problem->text;
  row->layout = gconv_layout_name(p->layout), row->kernel = p->kernel;
  row->threads = p->threads, row->cache = cache_name(l->cache), row->cpus = session_cpus(p->session, p->threads);
  row->data = inputs_name(p->inputs);
  row->err = p->err, row->err_gamma = p->err_gamma, row->err_rms = p->err_rms;
  describe_problem(&p->problem->problem, row);
  const gconv_kernel *kernel = p->plan ? p->plan->kernel : gconv_kernel_find(p->kernel, p->session->options.isa_mask);
  if (kernel) describe_kernel(row, kernel);
  if (p->plan) describe_plan(row, p->plan), row->pack_ns = p->pack_ns;
}

/* The same row for every layer that it stands for, unless an earlier run wrote it. */
static void write_layers(csv_row *row, const layer_case *l) {
  const layer_problem *problem = l->plan->problem;
  session *s = l->base.session;
  row->name = problem->layers[0]->problem.name;
  summary_add(s, row);
  for (size_t i = 0; i < problem->layer_count; i++) {
    const problem_case *layer = problem->layers[i];
    row->set = layer->set, row->name = layer->problem.name, row->multiplicity = layer->problem.multiplicity;
    if (!resume_has(&s->finished, l->base.name, row->set, row->name)) csv_write(&s->csv, row);
  }
}

void layer_write(const bench_case *c, const char *reason, const figures *f) {
  const layer_case *l = (const layer_case *)c;
  csv_row row = csv_empty_row;
  row_texts texts = {NULL};
  describe_plan_of(&row, l);
  row.status = case_status_name(c->status), row.reason = reason;
  if (f) {
    describe_figures(f, layer_peak(l->plan), &row, &texts);
    describe_buffers(&row, l);
    row.calls_compared = l->plan->compared + (int64_t)l->size.weights * (f->kept + f->discarded);
  }
  describe_roof(&row, l);
  if (l->placements.made) describe_placements(&row, &l->placements);
  describe_extras(c, &row, &texts);
  if (f && !row_texts_known(&texts)) csv_lose(&c->session->csv);
  write_layers(&row, l);
  row_texts_free(&texts);
}
