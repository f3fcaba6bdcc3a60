/* reference.c - the definition of each operation, and nothing that would make it fast. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include "core/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  int n, c, y, x;
} position;

static const double unit = 0x1p-24;

static double gamma_of(double roundings) { return roundings * unit / (1 - roundings * unit); }

static approximation input_at(const reference *r, int node, position p) {
  const model_shape s = r->graph->nodes[node].shape;
  const reference_tensor *t = &r->results[node];
  if (t->given.data) return (approximation){*tensor_at(&t->given, p.n, p.c, (int64_t)p.y * s.w + p.x), 0};
  const int64_t i = (((int64_t)p.n * s.c + p.c) * s.h + p.y) * s.w + p.x;
  return (approximation){t->value[i], t->bound[i]};
}

/* Sums on the way: the value, what the inputs may be off, and the magnitudes that rounding is relative to. */
typedef struct {
  double value, carried, magnitude;
} sums;

static void add_term(sums *s, double weight, approximation a) {
  s->value += weight * a.value;
  s->carried += fabs(weight) * a.bound;
  s->magnitude += fabs(weight) * (fabs(a.value) + a.bound);
}

static void add_bias(sums *s, double bias) {
  s->value += bias;
  s->magnitude += fabs(bias);
}

static approximation rounded(sums s, double roundings, double amplification) {
  return (approximation){s.value, s.carried + gamma_of(roundings) * amplification * s.magnitude};
}

static approximation conv(const reference *r, int node, position p) {
  const model_node *d = &r->graph->nodes[node];
  const int from = model_input_of(r->graph, node, 0);
  const model_shape in = r->graph->nodes[from].shape;
  const bool fc = d->op == MODEL_FC;
  const int kh = fc ? in.h : d->kernel, kw = fc ? in.w : d->kernel, icg = in.c / d->groups;
  const int group = p.c / (d->oc / d->groups), reach = d->dilation + 1;
  const float *w = r->weights->wei[node] + (int64_t)p.c * icg * kh * kw;
  sums s = {0};
  for (int i = 0; i < icg; i++)
    for (int ky = 0; ky < kh; ky++)
      for (int kx = 0; kx < kw; kx++, w++) {
        const int y = p.y * d->stride - d->pad + ky * reach, x = p.x * d->stride - d->pad + kx * reach;
        if (y >= 0 && y < in.h && x >= 0 && x < in.w)
          add_term(&s, *w, input_at(r, from, (position){p.n, group * icg + i, y, x}));
      }
  if (net_has_bias(d) && !(r->moved && r->moved[node])) add_bias(&s, r->weights->bias[node][p.c]);
  return rounded(s, (double)icg * kh * kw + 1, r->amplification ? r->amplification[node] : 1);
}

static approximation sum(const reference *r, int node, position p) {
  const int inputs = r->graph->nodes[node].inputs;
  sums s = {0};
  for (int i = 0; i < inputs; i++) {
    const int from = model_input_of(r->graph, node, i);
    add_term(&s, 1, input_at(r, from, p));
    if (r->moved && r->moved[from]) add_bias(&s, r->weights->bias[from][p.c]);
  }
  return rounded(s, 2.0 * inputs - 1, 1);
}

static approximation relu(const reference *r, int node, position p) {
  return input_at(r, model_input_of(r->graph, node, 0), p);
}

static approximation sigmoid(const reference *r, int node, position p) {
  const approximation a = input_at(r, model_input_of(r->graph, node, 0), p);
  return (approximation){1 / (1 + exp(-a.value)), a.bound / 4 + gamma_of(4)};
}

static approximation scale(const reference *r, int node, position p) {
  const approximation a = input_at(r, model_input_of(r->graph, node, 0), p);
  const approximation f = input_at(r, model_input_of(r->graph, node, 1), (position){p.n, p.c, 0, 0});
  const double carried = fabs(f.value) * a.bound + fabs(a.value) * f.bound + a.bound * f.bound;
  return (approximation){a.value * f.value,
                         carried + gamma_of(1) * (fabs(a.value) + a.bound) * (fabs(f.value) + f.bound)};
}

static approximation max_pool(const reference *r, int node, position p) {
  const model_node *d = &r->graph->nodes[node];
  const int from = model_input_of(r->graph, node, 0);
  const model_shape in = r->graph->nodes[from].shape;
  approximation best = {-INFINITY, 0};
  for (int y = p.y * d->stride - d->pad; y < p.y * d->stride - d->pad + d->kernel; y++)
    for (int x = p.x * d->stride - d->pad; x < p.x * d->stride - d->pad + d->kernel; x++) {
      if (y < 0 || y >= in.h || x < 0 || x >= in.w) continue;
      const approximation a = input_at(r, from, (position){p.n, p.c, y, x});
      best = (approximation){fmax(best.value, a.value), fmax(best.bound, a.bound)};
    }
  return best;
}

typedef struct {
  int y, x, height, width; /* of the input; may hang over the edge */
} rectangle;

