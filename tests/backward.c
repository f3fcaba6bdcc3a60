/* backward.c - from the last node to the first, element by element. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "backward.h"

#include "common.h"

#include <math.h>

static amounts make_amounts(int64_t count) {
  const size_t n = (size_t)count + 1;
  const amounts a = {calloc(n, sizeof(double)), calloc(n, sizeof(double)), calloc(n, sizeof(double))};
  assert_true(a.value && a.off && a.size);
  return a;
}

static void free_amounts(amounts *a) {
  free(a->value);
  free(a->off);
  free(a->size);
}

/* += a * b, both known up to something. */
static void add_product(amounts *to, int64_t i, double a, double a_off, double b, double b_off) {
  to->value[i] += a * b;
  to->off[i] += fabs(a) * b_off + fabs(b) * a_off + a_off * b_off;
  to->size[i] += (fabs(a) + a_off) * (fabs(b) + b_off);
}

static void round_sums(amounts *a, int64_t count, double terms) {
  const double gamma = terms * 0x1p-24 / (1 - terms * 0x1p-24);
  for (int64_t i = 0; i < count; i++) a->off[i] += gamma * a->size[i];
}

/* What the reference has of a node. */
static approximation result_at(const backward *f, int node, int64_t i) {
  const reference_tensor *t = &f->r->results[node];
  return t->given.data ? (approximation){(double)t->given.data[i], 0} : (approximation){t->value[i], t->bound[i]};
}

static void back_relu(backward *f, int node) {
  amounts *g = &f->of_node[node];
  for (int64_t i = 0; i < reference_elems(f->r, node); i++) {
    const approximation y = result_at(f, node, i);
    if (y.value > y.bound) continue;
    g->off[i] = y.bound == 0 ? 0 : fabs(g->value[i]) + g->off[i];
    g->value[i] = y.value > 0 ? g->value[i] : 0;
  }
}

static void back_conv(backward *f, int node) {
  gconv_problem p;
  assert_ok(model_problem(f->m, node, f->r->batch, &p), "problem");
  const int from = model_input_of(f->m, node, 0);
  amounts *g = &f->of_node[node], *src = &f->of_node[from], *wei = &f->of_wei[node], *bias = &f->of_bias[node];
  const int window = p.icg * p.kh * p.kw;
  for (int64_t d = 0; d < reference_elems(f->r, node); d++) {
    const int x = (int)(d % p.ow), y = (int)(d / p.ow % p.oh), c = (int)(d / p.ow / p.oh % p.oc),
              n = (int)(d / p.ow / p.oh / p.oc);
    add_product(bias, c, g->value[d], g->off[d], 1, 0);
    for (int k = 0; k < window; k++) {
      const int s = k % p.kw, r = k / p.kw % p.kh, i = c / p.ocg * p.icg + k / p.kw / p.kh;
      const int h = y * p.stride_h + r - p.pad_top, w = x * p.stride_w + s - p.pad_left;
      if (h < 0 || h >= p.ih || w < 0 || w >= p.iw) continue;
      const int64_t at = (((int64_t)n * p.ic + i) * p.ih + h) * p.iw + w, weight = (int64_t)c * window + k;
      const approximation in = result_at(f, from, at);
      add_product(wei, weight, g->value[d], g->off[d], in.value, in.bound);
      if (from) add_product(src, at, g->value[d], g->off[d], (double)f->w->wei[node][weight], 0);
    }
  }
  const double pixels = (double)f->r->batch * p.oh * p.ow;
  round_sums(wei, net_weight_count(f->m, node), pixels);
  round_sums(bias, p.oc, pixels);
  if (from) round_sums(src, reference_elems(f->r, from), (double)p.ocg * p.kh * p.kw);
}

/* Sums and concatenations hand on what belongs to each input. */
static void back_copy(backward *f, int node) {
  const model_node *d = &f->m->nodes[node];
  const amounts *g = &f->of_node[node];
  int first = 0;
  for (int i = 0; i < d->inputs; i++) {
    const int from = model_input_of(f->m, node, i);
    const model_shape s = f->m->nodes[from].shape;
    for (int64_t at = 0; at < reference_elems(f->r, from) && from; at++) {
      const int64_t plane = (int64_t)s.h * s.w, n = at / plane / s.c, rest = at % (plane * s.c);
      const int64_t there = (n * d->shape.c + first) * plane + rest;
      f->of_node[from].value[at] += g->value[there], f->of_node[from].off[at] += g->off[there];
    }
    if (d->op == MODEL_CONCAT) first += s.c;
  }
}

backward backward_run(const model *m, const net_weights *w, const reference *r, const float *gradient) {
  backward b = {.m = m, .w = w, .r = r};
  const int last = m->count - 1;
  assert_true(last > 0);
  const size_t nodes = (size_t)m->count;
  b.of_node = calloc(nodes, sizeof(amounts));
  b.of_wei = calloc(nodes, sizeof(amounts));
  b.of_bias = calloc(nodes, sizeof(amounts));
  assert_true(b.of_node && b.of_wei && b.of_bias);
  for (int i = 0; i <= last; i++) {
    b.of_node[i] = make_amounts(reference_elems(r, i));
    b.of_wei[i] = make_amounts(net_weight_count(m, i));
    b.of_bias[i] = make_amounts(m->nodes[i].shape.c);
  }
  for (int64_t i = 0; i < reference_elems(r, last); i++) b.of_node[last].value[i] = (double)gradient[i];
  for (int i = last; i > 0; i--) {
    const model_op op = m->nodes[i].op;
    assert_true(op == MODEL_CONV || op == MODEL_ADD || op == MODEL_CONCAT);
    if (m->nodes[i].relu) back_relu(&b, i);
    if (op == MODEL_CONV)
      back_conv(&b, i);
    else
      back_copy(&b, i);
  }
  return b;
}

void backward_free(backward *b) {
  for (int i = 0; i < b->m->count; i++) {
    free_amounts(&b->of_node[i]);
    free_amounts(&b->of_wei[i]);
    free_amounts(&b->of_bias[i]);
  }
  free(b->of_node);
  free(b->of_wei);
  free(b->of_bias);
}
