/* net_row.c - blocks, networks and the steps of networks as rows of the CSV. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "describe.h"
#include "net_case.h"
#include "stats.h"
#include "summary.h"

#include "gconv_kernel.h"

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

int64_t net_macs(const net_case *n) { return sum_counts(n->model->m, n->batch, n->base.session->train, false); }

/* The ISA that the model's kernels may use: a library's choice is its own. */
double net_peak(const net_case *n) {
  const options *o = &n->base.session->options;
  const gconv_kernel *kernel = gconv_kernel_find(n->base.kernel, o->isa_mask);
  const unsigned detected = gconv_isa_detect(), mask = kernel && kernel->library ? detected : detected & o->isa_mask;
  return peak_gflops(&n->base.session->peaks, gconv_isa_best(mask), n->base.threads);
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

/* What all rows of a case have in common. */
static csv_row common_row(const net_case *n) {
  csv_row row = csv_empty_row;
  const gconv_kernel *kernel = gconv_kernel_find(n->base.kernel, n->base.session->options.isa_mask);
  const bool train = n->base.session->train;
  row.direction = train ? "train" : gconv_direction_name(GCONV_FWD), row.pass = train ? "train" : "infer";
  row.layout = gconv_layout_name(GCONV_NATIVE), row.cache = cache_name(CACHE_WARM);
  row.kernel = n->base.kernel;
  row.isa = !kernel ? "mixed" : kernel->library ? "library" : gconv_isa_name(kernel->isa);
  row.threads = n->base.threads, row.batch = n->batch;
  row.cpus = session_cpus(n->base.session, n->base.threads);
  row.status = case_status_name(n->base.status);
  return row;
}

static void describe_net(csv_row *row, const net_case *n) {
  const model *m = n->model->m;
  const model_counts counts = model_count(m);
  row->params = model_params(&counts);
  row->macs = net_macs(n), row->macs_nominal = sum_counts(m, n->batch, n->base.session->train, true);
  row->min_bytes = (int64_t)sizeof(float) * least_elems(m, n->batch, n->base.session->train, row->params);
  if (!n->n) return;
  const net_summary sum = net_summarize(n->n);
  row->packed_bytes = (int64_t)sum.packed_bytes;
  row->workspace_bytes = (int64_t)(sum.workspace_bytes + sum.arena_bytes);
  row->executed_macs = sum.executed_macs;
}

void net_write(const bench_case *c, const char *reason, const figures *f) {
  const net_case *n = (const net_case *)c;
  session *s = c->session;
  const char form[] = {n->model->form, 0};
  csv_row row = common_row(n);
  row.set = row.level = level_name(s->level);
  row.problem = row.name = n->model->name, row.form = form;
  row.plan = n->plan, row.reason = reason, row.err = n->err, row.pack_ns = n->load_ns;
  describe_net(&row, n);
  row_texts texts = {NULL};
  if (f) {
    describe_figures(f, net_peak(n), &row, &texts);
    row.images_per_s = 1e9 * n->batch / row.time_median_ns;
    if (!row_texts_known(&texts)) csv_lose(&s->csv);
  }
  describe_extras(c, &row, &texts);
  csv_write(&s->csv, &row);
  summary_add(s, &row);
  row_texts_free(&texts);
}

/* A convolution is described as a layer is; what else a network does by its name. */
static void write_step(const net_case *n, int step, const double *seconds, int runs) {
  const net_step_info info = net_step_at(n->n, step);
  char text[GCONV_TEXT_MAX], node[GCONV_NAME_MAX], name[2 * GCONV_NAME_MAX], plan[2 * GCONV_TEXT_MAX];
  csv_row row = common_row(n);
  model_node_name(n->model->m, info.node, node, sizeof node);
  snprintf(name, sizeof name, "%s:%s", n->model->name, node[0] ? node : info.what);
  row.set = n->model->name, row.name = name, row.level = "network-layer", row.problem = row.plan = info.what;
  if (info.plan) {
    const gconv_problem *p = &info.plan->problem;
    gconv_problem_print(p, text, sizeof text);
    snprintf(plan, sizeof plan, "%s: %s", info.plan->kernel->name, info.plan->text);
    describe_problem(p, &row);
    row.batch = n->batch, row.problem = text, row.plan = plan, row.executed_macs = info.plan->executed_macs;
  }
  const stats times = stats_of(seconds, runs);
  describe_stats(&times, net_peak(n), &row);
  row.repetitions = runs;
  csv_write(&n->base.session->csv, &row);
}

static int affordable_runs(const net_case *n) {
  enum { LEAST = 3, MOST = 5 };
  return n->base.session->budget / fmax(n->base.call_seconds, 1e-9) >= MOST ? MOST : LEAST;
}

void net_write_steps(const net_case *n) {
  const size_t steps = (size_t)net_step_count(n->n);
  const int runs = affordable_runs(n);
  double *seconds = malloc((steps + 1) * (size_t)runs * sizeof *seconds);
  if (!seconds) {
    csv_lose(&n->base.session->csv);
    return;
  }
  double *of_step = seconds + steps * (size_t)runs;
  gconv_status status = GCONV_OK;
  for (int r = 0; r < runs && !status; r++) status = net_run(n->n, seconds + (size_t)r * steps);
  for (size_t i = 0; i < steps && !status; i++) {
    for (int r = 0; r < runs; r++) of_step[r] = seconds[(size_t)r * steps + i];
    write_step(n, (int)i, of_step, runs);
  }
  free(seconds);
}
