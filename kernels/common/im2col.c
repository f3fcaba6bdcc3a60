/* im2col.c - the column matrix row by row: a row is one channel shifted by one tap, cut into runs that lie in one image
 * row, so that the inner loops are copies (or additions) of contiguous or evenly strided floats. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/im2col.h"
#include "core/taps.h"

#include <string.h>

/* One tap of one channel: which outputs of a row it serves, and where their inputs are. */
typedef struct {
  gconv_range inside; /* outputs of a row that have their input inside the image */
  int64_t row, left;  /* input row and column of output (0, 0); may be negative */
} tap;

static tap make_tap(const gconv_problem *p, int r, int s) {
  const int64_t left = gconv_tap_origin(s, p->dilation_w, p->pad_left);
  return (tap){.inside = gconv_outputs_inside(left, p->stride_w, p->iw, p->ow),
               .row = gconv_tap_origin(r, p->dilation_h, p->pad_top),
               .left = left};
}

/* Outputs of one image row that a block covers: `before` have no input, then `inside`, then `after`. */
typedef struct {
  int length, before, inside;
  int64_t src; /* offset of the first input in its plane */
} run;

static run make_run(const gconv_problem *p, const tap *t, int oh, int ow, int room) {
  run u = {.length = gconv_min(p->ow - ow, room)};
  const int64_t ih = (int64_t)oh * p->stride_h + t->row;
  const int first = gconv_max(t->inside.first, ow), end = gconv_min(t->inside.end, ow + u.length);
  u.before = u.length;
  if (ih < 0 || ih >= p->ih || first >= end) return u;
  u.before = first - ow;
  u.inside = end - first;
  u.src = ih * p->iw + first * (int64_t)p->stride_w + t->left;
  return u;
}

static void zero(float *floats, int64_t count) {
  if (count > 0) memset(floats, 0, (size_t)count * sizeof *floats);
}

static void copy_run(run u, int stride, const float *plane, float *column) {
  zero(column, u.before);
  zero(column + u.before + u.inside, u.length - u.before - u.inside);
  const float *inputs = plane + u.src;
  column += u.before;
  if (stride == 1)
    memcpy(column, inputs, (size_t)u.inside * sizeof *column);
  else
    for (int j = 0; j < u.inside; j++) column[j] = inputs[j * (int64_t)stride];
}

static void add_run(run u, int stride, const float *column, float *plane) {
  float *inputs = plane + u.src;
  column += u.before;
  if (stride == 1)
    for (int j = 0; j < u.inside; j++) inputs[j] += column[j];
  else
    for (int j = 0; j < u.inside; j++) inputs[j * (int64_t)stride] += column[j];
}

/* Stride 1 and as many outputs as inputs in a row: a tap shifts the whole plane by one offset. One copy, then zeros
 * over what came from a neighbouring row; short rows would otherwise cost more in calls than in bytes. */
static bool shifts_whole_plane(const gconv_problem *p) {
  return p->stride_h == 1 && p->stride_w == 1 && p->ow == p->iw;
}

static void copy_plane(const gconv_problem *p, const tap *t, gconv_columns block, const float *plane, float *column) {
  const int64_t first_row = gconv_max64(-t->row, 0), end_row = gconv_min64(p->ih - t->row, p->oh);
  const gconv_range inside = t->inside;
  const int64_t begin = gconv_max64(first_row * p->ow + inside.first - block.first, 0);
  const int64_t end = gconv_min64((end_row - 1) * p->ow + inside.end - block.first, block.count);
  if (first_row >= end_row || inside.first >= inside.end || begin >= end) {
    zero(column, block.count);
    return;
  }
  const int64_t shift = block.first + t->row * p->iw + t->left;
  zero(column, begin);
  memcpy(column + begin, plane + (begin + shift), (size_t)(end - begin) * sizeof *column);
  zero(column + end, block.count - end);
  const int64_t gap = p->ow - inside.end + inside.first; /* from the end of one row to the first of the next */
  if (!gap) return;
  const int64_t row = begin - (begin + block.first) % p->ow; /* the block may begin in the hole before this row */
  for (int64_t hole = row - p->ow + inside.end; hole < end; hole += p->ow)
    for (int64_t j = gconv_max64(hole, begin); j < hole + gap && j < end; j++) column[j] = 0.0f;
}

void gconv_im2col(const gconv_problem *p, const float *src, int channels, gconv_columns block, float *columns, int ld) {
  const int taps = p->kh * p->kw;
  const bool shift = shifts_whole_plane(p);
  for (int64_t k = 0; k < (int64_t)channels * taps; k++) {
    const float *plane = src + k / taps * p->ih * p->iw;
    const tap t = make_tap(p, (int)(k % taps / p->kw), (int)(k % p->kw));
    if (shift) {
      copy_plane(p, &t, block, plane, columns + k * ld);
      continue;
    }
    int oh = (int)(block.first / p->ow), ow = (int)(block.first % p->ow);
    for (int j = 0; j < block.count; oh++, ow = 0) {
      const run u = make_run(p, &t, oh, ow, block.count - j);
      copy_run(u, p->stride_w, plane, columns + k * ld + j);
      j += u.length;
    }
  }
}

void gconv_col2im(const gconv_problem *p, const float *columns, int ld, int channels, gconv_columns block, float *src) {
  const int taps = p->kh * p->kw;
  for (int64_t k = 0; k < (int64_t)channels * taps; k++) {
    float *plane = src + k / taps * p->ih * p->iw;
    const tap t = make_tap(p, (int)(k % taps / p->kw), (int)(k % p->kw));
    int oh = (int)(block.first / p->ow), ow = (int)(block.first % p->ow);
    for (int j = 0; j < block.count; oh++, ow = 0) {
      const run u = make_run(p, &t, oh, ow, block.count - j);
      add_run(u, p->stride_w, columns + k * ld + j, plane);
      j += u.length;
    }
  }
}

bool gconv_columns_are_src(const gconv_problem *p) {
  return p->kh == 1 && p->kw == 1 && p->stride_h == 1 && p->stride_w == 1 && !p->pad_top && !p->pad_bottom &&
         !p->pad_left && !p->pad_right;
}

gconv_blocking gconv_block_columns(const gconv_plan *plan, int64_t rows, int64_t jobs) {
  /* Multiples of a cache line; wide enough that packing the other factor does not dominate a product; several jobs, so
   * that threads finish together. */
  enum { MULTIPLE = 16, NARROWEST = 128, WANTED_JOBS = 16 };
  static const int64_t least_bytes = 256 << 10, most_bytes = 4 << 20;
  const gconv_problem *p = &plan->problem;
  const int64_t positions = (int64_t)p->oh * p->ow, l2 = (int64_t)plan->env.caches.l2;
  const int64_t bytes = gconv_min64(gconv_max64(l2, least_bytes), most_bytes);
  int64_t width = bytes / (rows * (int64_t)sizeof(float));
  if (jobs < WANTED_JOBS && width > positions * jobs / WANTED_JOBS) width = positions * jobs / WANTED_JOBS;
  const int64_t blocks = gconv_ceil_div(positions, gconv_max64(width, NARROWEST)); /* all of about one size */
  width = gconv_min64(gconv_round_up(gconv_ceil_div(positions, blocks), MULTIPLE), positions);
  return (gconv_blocking){(int)width, (int)gconv_ceil_div(positions, width)};
}

gconv_columns gconv_block(const gconv_problem *p, gconv_blocking blocking, int index) {
  const int64_t first = (int64_t)index * blocking.width;
  return (gconv_columns){first, (int)gconv_min64((int64_t)p->oh * p->ow - first, blocking.width)};
}
