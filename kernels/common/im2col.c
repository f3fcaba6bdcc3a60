/* im2col.c - the column matrix row by row: a row is one channel shifted by one tap, cut into runs that lie in one image
 * row, so that the inner loops are copies (or additions) of contiguous or evenly strided floats. */
#include "common/im2col.h"

#include <string.h>

/* One tap of one channel: which outputs of a row it serves, and where their inputs are. */
typedef struct {
  int first, end;    /* outputs first .. end - 1 of a row have their input inside the image */
  int64_t row, left; /* input row and column of output (0, 0); may be negative */
} tap;

static tap make_tap(const gconv_problem *p, int r, int s) {
  tap t = {.row = (int64_t)r * (p->dilation_h + 1) - p->pad_top,
           .left = (int64_t)s * (p->dilation_w + 1) - p->pad_left};
  const int64_t first = t.left >= 0 ? 0 : (-t.left + p->stride_w - 1) / p->stride_w;
  const int64_t room = p->iw - t.left; /* inputs from the first output's to the right edge */
  const int64_t end = room <= 0 ? 0 : (room + p->stride_w - 1) / p->stride_w;
  t.end = (int)(end < p->ow ? end : p->ow);
  t.first = (int)(first < t.end ? first : t.end);
  return t;
}

/* Outputs of one image row that a block covers: `before` have no input, then `inside`, then `after`. */
typedef struct {
  int length, before, inside;
  int64_t src; /* offset of the first input in its plane */
} run;

static run make_run(const gconv_problem *p, const tap *t, int oh, int ow, int room) {
  run u = {.length = p->ow - ow < room ? p->ow - ow : room};
  const int64_t ih = (int64_t)oh * p->stride_h + t->row;
  const int first = t->first > ow ? t->first : ow, stop = ow + u.length, end = t->end < stop ? t->end : stop;
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
  const int64_t first_row = t->row < 0 ? -t->row : 0;
  const int64_t end_row = p->ih - t->row < p->oh ? p->ih - t->row : p->oh;
  int64_t begin = first_row * p->ow + t->first - block.first, end = (end_row - 1) * p->ow + t->end - block.first;
  if (begin < 0) begin = 0;
  if (end > block.count) end = block.count;
  if (first_row >= end_row || t->first >= t->end || begin >= end) {
    zero(column, block.count);
    return;
  }
  const int64_t shift = block.first + t->row * p->iw + t->left;
  zero(column, begin);
  memcpy(column + begin, plane + (begin + shift), (size_t)(end - begin) * sizeof *column);
  zero(column + end, block.count - end);
  const int64_t gap = p->ow - t->end + t->first; /* from the end of one row to the first of the next */
  if (!gap) return;
  const int64_t row = begin - (begin + block.first) % p->ow; /* the block may begin in the hole before this row */
  for (int64_t hole = row - p->ow + t->end; hole < end; hole += p->ow)
    for (int64_t j = hole > begin ? hole : begin; j < hole + gap && j < end; j++) column[j] = 0.0f;
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
  const int64_t bytes = l2 < least_bytes ? least_bytes : l2 > most_bytes ? most_bytes : l2;
  int64_t width = bytes / (rows * (int64_t)sizeof(float));
  if (jobs < WANTED_JOBS && width > positions * jobs / WANTED_JOBS) width = positions * jobs / WANTED_JOBS;
  if (width < NARROWEST) width = NARROWEST;
  const int64_t even = (positions + width - 1) / width; /* blocks; all of about one size */
  width = (positions + even - 1) / even;
  width = (width + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
  if (width > positions) width = positions;
  return (gconv_blocking){(int)width, (int)((positions + width - 1) / width)};
}

gconv_columns gconv_block(const gconv_problem *p, gconv_blocking blocking, int index) {
  const int64_t first = (int64_t)index * blocking.width, rest = (int64_t)p->oh * p->ow - first;
  return (gconv_columns){first, (int)(rest < blocking.width ? rest : blocking.width)};
}
