/* elementwise.c - sums with bias and ReLU in one pass over memory, factors for channels, sigmoid. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clones.h"
#include "ops.h"

#include "core/parallel.h"

#include <math.h>
#include <string.h>

enum {
  TILE = 1024,   /* floats of a sum of many inputs that stay in L1 between its passes */
  BLOCK_MAX = 16 /* lanes of the widest blocked layout */
};

/* What follows each element: NaN passes, as floor > NaN is false. */
INLINE float finished(float sum, float bias, float floor) {
  const float biased = sum + bias;
  return floor > biased ? floor : biased;
}

/* What a pass over rows adds up, element by element. Handed on by value: behind a pointer, the loops would have to
 * expect that what they write changes the floor. */
typedef struct {
  const float *a, *b; /* b: NULL where there is only one */
  const float *bias;  /* of each lane */
  float floor;
} summands;

/* Blocks that divide the widest one, single channels included: one pattern of biases serves every 16 elements. Said to
 * be vectors, or the compiler unrolls the 16 into as many scalars. `two`: there is a b; a constant, so that the loops
 * do not ask. */
INLINE void add_blocks(summands s, float *out, int64_t count, int lanes, bool two) {
  const float *a = s.a, *b = s.b;
  float pattern[BLOCK_MAX];
  for (int l = 0; l < BLOCK_MAX; l++) pattern[l] = s.bias[l % lanes];
  int64_t i = 0;
  for (; i + BLOCK_MAX <= count; i += BLOCK_MAX)
#pragma omp simd
    for (int l = 0; l < BLOCK_MAX; l++)
      out[i + l] = finished(two ? a[i + l] + b[i + l] : a[i + l], pattern[l], s.floor);
  for (int l = 0; i < count; i++, l++) out[i] = finished(two ? a[i] + b[i] : a[i], pattern[l], s.floor);
}

INLINE void add_rows(summands s, float *out, int64_t rows, int lanes, bool two) {
  const float *a = s.a, *b = s.b, *bias = s.bias;
  for (int64_t r = 0; r < rows; r++, a += lanes, b += two ? lanes : 0, out += lanes)
#pragma omp simd
    for (int l = 0; l < lanes; l++) out[l] = finished(two ? a[l] + b[l] : a[l], bias[l], s.floor);
}

INLINE void add_lanes(summands s, float *out, int64_t rows, int lanes, bool two) {
  if (BLOCK_MAX % lanes == 0)
    add_blocks(s, out, rows * lanes, lanes, two);
  else
    add_rows(s, out, rows, lanes, two);
}

CLONES static void add_one(summands s, float *out, int64_t rows, int lanes) { add_lanes(s, out, rows, lanes, false); }

CLONES static void add_two(summands s, float *out, int64_t rows, int lanes) { add_lanes(s, out, rows, lanes, true); }

CLONES static void accumulate(const float *a, float *out, int64_t count) {
  for (int64_t i = 0; i < count; i++) out[i] += a[i];
}

typedef struct {
  const tensor *in;
  int count;
  const float *bias;
  float floor;
  const tensor *out;
} sum_job;

/* Rows [first, first + rows) of one block of channels. */
static void sum_rows(const sum_job *j, int64_t first, int64_t rows, const float *bias, int lanes) {
  const int64_t at = first * lanes;
  float *out = j->out->data + at;
  if (j->count == 1) {
    add_one((summands){.a = j->in[0].data + at, .bias = bias, .floor = j->floor}, out, rows, lanes);
    return;
  }
  if (j->count == 2) {
    add_two((summands){j->in[0].data + at, j->in[1].data + at, bias, j->floor}, out, rows, lanes);
    return;
  }
  const int64_t step = lanes < TILE ? TILE / lanes : 1;
  for (int64_t r = 0; r < rows; r += step) {
    const int64_t count = rows - r < step ? rows - r : step;
    float *part = out + r * lanes;
    if (j->out->data != j->in[0].data)
      memcpy(part, j->in[0].data + at + r * lanes, (size_t)(count * lanes) * sizeof *part);
    for (int i = 1; i < j->count; i++) accumulate(j->in[i].data + at + r * lanes, part, count * lanes);
    add_one((summands){.a = part, .bias = bias, .floor = j->floor}, part, count, lanes);
  }
}

static void sum_share(const void *arg, int thread, int threads) {
  const sum_job *j = arg;
  const int lanes = tensor_lanes(j->out), blocks = tensor_blocks(j->out);
  const int64_t pixels = tensor_pixels(j->out), rows = tensor_rows(j->out);
  const int64_t end = rows * (thread + 1) / threads;
  for (int64_t row = rows * thread / threads; row < end;) {
    const int64_t plane = row / pixels, plane_end = (plane + 1) * pixels, last = plane_end < end ? plane_end : end;
    sum_rows(j, row, last - row, j->bias + plane % blocks * lanes, lanes);
    row = last;
  }
}

void op_sum(const tensor *in, int count, const float *bias, bool relu, const tensor *out, int threads) {
  const sum_job job = {in, count, bias, relu ? 0 : -INFINITY, out};
  gconv_parallel(threads, sum_share, &job);
}

typedef struct {
  const tensor *in, *factor, *out;
} scale_job;

CLONES static void multiply_rows(const float *in, const float *factor, float *out, int64_t rows, int lanes) {
  for (int64_t r = 0; r < rows; r++)
    for (int l = 0; l < lanes; l++) out[r * lanes + l] = in[r * lanes + l] * factor[l];
}

/* A plane of the view: its factors are neighbours, but those of a last block end with the channels. */
static void scale_share(const void *arg, int thread, int threads) {
  const scale_job *j = arg;
  const int lanes = tensor_lanes(j->in), blocks = tensor_blocks(j->in), channels = j->in->dims.c;
  const int64_t planes = (int64_t)j->in->dims.n * blocks, pixels = tensor_pixels(j->in);
  for (int64_t p = planes * thread / threads; p < planes * (thread + 1) / threads; p++) {
    const int first = (int)(p % blocks) * lanes, real = channels - first < lanes ? channels - first : lanes;
    const float *factor = j->factor->data + p / blocks * channels + first;
    float filled[BLOCK_MAX] = {0};
    if (real < lanes) factor = memcpy(filled, factor, (size_t)real * sizeof *filled);
    multiply_rows(j->in->data + p * pixels * lanes, factor, j->out->data + p * pixels * lanes, pixels, lanes);
  }
}

void op_scale(const tensor *in, const tensor *factor, const tensor *out, int threads) {
  const scale_job job = {in, factor, out};
  gconv_parallel(threads, scale_share, &job);
}

typedef struct {
  const tensor *in, *out;
} sigmoid_job;

static void sigmoid_share(const void *arg, int thread, int threads) {
  const sigmoid_job *j = arg;
  const int lanes = tensor_lanes(j->in), blocks = tensor_blocks(j->in), channels = j->in->dims.c;
  const int64_t rows = tensor_rows(j->in), pixels = tensor_pixels(j->in);
  for (int64_t r = rows * thread / threads; r < rows * (thread + 1) / threads; r++) {
    const int first = (int)(r / pixels % blocks) * lanes;
    for (int l = 0; l < lanes; l++) { /* sigmoid(0) is not 0: zero lanes are kept by hand */
      const float x = j->in->data[r * lanes + l];
      j->out->data[r * lanes + l] = first + l < channels ? 1 / (1 + expf(-x)) : 0;
    }
  }
}

void op_sigmoid(const tensor *in, const tensor *out, int threads) {
  const sigmoid_job job = {in, out};
  gconv_parallel(threads, sigmoid_share, &job);
}
