/* pool.c - pooling in two steps that both run along memory: the rows of a window into one row of the map's width, then
 * its columns. Stride and layout only matter to the second, which sees a k-th of the data. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clones.h"
#include "ops.h"

#include "core/parallel.h"

#include <string.h>

typedef struct {
  const tensor *in, *out;
  pool_window window;
  float *scratch;
} pool_job;

typedef struct {
  int first, end;
} span;

/* The inputs that window number `o` has inside the map. */
static span inside(pool_window w, int o, int size) {
  const int first = o * w.stride - w.pad, end = first + w.kernel;
  return (span){first > 0 ? first : 0, end < size ? end : size};
}

INLINE float joined(float a, float b, bool max) { return max ? (b > a ? b : a) : a + b; }

INLINE void join_rows(const float *in, int64_t stride, int rows, float *out, int64_t count, bool max) {
  for (int64_t i = 0; i < count; i++) {
    float v = in[i];
    for (int r = 1; r < rows; r++) v = joined(v, in[r * stride + i], max);
    out[i] = v;
  }
}

CLONES static void rows_max(const float *in, int64_t stride, int rows, float *out, int64_t count) {
  if (rows == 3) /* a constant count is kept in registers */
    join_rows(in, stride, 3, out, count, true);
  else
    join_rows(in, stride, rows, out, count, true);
}

CLONES static void rows_sum(const float *in, int64_t stride, int rows, float *out, int64_t count) {
  if (rows == 3)
    join_rows(in, stride, 3, out, count, false);
  else
    join_rows(in, stride, rows, out, count, false);
}

INLINE void join_columns(const float *in, int columns, float factor, float *out, int lanes, bool max) {
  for (int l = 0; l < lanes; l++) {
    float v = in[l];
    for (int c = 1; c < columns; c++) v = joined(v, in[c * (int64_t)lanes + l], max);
    out[l] = max ? v : v * factor;
  }
}

CLONES static void columns_max(const float *in, int columns, float *out, int lanes) {
  if (lanes == 16 && columns == 3)
    join_columns(in, 3, 1, out, 16, true);
  else
    join_columns(in, columns, 1, out, lanes, true);
}

CLONES static void columns_sum(const float *in, int columns, float factor, float *out, int lanes) {
  join_columns(in, columns, factor, out, lanes, false);
}

/* One row of results. */
static void pool_row(const pool_job *j, int64_t plane, int oy, float *row) {
  const gconv_dims d = j->in->dims, o = j->out->dims;
  const int lanes = tensor_lanes(j->in);
  const int64_t width = (int64_t)d.w * lanes;
  const pool_window w = j->window;
  const span y = inside(w, oy, d.h);
  const float *in = j->in->data + (plane * d.h + y.first) * width;
  const float factor = 1.0f / (float)(w.kernel * w.kernel);
  (w.kind == POOL_MAX ? rows_max : rows_sum)(in, width, y.end - y.first, row, width);
  float *out = j->out->data + (plane * o.h + oy) * o.w * lanes;
  for (int ox = 0; ox < o.w; ox++, out += lanes) {
    const span x = inside(w, ox, d.w);
    if (w.kind == POOL_MAX)
      columns_max(row + (int64_t)x.first * lanes, x.end - x.first, out, lanes);
    else
      columns_sum(row + (int64_t)x.first * lanes, x.end - x.first, factor, out, lanes);
  }
}

static void pool_share(const void *arg, int thread, int threads) {
  const pool_job *j = arg;
  const int height = j->out->dims.h;
  const int64_t rows = (int64_t)j->out->dims.n * tensor_blocks(j->in) * height;
  float *row = j->scratch + (int64_t)thread * j->in->dims.w * tensor_lanes(j->in);
  for (int64_t r = rows * thread / threads; r < rows * (thread + 1) / threads; r++)
    pool_row(j, r / height, (int)(r % height), row);
}

size_t op_pool_scratch(const tensor *in, int threads) {
  return (size_t)threads * (size_t)in->dims.w * (size_t)tensor_lanes(in) * sizeof(float);
}

void op_pool(const tensor *in, pool_window window, const tensor *out, float *scratch, int threads) {
  const pool_job job = {in, out, window, scratch};
  gconv_parallel(threads, pool_share, &job);
}

enum { SLICE = 16 }; /* channels summed together */

/* Sums `count` neighbouring lanes over a plane. */
CLONES static void plane_sum(const float *in, int64_t pixels, int lanes, int count, float *sum) {
  float total[SLICE] = {0};
  if (count == SLICE)
    for (int64_t p = 0; p < pixels; p++)
      for (int l = 0; l < SLICE; l++) total[l] += in[p * lanes + l];
  else if (lanes == 1) /* one channel: its pixels are neighbours */
    for (int64_t p = 0; p < pixels; p++) total[p % SLICE] += in[p];
  else
    for (int64_t p = 0; p < pixels; p++)
      for (int l = 0; l < count; l++) total[l] += in[p * lanes + l];
  if (lanes == 1)
    for (int l = 1; l < SLICE; l++) total[0] += total[l];
  memcpy(sum, total, (size_t)count * sizeof *sum);
}

static void global_share(const void *arg, int thread, int threads) {
  const pool_job *j = arg;
  const int lanes = tensor_lanes(j->in), blocks = tensor_blocks(j->in), channels = j->in->dims.c;
  const int64_t pixels = tensor_pixels(j->in);
  const int step = lanes < SLICE ? lanes : SLICE, slices = (channels + step - 1) / step;
  const int64_t items = (int64_t)j->in->dims.n * slices;
  for (int64_t i = items * thread / threads; i < items * (thread + 1) / threads; i++) {
    const int c = (int)(i % slices) * step, count = channels - c < step ? channels - c : step;
    const float *in = j->in->data + (i / slices * blocks + c / lanes) * pixels * lanes + c % lanes;
    float *out = j->out->data + i / slices * channels + c;
    plane_sum(in, pixels, lanes, count, out);
    for (int l = 0; l < count; l++) out[l] /= (float)pixels;
  }
}

void op_global_avg_pool(const tensor *in, const tensor *out, int threads) {
  const pool_job job = {.in = in, .out = out};
  gconv_parallel(threads, global_share, &job);
}
