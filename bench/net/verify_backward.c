/* verify_backward.c - gradients of convolutions against the definition, in double precision, on what the step was
 * really given. The other steps of the backward pass are no kernel's: tests compare them with finite differences. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "train.h"
#include "verify.h"

#include <math.h>

typedef struct {
  double value, magnitude;
} sums;

static void add_product(sums *s, double a, double b) {
  s->value += a * b;
  s->magnitude += fabs(a * b);
}

static double at(const tensor *t, int n, int c, int y, int x) {
  return (double)*tensor_at(t, n, c, (int64_t)y * t->dims.w + x);
}

/* Element `i` of the gradient with regard to src, as if it were NCHW; *got: what is there. */
static sums src_gradient(const gconv_problem *p, const net_step_info *s, const float *wei, int64_t i, double *got) {
  const int x = (int)(i % p->iw), y = (int)(i / p->iw % p->ih), c = (int)(i / p->iw / p->ih % p->ic),
            n = (int)(i / p->iw / p->ih / p->ic), first = c / p->icg * p->ocg;
  sums sum = {0};
  for (int o = first; o < first + p->ocg; o++)
    for (int r = 0; r < p->kh; r++)
      for (int q = 0; q < p->kw; q++) {
        const int v = y + p->pad_top - r * (p->dilation_h + 1), h = x + p->pad_left - q * (p->dilation_w + 1);
        if (v < 0 || h < 0 || v % p->stride_h || h % p->stride_w) continue;
        if (v / p->stride_h >= p->oh || h / p->stride_w >= p->ow) continue;
        const int64_t w = (((int64_t)o * p->icg + c % p->icg) * p->kh + r) * p->kw + q;
        add_product(&sum, at(&s->in[0], n, o, v / p->stride_h, h / p->stride_w), (double)wei[w]);
      }
  *got = at(&s->out, n, c, y, x);
  return sum;
}

/* Element `i` of the gradient with regard to the weights. */
static sums wei_gradient(const gconv_problem *p, const net_step_info *s, const float *gradient, int64_t i,
                         double *got) {
  const int q = (int)(i % p->kw), r = (int)(i / p->kw % p->kh), o = (int)(i / p->kw / p->kh / p->icg),
            c = o / p->ocg * p->icg + (int)(i / p->kw / p->kh % p->icg);
  sums sum = {0};
  for (int n = 0; n < p->batch; n++)
    for (int oy = 0; oy < p->oh; oy++)
      for (int ox = 0; ox < p->ow; ox++) {
        const int y = oy * p->stride_h - p->pad_top + r * (p->dilation_h + 1),
                  x = ox * p->stride_w - p->pad_left + q * (p->dilation_w + 1);
        if (y < 0 || x < 0 || y >= p->ih || x >= p->iw) continue;
        add_product(&sum, at(&s->in[0], n, c, y, x), at(&s->in[1], n, o, oy, ox));
      }
  *got = (double)gradient[i];
  return sum;
}

gconv_status verify_backward(const net *n, int step, const net_weights *weights, int64_t samples, double *worst) {
  enum { TERMS = 1 << 20, LEAST = 50 };
  const net_step_info s = net_step_at(n, step);
  *worst = 0;
  if (!s.plan) return GCONV_OK;
  const gconv_problem *p = &s.plan->problem;
  const bool to_src = p->direction == GCONV_BWD_D;
  const double terms = (double)gconv_problem_count(p).sum_terms, unit = 0x1p-24,
               gamma = terms * unit / (1 - terms * unit);
  const gconv_dims d = gconv_tensor_dims(p, GCONV_SRC);
  const int64_t elems = to_src ? (int64_t)d.n * d.c * d.h * d.w : net_weight_count(net_graph(n), s.node);
  const int64_t affordable = (int64_t)fmax(TERMS / terms, LEAST),
                wanted = samples && affordable < samples ? affordable : samples;
  const int64_t count = samples && wanted < elems ? wanted : elems;
  int64_t where = 0;
  for (int64_t i = 0; i < count; i++) {
    const int64_t element = verify_spread(i, count, elems);
    double got;
    const sums want = to_src ? src_gradient(p, &s, weights->wei[s.node], element, &got)
                             : wei_gradient(p, &s, net_gradients(n)->wei[s.node], element, &got);
    const double error = fabs(got - want.value), ratio = !isfinite(got) ? INFINITY
                                                         : error == 0   ? 0
                                                                        : error / (gamma * want.magnitude);
    if (ratio > *worst) *worst = ratio, where = element;
  }
  if (*worst <= 1) return GCONV_OK;
  char name[GCONV_NAME_MAX];
  model_node_name(net_graph(n), s.node, name, sizeof name);
  return gconv_error(GCONV_FAILED, "%s, node %d (%s %s %s): element %lld of the gradient is off by %.3g of its bound",
                     net_graph(n)->name, s.node, s.plan->kernel->name, s.what, name, (long long)where, *worst);
}
