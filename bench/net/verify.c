/* verify.c - takes every result as it is made, in plain layout, and lets go of it after its last reader. */
#include "verify.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  reference r;
  int *last_reader; /* by node */
  double *amplification;
  bool *moved, *transformed;
  int64_t samples;
  verify_result worst;
} verification;

static gconv_status capture(verification *v, int node, const tensor *t) {
  float *plain = malloc((size_t)reference_elems(&v->r, node) * sizeof *plain);
  if (!plain) return gconv_error(GCONV_NO_MEMORY, "no memory for a copy of node %d", node);
  gconv_layout_convert(t->dims, t->layout, t->data, GCONV_NCHW, plain, 1);
  v->r.results[node].single = plain;
  return GCONV_OK;
}

/* Element number i of `samples` spread evenly over `elems`: multiples of the golden ratio, modulo 1. */
static int64_t spread(int64_t i, int64_t samples, int64_t elems) {
  if (samples >= elems) return i;
  static const double golden = 0.6180339887498949;
  const double at = (double)i * golden;
  return (int64_t)((at - floor(at)) * (double)elems);
}

typedef struct {
  double ratio, got;
  approximation want;
  int64_t at;
} deviation;

static deviation deviation_from(const verification *v, int node, int64_t at, approximation want) {
  const double got = v->r.results[node].single[at], error = fabs(got - want.value);
  const double ratio = !isfinite(got) ? INFINITY : error == 0 ? 0 : error / want.bound;
  return (deviation){ratio, got, want, at};
}

static deviation deviation_at(const verification *v, int node, int64_t at) {
  const model_shape s = v->r.graph->nodes[node].shape;
  return deviation_from(v, node, at,
                        reference_element(&v->r, node, (int)(at / s.w / s.h / s.c), (int)(at / s.w / s.h % s.c),
                                          (int)(at / s.w % s.h), (int)(at % s.w)));
}

/* In a transformed domain an output also takes the roundings of products that belong to outputs beside it: its error is
 * bounded by the largest bound of its plane (gconv_cook_toom_amplification), that of outputs which ReLU cuts included.
 */
static deviation worst_of_plane(const verification *v, int node, int64_t plane) {
  const model_node *d = &v->r.graph->nodes[node];
  const int pixels = d->shape.h * d->shape.w, n = (int)(plane / d->shape.c), c = (int)(plane % d->shape.c);
  approximation *want = malloc((size_t)pixels * sizeof *want);
  deviation worst = {.ratio = -1, .at = plane * pixels};
  double bound = 0;
  if (!want) worst.ratio = INFINITY; /* what cannot be compared is not right */
  for (int i = 0; i < pixels && want; i++) {
    want[i] = reference_before_relu(&v->r, node, n, c, i / d->shape.w, i % d->shape.w);
    bound = fmax(bound, want[i].bound);
  }
  for (int i = 0; i < pixels && want; i++) {
    const double value = d->relu ? fmax(want[i].value, 0) : want[i].value;
    const deviation found = deviation_from(v, node, plane * pixels + i, (approximation){value, bound});
    if (found.ratio > worst.ratio) worst = found;
  }
  free(want);
  return worst;
}

static deviation worst_of(const verification *v, int node) {
  enum { PLANES_LEAST = 8 };
  const model_shape s = v->r.graph->nodes[node].shape;
  const bool whole_planes = v->transformed[node];
  const int64_t unit = whole_planes ? (int64_t)s.h * s.w : 1, units = reference_elems(&v->r, node) / unit;
  const int64_t wanted = whole_planes && v->samples / unit < PLANES_LEAST ? PLANES_LEAST : v->samples / unit;
  const int64_t samples = v->samples && wanted < units ? wanted : units;
  deviation worst = {.ratio = -1};
#pragma omp parallel for schedule(dynamic, 8)
  for (int64_t i = 0; i < samples; i++) {
    const int64_t at = spread(i, samples, units);
    const deviation d = whole_planes ? worst_of_plane(v, node, at) : deviation_at(v, node, at);
#pragma omp critical
    if (d.ratio > worst.ratio) worst = d;
  }
  return worst;
}

