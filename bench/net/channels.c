/* channels.c - concatenation, slices and shuffles as copies of runs of channels. Groups and branches need not end where
 * a block of 16 channels does, so a run is cut at the blocks of both sides. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ops.h"

#include "core/parallel.h"

#include <string.h>

enum { PIXELS = 64 }; /* copied at a time: 4 KiB of a block of 16 channels stay in L1 while its lanes are filled */

typedef struct {
  const tensor *in;
  const channel_run *runs;
  int run_count;
  const tensor *out;
} channels_job;

static int least(int a, int b) { return a < b ? a : b; }

static void copy_lanes(const float *in, int in_lanes, float *out, int out_lanes, int pixels, int count) {
  if (in_lanes == 1 && out_lanes == 1)
    memcpy(out, in, (size_t)pixels * sizeof *out);
  else if (count == 1)
    for (int p = 0; p < pixels; p++) out[(int64_t)p * out_lanes] = in[(int64_t)p * in_lanes];
  else
    for (int p = 0; p < pixels; p++)
      memcpy(out + (int64_t)p * out_lanes, in + (int64_t)p * in_lanes, (size_t)count * sizeof *out);
}

static void copy_run(const channels_job *j, const channel_run *run, int n, int64_t pixel, int pixels) {
  const tensor *in = &j->in[run->input], *out = j->out;
  const int in_lanes = tensor_lanes(in), out_lanes = tensor_lanes(out);
  for (int done = 0, count; done < run->count; done += count) {
    const int from = run->from + done, to = run->to + done;
    count = least(run->count - done, least(in_lanes - from % in_lanes, out_lanes - to % out_lanes));
    copy_lanes(tensor_at(in, n, from, pixel), in_lanes, tensor_at(out, n, to, pixel), out_lanes, pixels, count);
  }
}

static void zero_last_lanes(const tensor *out, int n, int64_t pixel, int pixels) {
  const int lanes = tensor_lanes(out), used = out->dims.c % lanes;
  if (!used) return;
  float *rest = tensor_at(out, n, out->dims.c, pixel);
  for (int p = 0; p < pixels; p++) memset(rest + (int64_t)p * lanes, 0, (size_t)(lanes - used) * sizeof *rest);
}

static void channels_share(const void *arg, int thread, int threads) {
  const channels_job *j = arg;
  const int64_t pixels = tensor_pixels(j->out), tiles = (pixels + PIXELS - 1) / PIXELS;
  const int64_t items = j->out->dims.n * tiles;
  for (int64_t i = items * thread / threads; i < items * (thread + 1) / threads; i++) {
    const int n = (int)(i / tiles);
    const int64_t pixel = i % tiles * PIXELS;
    const int count = (int)(pixels - pixel < PIXELS ? pixels - pixel : PIXELS);
    for (int r = 0; r < j->run_count; r++) copy_run(j, &j->runs[r], n, pixel, count);
    zero_last_lanes(j->out, n, pixel, count);
  }
}

void op_channels(const tensor *in, const channel_run *runs, int run_count, const tensor *out, int threads) {
  const channels_job job = {in, runs, run_count, out};
  gconv_parallel(threads, channels_share, &job);
}
