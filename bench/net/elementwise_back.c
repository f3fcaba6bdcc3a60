/* elementwise_back.c - transposes of ReLU, sigmoid, factors and biases; the loss and the update. Sums over pixels go
 * through double every few rows: a channel of a batch has a million of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clones.h"
#include "ops_back.h"

#include "core/parallel.h"

#include <math.h>

typedef struct {
  const float *a, *b;
  float *out, rate;
  int64_t count;
  void (*run)(const float *a, const float *b, float rate, float *out, int64_t count);
} flat_job;

static void flat_share(const void *arg, int thread, int threads) {
  const flat_job *j = arg;
  const int64_t first = j->count * thread / threads, end = j->count * (thread + 1) / threads;
  j->run(j->a + first, j->b + first, j->rate, j->out + first, end - first);
}

CLONES static void mask(const float *g, const float *y, float rate, float *out, int64_t count) {
  (void)rate;
  for (int64_t i = 0; i < count; i++) out[i] = y[i] > 0 ? g[i] : 0;
}

/* Zero lanes: g is zero there. */
CLONES static void slope(const float *g, const float *y, float rate, float *out, int64_t count) {
  (void)rate;
  for (int64_t i = 0; i < count; i++) out[i] = g[i] * y[i] * (1 - y[i]);
}

CLONES static void descend(const float *gradient, const float *values, float rate, float *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] = values[i] - rate * gradient[i];
}

void op_relu_back(const tensor *g, const tensor *y, const tensor *out, int threads) {
  const flat_job job = {g->data, y->data, out->data, 0, tensor_elems(g), mask};
  gconv_parallel(threads, flat_share, &job);
}

void op_sigmoid_back(const tensor *g, const tensor *y, const tensor *out, int threads) {
  const flat_job job = {g->data, y->data, out->data, 0, tensor_elems(g), slope};
  gconv_parallel(threads, flat_share, &job);
}

void op_update(float *values, const float *gradient, float rate, int64_t count, int threads) {
  const flat_job job = {gradient, values, values, rate, count, descend};
  gconv_parallel(threads, flat_share, &job);
}

enum { SLICE = 16, PART = 64 }; /* channels summed together; pixels between two visits to double */

/* sums[l] += the products, or where b is NULL the values, of lane l over `pixels`. */
CLONES static void add_pixels(const float *a, const float *b, int64_t pixels, int lanes, int count, double *sums) {
  for (int64_t first = 0; first < pixels; first += PART) {
    const int64_t end = first + PART < pixels ? first + PART : pixels;
    float part[SLICE] = {0};
    for (int64_t p = first; p < end; p++)
      for (int l = 0; l < count; l++) part[l] += b ? a[p * lanes + l] * b[p * lanes + l] : a[p * lanes + l];
    for (int l = 0; l < count; l++) sums[l] += (double)part[l];
  }
}

typedef struct {
  const tensor *g, *x, *out;
  float *bias;
} sums_job;

static int slice_width(const tensor *t) { return tensor_lanes(t) < SLICE ? tensor_lanes(t) : SLICE; }

static int least(int a, int b) { return a < b ? a : b; }

static void bias_share(const void *arg, int thread, int threads) {
  const sums_job *j = arg;
  const int width = slice_width(j->g), channels = j->g->dims.c, slices = (channels + width - 1) / width;
  for (int s = slices * thread / threads; s < slices * (thread + 1) / threads; s++) {
    const int c = s * width, count = least(width, channels - c);
    double sums[SLICE] = {0};
    for (int n = 0; n < j->g->dims.n; n++)
      add_pixels(tensor_at(j->g, n, c, 0), NULL, tensor_pixels(j->g), tensor_lanes(j->g), count, sums);
    for (int l = 0; l < count; l++) j->bias[c + l] = (float)sums[l];
  }
}

void op_bias_back(const tensor *g, float *bias_gradient, int threads) {
  const sums_job job = {.g = g, .bias = bias_gradient};
  gconv_parallel(threads, bias_share, &job);
}

static void factor_share(const void *arg, int thread, int threads) {
  const sums_job *j = arg;
  const int width = slice_width(j->g), channels = j->g->dims.c, slices = (channels + width - 1) / width;
  const int64_t items = (int64_t)j->g->dims.n * slices;
  for (int64_t i = items * thread / threads; i < items * (thread + 1) / threads; i++) {
    const int n = (int)(i / slices), c = (int)(i % slices) * width, count = least(width, channels - c);
    double sums[SLICE] = {0};
    add_pixels(tensor_at(j->g, n, c, 0), tensor_at(j->x, n, c, 0), tensor_pixels(j->g), tensor_lanes(j->g), count,
               sums);
    for (int l = 0; l < count; l++) j->out->data[(int64_t)n * channels + c + l] = (float)sums[l];
  }
}

void op_scale_factor_back(const tensor *g, const tensor *x, const tensor *out, int threads) {
  const sums_job job = {.g = g, .x = x, .out = out};
  gconv_parallel(threads, factor_share, &job);
}

double op_softmax_loss(const tensor *y, const int *labels, const tensor *gradient) {
  const int batch = y->dims.n, classes = y->dims.c;
  double loss = 0;
  for (int n = 0; n < batch; n++) {
    const float *in = y->data + (int64_t)n * classes;
    float *out = gradient->data + (int64_t)n * classes;
    double largest = (double)in[0], sum = 0;
    for (int c = 1; c < classes; c++) largest = fmax(largest, (double)in[c]);
    for (int c = 0; c < classes; c++) sum += exp((double)in[c] - largest);
    for (int c = 0; c < classes; c++) out[c] = (float)((exp((double)in[c] - largest) / sum - (c == labels[n])) / batch);
    // cppcheck-suppress invalidFunctionArg // one of the summands is exp(0)
    loss += log(sum) + largest - (double)in[labels[n]];
  }
  return loss / batch;
}