static approximation average(const reference *r, int from, position p, rectangle window) {
  const model_shape in = r->graph->nodes[from].shape;
  const double count = (double)window.height * window.width;
  sums s = {0};
  for (int y = window.y; y < window.y + window.height; y++)
    for (int x = window.x; x < window.x + window.width; x++)
      if (y >= 0 && y < in.h && x >= 0 && x < in.w)
        add_term(&s, 1 / count, input_at(r, from, (position){p.n, p.c, y, x}));
  return rounded(s, count + 1, 1);
}

static approximation avg_pool(const reference *r, int node, position p) {
  const model_node *d = &r->graph->nodes[node];
  const rectangle window = {p.y * d->stride - d->pad, p.x * d->stride - d->pad, d->kernel, d->kernel};
  return average(r, model_input_of(r->graph, node, 0), p, window);
}

static approximation global_avg_pool(const reference *r, int node, position p) {
  const int from = model_input_of(r->graph, node, 0);
  return average(r, from, p, (rectangle){0, 0, r->graph->nodes[from].shape.h, r->graph->nodes[from].shape.w});
}

static approximation concat(const reference *r, int node, position p) {
  int i = 0, from;
  while (p.c >= r->graph->nodes[from = model_input_of(r->graph, node, i)].shape.c) {
    p.c -= r->graph->nodes[from].shape.c;
    i++;
  }
  return input_at(r, from, p);
}

static approximation slice(const reference *r, int node, position p) {
  p.c += r->graph->nodes[node].first;
  return input_at(r, model_input_of(r->graph, node, 0), p);
}

/* Channel g * n + i goes to i * groups + g. */
static approximation shuffle(const reference *r, int node, position p) {
  const int groups = r->graph->nodes[node].groups, width = r->graph->nodes[node].shape.c / groups;
  p.c = p.c % groups * width + p.c / groups;
  return input_at(r, model_input_of(r->graph, node, 0), p);
}

static approximation (*const operations[MODEL_OPS])(const reference *r, int node, position p) = {
    [MODEL_CONV] = conv,         [MODEL_FC] = conv,
    [MODEL_RELU] = relu,         [MODEL_SIGMOID] = sigmoid,
    [MODEL_ADD] = sum,           [MODEL_SCALE] = scale,
    [MODEL_CONCAT] = concat,     [MODEL_MAX_POOL] = max_pool,
    [MODEL_AVG_POOL] = avg_pool, [MODEL_GLOBAL_AVG_POOL] = global_avg_pool,
    [MODEL_SHUFFLE] = shuffle,   [MODEL_SLICE] = slice,
};

approximation reference_before_relu(const reference *r, int node, int n, int c, int y, int x) {
  return operations[r->graph->nodes[node].op](r, node, (position){n, c, y, x});
}

approximation reference_element(const reference *r, int node, int n, int c, int y, int x) {
  const model_node *d = &r->graph->nodes[node];
  const approximation a = reference_before_relu(r, node, n, c, y, x);
  if (!d->relu && d->op != MODEL_RELU) return a;
  if (a.value + a.bound <= 0) return (approximation){0, 0};
  return (approximation){fmax(a.value, 0), a.bound};
}

int64_t reference_elems(const reference *r, int node) {
  const model_shape s = r->graph->nodes[node].shape;
  return (int64_t)r->batch * s.c * s.h * s.w;
}

static void compute_node(const reference *r, int node) {
  const model_shape s = r->graph->nodes[node].shape;
  const int64_t elems = reference_elems(r, node);
#pragma omp parallel for
  for (int64_t i = 0; i < elems; i++) {
    const approximation a = reference_element(r, node, (int)(i / s.w / s.h / s.c), (int)(i / s.w / s.h % s.c),
                                              (int)(i / s.w % s.h), (int)(i % s.w));
    r->results[node].value[i] = a.value;
    r->results[node].bound[i] = a.bound;
  }
}

gconv_status reference_run(const model *m, const net_weights *weights, int batch, const float *image, reference *r) {
  *r = (reference){.graph = m, .weights = weights, .batch = batch};
  r->results = calloc((size_t)m->count, sizeof *r->results);
  gconv_status status = r->results ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for %d results", m->count);
  for (int i = 0; i < m->count && !status; i++) {
    const int64_t elems = reference_elems(r, i);
    reference_tensor *t = &r->results[i];
    if (m->nodes[i].op == MODEL_INPUT) {
      const model_shape s = m->nodes[i].shape;
      t->given = (tensor){(float *)image, GCONV_NCHW, {batch, s.c, s.h, s.w}};
    } else {
      t->value = malloc((size_t)elems * sizeof *t->value);
      t->bound = malloc((size_t)elems * sizeof *t->bound);
      if (t->value && t->bound) compute_node(r, i);
    }
    if (!t->given.data && !(t->value && t->bound))
      status = gconv_error(GCONV_NO_MEMORY, "no memory for %lld reference values", (long long)elems);
  }
  if (status) reference_free(r);
  return status;
}

void reference_free(reference *r) {
  for (int i = 0; r->results && i < r->graph->count; i++) {
    free(r->results[i].value);
    free(r->results[i].bound);
  }
  free(r->results);
  r->results = NULL;
}
