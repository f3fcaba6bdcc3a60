/* graph_row.c - blocks, networks and the steps of networks as rows of the CSV. */
#include "net_case.h"

#include "stats.h"
#include "summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Training does a convolution's multiply-adds three times, a first one's twice: nobody wants the image's gradient. */
static int passes(const model *m, int node, bool train) {
  return !train ? 1 : m->nodes[model_input_of(m, node, 0)].op == MODEL_INPUT ? 2 : 3;
}

static int64_t sum_counts(const model *m, int batch, bool train, bool nominal) {
  int64_t macs = 0;
  for (int i = 0; i < m->count; i++) {
    gconv_problem p;
    if (m->nodes[i].op != MODEL_CONV && m->nodes[i].op != MODEL_FC) continue;
    if (model_problem(m, i, batch, &p)) continue; /* the model was built of valid ones */
    const gconv_counts counts = gconv_problem_count(&p);
    macs += passes(m, i, train) * (nominal ? counts.macs_nominal : counts.macs);
  }
  return macs;
}

int64_t graph_macs(const graph_subject *s) { return sum_counts(s->c->m, s->batch, s->session->train, false); }

/* The ISA that the model's kernels may use: a library's choice is its own. */
double graph_peak(const graph_subject *s) {
  const options *o = &s->session->options;
  const gconv_kernel *kernel = gconv_kernel_find(s->kernel, o->isa_mask);
  const unsigned detected = gconv_isa_detect(), mask = kernel && kernel->library ? detected : detected & o->isa_mask;
  return peak_gflops(&s->session->peaks, gconv_isa_best(mask), s->threads);
}

static int64_t elems_of(model_shape s) { return (int64_t)s.c * s.h * s.w; }

/* What a run moves at least, everything between its convolutions aside. Forward: image, weights, result. A training
 * step writes besides, and reads, the inputs of convolutions; it reads the result's gradient, and weights once more; it
 * writes their gradients; and its update reads both and writes weights. */
static int64_t least_elems(const model *m, int batch, bool train, int64_t params) {
  const int64_t image = elems_of(m->nodes[0].shape), result = elems_of(m->nodes[m->count - 1].shape);
  if (!train) return params + batch * (image + result);
  int64_t kept = 0;
  for (int i = 0; i < m->count; i++) kept += model_feeds_convolution(m, i) ? elems_of(m->nodes[i].shape) : 0;
  return 6 * params + 2 * batch * (kept + result);
}

/* What all rows of a subject have in common. */
static csv_row common_row(const graph_subject *s) {
  static const char *const statuses[] = {"ok", "skipped", "failed"};
  csv_row row = csv_empty_row;
  const gconv_kernel *kernel = gconv_kernel_find(s->kernel, s->session->options.isa_mask);
  const bool train = s->session->train;
  row.direction = train ? "train" : gconv_direction_name(GCONV_FWD), row.pass = train ? "train" : "infer";
  row.layout = gconv_layout_name(GCONV_NATIVE), row.cache = cache_name(CACHE_WARM);
  row.kernel = s->kernel;
  row.isa = !kernel ? "mixed" : kernel->library ? "library" : gconv_isa_name(kernel->isa);
  row.threads = s->threads, row.batch = s->batch, row.cpus = session_cpus(s->session, s->threads);
  row.status = statuses[s->status];
  return row;
}

static void describe_times(csv_row *row, const double *seconds, int repetitions, double peak) {
  const stats t = stats_of(seconds, repetitions);
  row->time_min_ns = 1e9 * t.min, row->time_median_ns = 1e9 * t.median, row->time_cv = t.cv;
  row->time_ci_lo_ns = 1e9 * t.ci_lo, row->time_ci_hi_ns = 1e9 * t.ci_hi;
  row->repetitions = repetitions;
  if (row->macs <= 0) return;
  row->gflops = 2 * (double)row->macs / row->time_median_ns;
  if (peak > 0) row->pct_peak = 100 * row->gflops / peak, row->peak_gflops = peak;
}