static gconv_status refuse(const verification *v, int node, deviation d, const char *what) {
  char name[GCONV_NAME_MAX];
  model_node_name(v->r.graph, node, name, sizeof name);
  const model_shape s = v->r.graph->nodes[node].shape;
  return gconv_error(GCONV_FAILED, "%s, node %d (%s %s): [n %d, c %d, h %d, w %d] is %.9g, must be %.9g +- %.3g",
                     v->r.graph->name, node, what, name, (int)(d.at / s.w / s.h / s.c), (int)(d.at / s.w / s.h % s.c),
                     (int)(d.at / s.w % s.h), (int)(d.at % s.w), d.got, d.want.value, d.want.bound);
}

static void let_go(verification *v, int node) {
  const model *m = v->r.graph;
  for (int i = 0; i < m->nodes[node].inputs; i++) {
    const int from = model_input_of(m, node, i);
    if (v->last_reader[from] != node) continue;
    free(v->r.results[from].single);
    v->r.results[from].single = NULL;
  }
}

static gconv_status see(void *context, const net *n, int step) {
  verification *v = context;
  const net_step_info s = net_step_at(n, step);
  if (v->r.results[s.node].single) return GCONV_OK; /* a conversion: shows in what is made of it */
  const gconv_kernel *kernel = s.plan ? s.plan->kernel : NULL;
  if (kernel && kernel->amplification) v->amplification[s.node] = kernel->amplification(&s.plan->problem);
  v->transformed[s.node] = kernel && kernel->numeric == GCONV_TRANSFORM;
  const gconv_status status = capture(v, s.node, &s.out);
  if (status) return status;
  const deviation d = worst_of(v, s.node);
  if (d.ratio > v->worst.err) v->worst = (verify_result){d.ratio, s.node};
  if (d.ratio > 1) return refuse(v, s.node, d, kernel ? kernel->name : s.what);
  let_go(v, s.node);
  return GCONV_OK;
}

static gconv_status prepare(verification *v, const net *n, const float *image) {
  const model *m = v->r.graph;
  const size_t nodes = (size_t)m->count;
  v->r.results = calloc(nodes, sizeof *v->r.results);
  v->last_reader = calloc(nodes, sizeof *v->last_reader);
  v->amplification = calloc(nodes, sizeof *v->amplification);
  v->moved = calloc(nodes, sizeof *v->moved);
  v->transformed = calloc(nodes, sizeof *v->transformed);
  if (!v->r.results || !v->last_reader || !v->amplification || !v->moved || !v->transformed)
    return gconv_error(GCONV_NO_MEMORY, "no memory for %zu nodes", nodes);
  v->r.amplification = v->amplification;
  v->r.moved = v->moved;
  for (int i = 0; i < m->count; i++) {
    v->amplification[i] = 1;
    v->moved[i] = net_bias_moved(n, i);
    for (int k = 0; k < m->nodes[i].inputs; k++) v->last_reader[model_input_of(m, i, k)] = i;
    if (m->nodes[i].op != MODEL_INPUT) continue;
    const model_shape s = m->nodes[i].shape;
    const tensor input = {(float *)image, GCONV_NCHW, {v->r.batch, s.c, s.h, s.w}};
    const gconv_status status = capture(v, i, &input);
    if (status) return status;
  }
  return GCONV_OK;
}

gconv_status verify_net(net *n, const model *m, const net_weights *weights, int batch, const float *image,
                        int64_t samples, verify_result *result) {
  verification v = {.r = {.graph = m, .weights = weights, .batch = batch}, .samples = samples};
  gconv_status status = prepare(&v, n, image);
  if (!status) {
    net_set_input(n, image);
    status = net_watch(n, see, &v);
  }
  *result = v.worst;
  reference_free(&v.r);
  free(v.last_reader);
  free(v.amplification);
  free(v.moved);
  free(v.transformed);
  return status;
}
