/* pool_back.c - transposes of pooling and of copies of channels. A plane is one thread's, as windows overlap. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clones.h"
#include "ops_back.h"

#include "core/parallel.h"

#include <string.h>

enum { SLICE = 16 }; /* lanes treated together */

typedef struct {
  const tensor *g, *x, *out;
  pool_window window;
} pool_job;

typedef struct {
  int y0, y1, x0, x1; /* of the input, inside the map */
} rectangle;

static rectangle window_at(pool_window w, gconv_dims d, int oy, int ox) {
  const int y = oy * w.stride - w.pad, x = ox * w.stride - w.pad;
  return (rectangle){y > 0 ? y : 0, y + w.kernel < d.h ? y + w.kernel : d.h, x > 0 ? x : 0,
                     x + w.kernel < d.w ? x + w.kernel : d.w};
}

/* Neighbouring lanes of a plane: pixels are `lanes` apart, `width` of them make a row. */
typedef struct {
  const float *x; /* of the first lane; where averages are taken not read */
  float *out;
  int width, lanes;
} plane_slice;

INLINE void give_to_largest(const float *g, plane_slice p, rectangle r, int count) {
  float best[SLICE];
  int at[SLICE];
  const int first = r.y0 * p.width + r.x0;
  for (int l = 0; l < count; l++) best[l] = p.x[first * p.lanes + l], at[l] = first;
  for (int iy = r.y0; iy < r.y1; iy++)
    for (int ix = r.x0; ix < r.x1; ix++) {
      const int pixel = iy * p.width + ix;
      const float *v = p.x + pixel * p.lanes;
      for (int l = 0; l < count; l++) {
        at[l] = v[l] > best[l] ? pixel : at[l];
        best[l] = v[l] > best[l] ? v[l] : best[l];
      }
    }
  for (int l = 0; l < count; l++) p.out[at[l] * p.lanes + l] += g[l];
}

INLINE void give_to_all(const float *g, float factor, plane_slice p, rectangle r, int count) {
  for (int iy = r.y0; iy < r.y1; iy++)
    for (int ix = r.x0; ix < r.x1; ix++)
      for (int l = 0; l < count; l++) p.out[(iy * p.width + ix) * p.lanes + l] += g[l] * factor;
}

CLONES static void plane_back(const pool_job *j, int64_t index, int lane, int count) {
  const gconv_dims d = j->x->dims, o = j->g->dims;
  const int lanes = tensor_lanes(j->x);
  const float *g = j->g->data + index * o.h * o.w * lanes + lane;
  const int64_t first = index * d.h * d.w * lanes + lane;
  const plane_slice p = {j->x->data + first, j->out->data + first, d.w, lanes};
  const float factor = 1.0f / (float)(j->window.kernel * j->window.kernel);
  for (int oy = 0; oy < o.h; oy++)
    for (int ox = 0; ox < o.w; ox++, g += lanes) {
      const rectangle r = window_at(j->window, d, oy, ox);
      if (j->window.kind == POOL_AVG)
        give_to_all(g, factor, p, r, count);
      else if (count == SLICE)
        give_to_largest(g, p, r, SLICE);
      else
        give_to_largest(g, p, r, count);
    }
}

static void pool_share(const void *arg, int thread, int threads) {
  const pool_job *j = arg;
  const int lanes = tensor_lanes(j->x);
  const int64_t planes = (int64_t)j->x->dims.n * tensor_blocks(j->x), elems = tensor_pixels(j->x) * lanes;
  for (int64_t p = planes * thread / threads; p < planes * (thread + 1) / threads; p++) {
    memset(j->out->data + p * elems, 0, (size_t)elems * sizeof(float));
    for (int lane = 0; lane < lanes; lane += SLICE) plane_back(j, p, lane, lanes - lane < SLICE ? lanes - lane : SLICE);
  }
}

void op_pool_back(const tensor *g, const tensor *x, pool_window window, const tensor *out, int threads) {
  const pool_job job = {g, x, out, window};
  gconv_parallel(threads, pool_share, &job);
}

static void global_share(const void *arg, int thread, int threads) {
  const pool_job *j = arg;
  const int lanes = tensor_lanes(j->out), blocks = tensor_blocks(j->out), channels = j->out->dims.c;
  const int64_t pixels = tensor_pixels(j->out), rows = tensor_rows(j->out);
  for (int64_t r = rows * thread / threads; r < rows * (thread + 1) / threads; r++) {
    const int64_t plane = r / pixels;
    const int first = (int)(plane % blocks) * lanes, real = channels - first < lanes ? channels - first : lanes;
    const float *g = j->g->data + plane / blocks * channels + first;
    float *out = j->out->data + r * lanes;
    for (int l = 0; l < real; l++) out[l] = g[l] / (float)pixels;
    for (int l = real; l < lanes; l++) out[l] = 0;
  }
}

void op_global_avg_pool_back(const tensor *g, const tensor *out, int threads) {
  const pool_job job = {.g = g, .out = out};
  gconv_parallel(threads, global_share, &job);
}

void op_channels_back(const tensor *g, const channel_run *runs, int run_count, const tensor *out, int threads) {
  int filled = 0;
  for (int r = 0; r < run_count; r++) filled += runs[r].count;
  if (filled < out->dims.c) memset(out->data, 0, (size_t)tensor_elems(out) * sizeof(float));
  op_channels(g, runs, run_count, out, threads);
}
