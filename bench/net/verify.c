/* verify.c - what a step must make is worked out just before it runs, from its inputs where they lie, as many steps
 * overwrite them; and compared right after. Nothing is copied, so what it costs does not grow with the images. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>

/* An element and what it must be. */
typedef struct {
  int n, c, y, x;
  approximation want;
} expectation;

typedef struct {
  reference r;
  tensor image;
  double *amplification; /* by node */
  bool *moved;           /* by node */
  int64_t samples;
  expectation *expected; /* of the step under way */
  int64_t count, room;
  verify_result worst;
} verification;

static expectation position_of(model_shape s, int64_t at) {
  return (expectation){.n = (int)(at / s.w / s.h / s.c),
                       .c = (int)(at / s.w / s.h % s.c),
                       .y = (int)(at / s.w % s.h),
                       .x = (int)(at % s.w)};
}

/* In a transformed domain an output also takes the roundings of products that belong to outputs beside it: its error is
 * bounded by the largest bound of its plane (gconv_cook_toom_amplification), that of outputs which ReLU cuts included.
 */
static void expect_plane(const verification *v, int node, int64_t plane, expectation *e) {
  const model_node *d = &v->r.graph->nodes[node];
  const int pixels = d->shape.h * d->shape.w;
  double bound = 0;
  for (int i = 0; i < pixels; i++) {
    e[i] = position_of(d->shape, plane * pixels + i);
    e[i].want = reference_before_relu(&v->r, node, e[i].n, e[i].c, e[i].y, e[i].x);
    bound = fmax(bound, e[i].want.bound);
  }
  for (int i = 0; i < pixels; i++)
    e[i].want = (approximation){d->relu ? fmax(e[i].want.value, 0) : e[i].want.value, bound};
}

static gconv_status make_room(verification *v, int64_t count) {
  if (count > v->room) {
    free(v->expected);
    v->room = (v->expected = malloc((size_t)count * sizeof *v->expected)) ? count : 0;
  }
  v->count = v->room ? count : 0;
  return v->room ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory to compare %lld values", (long long)count);
}

/* Elements of a node to compare: fewer where each is a long sum. */
static int64_t samples_of(const verification *v, int node) {
  enum { LEAST = 250 };
  static const int64_t TERMS = 1 << 20;
  const model *m = v->r.graph;
  const int64_t weights = net_weight_count(m, node), affordable = weights ? TERMS * m->nodes[node].oc / weights : TERMS;
  return affordable >= v->samples ? v->samples : affordable > LEAST ? affordable : LEAST;
}

static gconv_status expect(verification *v, int node, bool whole_planes) {
  enum { PLANES = 8 };
  const model_shape s = v->r.graph->nodes[node].shape;
  const int64_t unit = whole_planes ? (int64_t)s.h * s.w : 1, units = reference_elems(&v->r, node) / unit;
  const int64_t wanted = !v->samples ? units : whole_planes ? PLANES : samples_of(v, node);
  const int64_t samples = wanted < units ? wanted : units;
  const gconv_status status = make_room(v, samples * unit);
#pragma omp parallel for schedule(dynamic, 8)
  for (int64_t i = 0; i < (status ? 0 : samples); i++) {
    const int64_t at = verify_spread(i, samples, units);
    expectation *e = &v->expected[i * unit];
    if (whole_planes) {
      expect_plane(v, node, at, e);
    } else {
      *e = position_of(s, at);
      e->want = reference_element(&v->r, node, e->n, e->c, e->y, e->x);
    }
  }
  return status;
}

/* A conversion moves values and nothing else. */
static gconv_status expect_converted(verification *v, int node, const tensor *in) {
  const int64_t elems = reference_elems(&v->r, node), samples = v->samples && v->samples < elems ? v->samples : elems;
  const gconv_status status = make_room(v, samples);
  for (int64_t i = 0; i < samples && !status; i++) {
    expectation e = position_of(v->r.graph->nodes[node].shape, verify_spread(i, samples, elems));
    e.want = (approximation){*tensor_at(in, e.n, e.c, (int64_t)e.y * in->dims.w + e.x), 0};
    v->expected[i] = e;
  }
  return status;
}