static void describe_graph(csv_row *row, const graph_subject *s) {
  const model *m = s->c->m;
  const model_counts counts = model_count(m);
  row->params = model_params(&counts);
  row->macs = graph_macs(s), row->macs_nominal = sum_counts(m, s->batch, s->session->train, true);
  row->min_bytes = (int64_t)sizeof(float) * least_elems(m, s->batch, s->session->train, row->params);
  if (!s->n) return;
  const net_summary sum = net_summarize(s->n);
  row->packed_bytes = (int64_t)sum.packed_bytes;
  row->workspace_bytes = (int64_t)(sum.workspace_bytes + sum.arena_bytes);
  row->executed_macs = sum.executed_macs;
}

void graph_write(const graph_subject *s, const char *reason, const figures *f) {
  const char form[] = {s->c->form, 0};
  csv_row row = common_row(s);
  row.set = row.level = level_name(s->session->level);
  row.problem = row.name = s->c->name, row.form = form;
  row.plan = s->plan, row.reason = reason, row.err = s->err, row.pack_ns = s->load_ns;
  describe_graph(&row, s);
  figures_texts texts = {NULL};
  if (f) {
    figures_describe(f, graph_peak(s), &row, &texts);
    row.images_per_s = 1e9 * s->batch / row.time_median_ns;
    if (!figures_texts_known(&texts)) csv_lose(&s->session->csv);
  }
  stages_describe(&s->stages, &row);
  char *counts[COUNTED_TEXTS];
  counted_describe(&s->counted, &s->session->counters, &row, counts);
  csv_write(&s->session->csv, &row);
  summary_add(s->session, &row);
  figures_texts_free(&texts);
  for (int i = 0; i < COUNTED_TEXTS; i++) free(counts[i]);
}

/* A convolution is described as a layer is; what else a network does by its name. */
static void write_step(const graph_subject *s, int step, const double *seconds, int runs) {
  const net_step_info info = net_step_at(s->n, step);
  char text[GCONV_TEXT_MAX], node[GCONV_NAME_MAX], name[2 * GCONV_NAME_MAX], plan[2 * GCONV_TEXT_MAX];
  csv_row row = common_row(s);
  model_node_name(s->c->m, info.node, node, sizeof node);
  snprintf(name, sizeof name, "%s:%s", s->c->name, node[0] ? node : info.what);
  row.set = s->c->name, row.name = name, row.level = "network-layer", row.problem = row.plan = info.what;
  if (info.plan) {
    const gconv_problem *p = &info.plan->problem;
    const gconv_counts counts = gconv_problem_count(p);
    gconv_problem_print(p, text, sizeof text);
    snprintf(plan, sizeof plan, "%s: %s", info.plan->kernel->name, info.plan->text);
    row.problem = text, row.plan = plan, row.direction = gconv_direction_name(p->direction);
    row.params = counts.params, row.macs = counts.macs, row.macs_nominal = counts.macs_nominal;
    row.min_bytes = counts.min_bytes, row.executed_macs = info.plan->executed_macs;
    row.ic = p->ic, row.oc = p->oc, row.groups = p->groups, row.icg = p->icg, row.ocg = p->ocg;
    row.kh = p->kh, row.kw = p->kw, row.stride_h = p->stride_h, row.stride_w = p->stride_w;
    row.ih = p->ih, row.iw = p->iw;
  }
  describe_times(&row, seconds, runs, graph_peak(s));
  csv_write(&s->session->csv, &row);
}

void graph_write_steps(const graph_subject *s, int runs) {
  const size_t steps = (size_t)net_step_count(s->n);
  double *seconds = malloc((steps + 1) * (size_t)runs * sizeof *seconds);
  if (!seconds) {
    csv_lose(&s->session->csv);
    return;
  }
  double *of_step = seconds + steps * (size_t)runs;
  gconv_status status = GCONV_OK;
  for (int r = 0; r < runs && !status; r++) status = net_run(s->n, seconds + (size_t)r * steps);
  for (size_t i = 0; i < steps && !status; i++) {
    for (int r = 0; r < runs; r++) of_step[r] = seconds[(size_t)r * steps + i];
    write_step(s, (int)i, of_step, runs);
  }
  free(seconds);
}
