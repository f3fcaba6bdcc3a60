/* convert.c - copies activations from one layout to another.
 *
 * Every layout keeps the pixels of a channel (or block) in one plane, so a tensor is a set of tiles: 16 channels x some
 * pixels, a strided matrix on either side. Between NCHW and the others the tile is transposed, four by four in vector
 * registers; between two layouts that keep channels together, runs of channels are copied. A tile fits the L1 cache on
 * both sides. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arguments.h"
#include "core/error.h"
#include "core/integers.h"
#include "core/layout.h"
#include "core/parallel.h"

#include <string.h>

enum { CHANNELS = 16, PIXELS = 128 }; /* of a tile: the widest block, and 8 KiB a side */

typedef float four __attribute__((vector_size(16), aligned(4), may_alias));

typedef struct {
  int64_t pixel, channel; /* distance of neighbours, floats; one of them is 1 */
} strides;

/* out[j][i] = in[i][j], 4 x 4 */
static inline void transpose(const float *in, int64_t in_stride, float *out, int64_t out_stride) {
  const four r0 = *(const four *)in, r1 = *(const four *)(in + in_stride), r2 = *(const four *)(in + 2 * in_stride),
             r3 = *(const four *)(in + 3 * in_stride);
  const four a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  const four c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(four *)out = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  *(four *)(out + out_stride) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  *(four *)(out + 2 * out_stride) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  *(four *)(out + 3 * out_stride) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

static void copy_strided(const float *in, strides from, float *out, strides to, int pixels, int channels) {
  for (int p = 0; p < pixels; p++)
    for (int c = 0; c < channels; c++) out[p * to.pixel + c * to.channel] = in[p * from.pixel + c * from.channel];
}

static void transpose_tile(const float *in, strides from, float *out, strides to, int pixels, int channels) {
  const int p_end = pixels / 4 * 4, c_end = channels / 4 * 4;
  const bool planes_in = from.pixel == 1;
  const int64_t in_stride = planes_in ? from.channel : from.pixel, out_stride = planes_in ? to.pixel : to.channel;
  for (int p = 0; p < p_end; p += 4)
    for (int c = 0; c < c_end; c += 4)
      transpose(in + p * from.pixel + c * from.channel, in_stride, out + p * to.pixel + c * to.channel, out_stride);
  copy_strided(in + c_end * from.channel, from, out + c_end * to.channel, to, pixels, channels - c_end);
  copy_strided(in + p_end * from.pixel, from, out + p_end * to.pixel, to, pixels - p_end, c_end);
}

static void copy_runs(const float *in, strides from, float *out, strides to, int pixels, int channels) {
  if (channels == CHANNELS) /* a constant count lets the compiler copy in registers */
    for (int p = 0; p < pixels; p++) memcpy(out + p * to.pixel, in + p * from.pixel, CHANNELS * sizeof *out);
  else
    for (int p = 0; p < pixels; p++) memcpy(out + p * to.pixel, in + p * from.pixel, (size_t)channels * sizeof *out);
}

typedef struct {
  gconv_dims d;
  gconv_layout from, to;
  const float *in;
  float *out;
  int64_t in_block, out_block, padded, plane; /* plane: pixels */
} conversion;

/* Channels [c, c + run) are one run on both sides; those beyond d.c are the zero lanes of the last block. */
static void convert_run(const conversion *k, int n, int64_t c, int64_t run, int64_t pixel, int pixels) {
  const strides from = {k->in_block, k->in_block > 1 ? 1 : k->plane},
                to = {k->out_block, k->out_block > 1 ? 1 : k->plane};
  const int real = (int)(c + run <= k->d.c ? run : c < k->d.c ? k->d.c - c : 0);
  float *out = k->out + gconv_layout_offset(k->to, k->d, n, (int)c, 0, 0) + pixel * to.pixel;
  if (real) {
    const float *in = k->in + gconv_layout_offset(k->from, k->d, n, (int)c, 0, 0) + pixel * from.pixel;
    if (from.channel == 1 && to.channel == 1)
      copy_runs(in, from, out, to, pixels, real);
    else if (from.pixel == 1 && to.pixel == 1)
      copy_strided(in, from, out, to, pixels, real);
    else
      transpose_tile(in, from, out, to, pixels, real);
  }
  for (int p = 0; p < pixels && real < run; p++)
    memset(out + p * to.pixel + real, 0, (size_t)(run - real) * sizeof *out);
}

static void convert_tile(const conversion *k, int n, int64_t first, int64_t pixel) {
  const int pixels = (int)gconv_min64(PIXELS, k->plane - pixel);
  const int64_t end = gconv_min64(first + CHANNELS, k->padded);
  for (int64_t c = first; c < end;) {
    int64_t run = end - c;
    if (k->in_block > 1) run = gconv_min64(run, k->in_block - c % k->in_block);
    if (k->out_block > 1) run = gconv_min64(run, k->out_block - c % k->out_block);
    convert_run(k, n, c, run, pixel, pixels);
    c += run;
  }
}

static void convert_share(const void *arg, int thread, int threads) {
  const conversion *k = arg;
  const int64_t channel_tiles = gconv_ceil_div(k->padded, CHANNELS), pixel_tiles = gconv_ceil_div(k->plane, PIXELS);
  const int64_t tiles = k->d.n * channel_tiles * pixel_tiles;
  for (int64_t t = tiles * thread / threads; t < tiles * (thread + 1) / threads; t++)
    convert_tile(k, (int)(t / (channel_tiles * pixel_tiles)), t / pixel_tiles % channel_tiles * CHANNELS,
                 t % pixel_tiles * PIXELS);
}

static gconv_status check(gconv_dims d, gconv_layout from, const float *in, gconv_layout to, const float *out,
                          int threads) {
  if (!in || !out) return gconv_error(GCONV_INVALID, "%s is NULL", in ? "out" : "in");
  if (threads < 1) return gconv_error(GCONV_INVALID, "threads is %d, must be at least 1", threads);
  if ((unsigned)from >= GCONV_LAYOUTS || (unsigned)to >= GCONV_LAYOUTS)
    return gconv_error(GCONV_INVALID, "layout is %d, not a layout", (unsigned)from >= GCONV_LAYOUTS ? from : to);
  return gconv_check_apart((gconv_region[]){{"in", in, (size_t)gconv_layout_elems(from, d) * sizeof *in, false},
                                            {"out", out, (size_t)gconv_layout_elems(to, d) * sizeof *out, true}},
                           2);
}

gconv_status gconv_layout_convert(gconv_dims d, gconv_layout from, const float *in, gconv_layout to, float *out,
                                  int threads) {
  const gconv_status status = check(d, from, in, to, out, threads);
  if (status) return status;
  const conversion k = {
      .d = d,
      .from = from,
      .to = to,
      .in = in,
      .out = out,
      .in_block = gconv_channel_block(from, d.c),
      .out_block = gconv_channel_block(to, d.c),
      .padded = gconv_padded_channels(to, d.c),
      .plane = (int64_t)d.h * d.w,
  };
  gconv_parallel(threads, convert_share, &k);
  return GCONV_OK;
}