static gconv_status before(void *context, const net *n, int step) {
  verification *v = context;
  const model *m = v->r.graph;
  const net_step_info s = net_step_at(n, step);
  const gconv_kernel *kernel = s.plan ? s.plan->kernel : NULL;
  const bool from_image = m->nodes[s.node].op == MODEL_INPUT;
  v->count = 0;
  if (s.backward) return GCONV_OK;
  if (net_is_conversion(&s)) return expect_converted(v, s.node, from_image ? &v->image : s.in);
  for (int i = 0; i < m->nodes[s.node].inputs; i++) {
    const int from = model_input_of(m, s.node, i);
    v->r.results[from].given = m->nodes[from].op == MODEL_INPUT ? v->image : s.in[i];
  }
  if (kernel && kernel->amplification) v->amplification[s.node] = kernel->amplification(&s.plan->problem);
  return expect(v, s.node, kernel && kernel->numeric == GCONV_TRANSFORM);
}

static gconv_status refuse(const verification *v, const net_step_info *s, const expectation *e, double got) {
  char name[GCONV_NAME_MAX];
  model_node_name(v->r.graph, s->node, name, sizeof name);
  return gconv_error(GCONV_FAILED, "%s, node %d (%s %s): [n %d, c %d, h %d, w %d] is %.9g, must be %.9g +- %.3g",
                     v->r.graph->name, s->node, s->plan ? s->plan->kernel->name : s->what, name, e->n, e->c, e->y, e->x,
                     got, e->want.value, e->want.bound);
}

static gconv_status after(void *context, const net *n, int step) {
  verification *v = context;
  const net_step_info s = net_step_at(n, step);
  double worst = -1, got = 0;
  if (s.backward) {
    const gconv_status status = verify_backward(n, step, v->r.weights, v->samples, &worst);
    if (worst > v->worst.err) v->worst = (verify_result){worst, s.node};
    return status;
  }
  int64_t at = 0;
  for (int64_t i = 0; i < v->count; i++) {
    const expectation *e = &v->expected[i];
    const double value = *tensor_at(&s.out, e->n, e->c, (int64_t)e->y * s.out.dims.w + e->x);
    const double error = fabs(value - e->want.value);
    const double ratio = !isfinite(value) ? INFINITY : error == 0 ? 0 : error / e->want.bound;
    if (ratio > worst) worst = ratio, got = value, at = i;
  }
  if (worst > v->worst.err) v->worst = (verify_result){worst, s.node};
  return worst > 1 ? refuse(v, &s, &v->expected[at], got) : GCONV_OK;
}

static gconv_status prepare(verification *v, const net *n) {
  const model *m = v->r.graph;
  const size_t nodes = (size_t)m->count;
  v->r.results = calloc(nodes, sizeof *v->r.results);
  v->amplification = calloc(nodes, sizeof *v->amplification);
  v->moved = calloc(nodes, sizeof *v->moved);
  if (!v->r.results || !v->amplification || !v->moved)
    return gconv_error(GCONV_NO_MEMORY, "no memory for %zu nodes", nodes);
  v->r.amplification = v->amplification;
  v->r.moved = v->moved;
  for (int i = 0; i < m->count; i++) {
    v->amplification[i] = 1;
    v->moved[i] = net_bias_moved(n, i);
  }
  return GCONV_OK;
}

gconv_status verify_net(net *n, const net_weights *weights, const float *image, int64_t samples,
                        verify_result *result) {
  const model *m = net_graph(n);
  const model_shape s = m->nodes[0].shape;
  const int batch = net_result(n).dims.n;
  verification v = {.r = {.graph = m, .weights = weights, .batch = batch},
                    .image = {(float *)image, GCONV_NCHW, {batch, s.c, s.h, s.w}},
                    .samples = samples};
  gconv_status status = prepare(&v, n);
  if (!status) {
    net_set_input(n, image);
    status = net_watch(n, &(net_watcher){before, after, &v});
  }
  *result = v.worst;
  reference_free(&v.r);
  free(v.amplification);
  free(v.moved);
  free(v.expected);
  return status;
}
