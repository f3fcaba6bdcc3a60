/* dnnl_sample.c - see the header. Elements are drawn, not taken at equal steps, which could meet the same lane of a
 * block every time; the first and the last, where remainders are, are always among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_sample.h"
#include "common/dnnl_weights.h"
#include "core/integers.h"

#include <math.h>
#include <string.h>

/* As many elements as some milliseconds allow: gradients of weights are long sums. */
enum { ELEMENTS_MAX = 64, ELEMENTS_MIN = 4, PRODUCTS = 1 << 18 };
static const double exact_below = 1 << 24; /* integers that binary32 holds */
static const double inexact = 1e-3;        /* longer sums: far from right is what is looked for */

typedef struct {
  double sum, magnitude;
} total;

typedef struct {
  int i[4];
} place;

void gconv_sample_fill(gconv_tensor tensor, float *data, int64_t count) {
  for (int64_t i = 0; i < count && i < GCONV_SAMPLE_PERIOD; i++) data[i] = gconv_sample_value(tensor, i);
  for (int64_t i = GCONV_SAMPLE_PERIOD; i < count; i += GCONV_SAMPLE_PERIOD)
    memcpy(data + i, data, (size_t)gconv_min64(count - i, GCONV_SAMPLE_PERIOD) * sizeof *data);
}

static int64_t activation_at(const gconv_sample_view *v, gconv_tensor tensor, int n, int c, int h, int w) {
  return gconv_layout_offset(v->layout[tensor], gconv_tensor_dims(&v->problem, tensor), n, c, h, w);
}

static int64_t weight_at(const gconv_sample_view *v, int oc, int i, int r, int s) {
  const gconv_problem *p = &v->problem;
  if (v->blocking) return gconv_dnnl_weights_offset(p, v->blocking, oc, i, r, s);
  return (((int64_t)oc * p->icg + i) * p->kh + r) * p->kw + s;
}

/* The product that an output (n, oc, y, x) takes from input channel i of its group under tap (r, s), if any. */
static void add(const gconv_sample_view *v, place output, int i, int r, int s, total *t) {
  const gconv_problem *p = &v->problem;
  const int n = output.i[0], oc = output.i[1], y = output.i[2], x = output.i[3];
  const int h = y * p->stride_h - p->pad_top + r * (p->dilation_h + 1);
  const int w = x * p->stride_w - p->pad_left + s * (p->dilation_w + 1);
  if (h < 0 || h >= p->ih || w < 0 || w >= p->iw) return;
  double product = 1;
  if (p->direction != GCONV_BWD_D)
    product *= gconv_sample_value(GCONV_SRC, activation_at(v, GCONV_SRC, n, oc / p->ocg * p->icg + i, h, w));
  if (p->direction != GCONV_BWD_W) product *= gconv_sample_value(GCONV_WEI, weight_at(v, oc, i, r, s));
  if (p->direction != GCONV_FWD) product *= gconv_sample_value(GCONV_DST, activation_at(v, GCONV_DST, n, oc, y, x));
  t->sum += product;
  t->magnitude += fabs(product);
}

/* at: n, oc, y, x */
static total sum_fwd(const gconv_sample_view *v, place at) {
  total t = {0};
  for (int i = 0; i < v->problem.icg; i++)
    for (int r = 0; r < v->problem.kh; r++)
      for (int s = 0; s < v->problem.kw; s++) add(v, at, i, r, s, &t);
  return t;
}

/* at: n, ic, h, w. The outputs whose window has the input under tap (r, s): one or none. */
static total sum_bwd_d(const gconv_sample_view *v, place at) {
  const gconv_problem *p = &v->problem;
  const int first = at.i[1] / p->icg * p->ocg;
  total t = {0};
  for (int r = 0; r < p->kh; r++)
    for (int s = 0; s < p->kw; s++) {
      const int y = at.i[2] + p->pad_top - r * (p->dilation_h + 1), x = at.i[3] + p->pad_left - s * (p->dilation_w + 1);
      if (y < 0 || x < 0 || y % p->stride_h || x % p->stride_w) continue;
      if (y / p->stride_h >= p->oh || x / p->stride_w >= p->ow) continue;
      for (int o = 0; o < p->ocg; o++)
        add(v, (place){{at.i[0], first + o, y / p->stride_h, x / p->stride_w}}, at.i[1] % p->icg, r, s, &t);
    }
  return t;
}

/* at: oc, i, r, s */
static total sum_bwd_w(const gconv_sample_view *v, place at) {
  total t = {0};
  for (int n = 0; n < v->problem.batch; n++)
    for (int y = 0; y < v->problem.oh; y++)
      for (int x = 0; x < v->problem.ow; x++) add(v, (place){{n, at.i[0], y, x}}, at.i[1], at.i[2], at.i[3], &t);
  return t;
}

static total (*const sum_of[GCONV_DIRECTIONS])(const gconv_sample_view *, place) = {sum_fwd, sum_bwd_d, sum_bwd_w};

static void written_dims(const gconv_problem *p, int64_t dims[4]) {
  const gconv_tensor written = gconv_written_tensor(p->direction);
  const gconv_dims d = written == GCONV_WEI ? (gconv_dims){p->oc, p->icg, p->kh, p->kw} : gconv_tensor_dims(p, written);
  const int sizes[4] = {d.n, d.c, d.h, d.w};
  for (int i = 0; i < 4; i++) dims[i] = sizes[i];
}

static place place_of(const int64_t dims[4], int64_t element) {
  place at;
  for (int i = 3; i >= 0; i--) {
    at.i[i] = (int)(element % dims[i]);
    element /= dims[i];
  }
  return at;
}

static bool is_right(const gconv_sample_view *v, place at, const float *written, double slack) {
  const gconv_tensor tensor = gconv_written_tensor(v->problem.direction);
  const int64_t offset = tensor == GCONV_WEI ? weight_at(v, at.i[0], at.i[1], at.i[2], at.i[3])
                                             : activation_at(v, tensor, at.i[0], at.i[1], at.i[2], at.i[3]);
  const total t = sum_of[v->problem.direction](v, at);
  const double allowed = (t.magnitude < exact_below ? slack : fmax(slack, inexact)) * t.magnitude;
  return fabs(written[offset] - t.sum) <= allowed; /* false for NaN */
}

bool gconv_sample_is_right(const gconv_sample_view *v, const float *written, double slack) {
  int64_t dims[4];
  written_dims(&v->problem, dims);
  const int64_t all = dims[0] * dims[1] * dims[2] * dims[3], terms = gconv_problem_count(&v->problem).sum_terms;
  const int64_t affordable = gconv_max64(PRODUCTS / gconv_max64(terms, 1), ELEMENTS_MIN);
  const int64_t count = gconv_min64(gconv_min64(affordable, ELEMENTS_MAX), all);
  for (int64_t e = 0; e < count; e++) {
    const uint64_t draw = (uint64_t)gconv_sample_scatter((uint32_t)e) << 32 | gconv_sample_scatter(~(uint32_t)e);
    const int64_t drawn = (int64_t)(draw % (uint64_t)all);
    const int64_t element = count == all || e == 0 ? e : e == 1 ? all - 1 : drawn;
    if (!is_right(v, place_of(dims, element), written, slack)) return false;
  }
  return true;
}
#endif
