/* problem.c - validation in 64 bits, derived sizes, and exact counts of multiply-adds, weights and bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "core/integers.h"
#include "core/saturate.h"

#include <limits.h>

/* Beyond this many bytes a tensor is a typing error, and below it no product of counts used here can overflow. */
static const int64_t max_tensor_bytes = (int64_t)1 << 47;

typedef struct {
  const char *name;
  int in, kernel, stride, dilation, before, after;
} axis;

static int64_t kernel_extent(const axis *a) { return (int64_t)(a->kernel - 1) * (a->dilation + (int64_t)1) + 1; }

static gconv_status check_size(const char *name, int value) {
  return value >= 1 ? GCONV_OK : gconv_error(GCONV_INVALID, "%s is %d, must be at least 1", name, value);
}

/* dilation + 1, the distance of two taps, has to fit an int too. */
static gconv_status check_dilation(const char *name, int value) {
  return value >= 0 && value < INT_MAX
             ? GCONV_OK
             : gconv_error(GCONV_INVALID, "%s is %d, must be 0 to %d", name, value, INT_MAX - 1);
}

/* Output size of one axis; trims `after` to what the output uses, so that equal problems have equal fields. */
static gconv_status derive_axis(axis *a, int *out) {
  const int64_t extent = kernel_extent(a);
  const int64_t padded = (int64_t)a->in + a->before + a->after;
  if (extent > padded)
    return gconv_error(GCONV_INVALID, "%s: the dilated kernel covers %lld but the padded input only %lld", a->name,
                       (long long)extent, (long long)padded);
  if (padded > INT_MAX) /* so that every position in the padded input fits an int, here and in kernels */
    return gconv_error(GCONV_INVALID, "%s: the padded input of %lld positions does not fit 31 bits", a->name,
                       (long long)padded);
  const int64_t positions = (padded - extent) / a->stride + 1;
  const int64_t after = (positions - 1) * a->stride + extent - a->in - a->before;
  if (after < INT_MIN)
    return gconv_error(GCONV_INVALID, "%s: pads %d and %d leave too much input unread", a->name, a->before, a->after);
  *out = (int)positions;
  a->after = (int)after;
  return GCONV_OK;
}

static const struct {
  const char *name;
  size_t bytes;
} dtypes[GCONV_DTYPES] = {[GCONV_F32] = {"f32", sizeof(float)}};

const char *gconv_dtype_name(gconv_dtype dtype) {
  return (unsigned)dtype < GCONV_DTYPES ? dtypes[dtype].name : "unknown";
}

size_t gconv_dtype_bytes(gconv_dtype dtype) { return (unsigned)dtype < GCONV_DTYPES ? dtypes[dtype].bytes : 0; }

static gconv_status check_bytes(const char *name, gconv_dtype dtype, const int64_t sizes[4]) {
  int64_t bytes = (int64_t)gconv_dtype_bytes(dtype);
  for (int i = 0; i < 4; i++)
    if (__builtin_mul_overflow(bytes, sizes[i], &bytes) || bytes >= max_tensor_bytes)
      return gconv_error(GCONV_INVALID, "%s of %lld x %lld x %lld x %lld %s is 2^47 bytes or more", name,
                         (long long)sizes[0], (long long)sizes[1], (long long)sizes[2], (long long)sizes[3],
                         gconv_dtype_name(dtype));
  return GCONV_OK;
}

gconv_status gconv_problem_init(gconv_problem *p) {
  if (!p) return gconv_error(GCONV_INVALID, "problem is NULL");
  if (p->stride_h == 0) p->stride_h = 1;
  if (p->stride_w == 0) p->stride_w = 1;
  if (p->multiplicity == 0) p->multiplicity = 1;
  const struct {
    const char *name;
    int value;
  } sizes[] = {{"g", p->groups},
               {"mb", p->batch},
               {"ic", p->ic},
               {"oc", p->oc},
               {"ih", p->ih},
               {"iw", p->iw},
               {"kh", p->kh},
               {"kw", p->kw},
               {"sh", p->stride_h},
               {"sw", p->stride_w},
               {"multiplicity", p->multiplicity}};
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !status; i++)
    status = check_size(sizes[i].name, sizes[i].value);
  if (!status) status = check_dilation("dh", p->dilation_h);
  if (!status) status = check_dilation("dw", p->dilation_w);
  if (status) return status;
  if ((unsigned)p->direction >= GCONV_DIRECTIONS)
    return gconv_error(GCONV_INVALID, "direction is %d, must be fwd (0), bwd_d (1) or bwd_w (2)", (int)p->direction);
  if ((unsigned)p->dtype >= GCONV_DTYPES)
    return gconv_error(GCONV_INVALID, "dtype is %d, only f32 (0) exists", (int)p->dtype);
  if (p->ic % p->groups) return gconv_error(GCONV_INVALID, "g is %d, does not divide ic %d", p->groups, p->ic);
  if (p->oc % p->groups) return gconv_error(GCONV_INVALID, "g is %d, does not divide oc %d", p->groups, p->oc);
  p->icg = p->ic / p->groups;
  p->ocg = p->oc / p->groups;

  axis h = {"height", p->ih, p->kh, p->stride_h, p->dilation_h, p->pad_top, p->pad_bottom};
  axis w = {"width", p->iw, p->kw, p->stride_w, p->dilation_w, p->pad_left, p->pad_right};
  status = derive_axis(&h, &p->oh);
  if (!status) status = derive_axis(&w, &p->ow);
  if (status) return status;
  p->pad_bottom = h.after;
  p->pad_right = w.after;

  /* 64 more channels: room for the zero lanes of the widest blocked layout. */
  if ((status = check_bytes("src", p->dtype, (int64_t[]){p->batch, (int64_t)p->ic + 64, p->ih, p->iw}))) return status;
  if ((status = check_bytes("wei", p->dtype, (int64_t[]){p->oc, p->icg, p->kh, p->kw}))) return status;
  return check_bytes("dst", p->dtype, (int64_t[]){p->batch, (int64_t)p->oc + 64, p->oh, p->ow});
}

/* Sum of floor((a * i + b) / m) over 0 <= i < n. Exchanging the two axes is a step of Euclid's algorithm on a and m:
 * some thirty steps at most, where a loop over the taps of a mistyped kernel size would run for minutes. */
static int64_t floor_sum(int64_t n, int64_t m, int64_t a, int64_t b) {
  int64_t sum = 0;
  for (;;) {
    sum += n * (n - 1) / 2 * (a / m) + n * (b / m);
    const int64_t top = a % m * n + b % m;
    if (top < m) return sum;
    n = top / m;
    b = top % m;
    const int64_t remainder = a % m;
    a = m;
    m = remainder;
  }
}

/* Pairs (output position, kernel tap) whose position in the padded input is at most `last`. */
static int64_t pairs_up_to(const axis *a, int out, int64_t last) {
  const int64_t step = a->dilation + (int64_t)1, stride = a->stride;
  if (last < 0) return 0;
  const int64_t room = last - (out - 1) * stride; /* taps up to here: with every output */
  const int64_t with_all = room < 0 ? 0 : gconv_min64(room / step + 1, a->kernel);
  const int64_t taps = gconv_min64(last / step + 1, a->kernel);
  /* The last of these taps first: last - tap * step rises from below a step. */
  const int64_t with_some = taps - with_all;
  return with_all * out + with_some + floor_sum(with_some, stride, step, last - (taps - 1) * step);
}

/* Pairs whose input position is inside [0, in). */
static int64_t pairs_inside(const axis *a, int out) {
  return pairs_up_to(a, out, (int64_t)a->before + a->in - 1) - pairs_up_to(a, out, (int64_t)a->before - 1);
}

static int64_t product(const int64_t *factors, int count) {
  int64_t result = 1;
  for (int i = 0; i < count; i++) result = gconv_saturated_product(result, factors[i]);
  return result;
}

gconv_counts gconv_problem_count(const gconv_problem *p) {
  const axis h = {"height", p->ih, p->kh, p->stride_h, p->dilation_h, p->pad_top, p->pad_bottom};
  const axis w = {"width", p->iw, p->kw, p->stride_w, p->dilation_w, p->pad_left, p->pad_right};
  const int64_t channel_pairs = (int64_t)p->oc * p->icg;
  gconv_counts c;
  c.params = product((int64_t[]){channel_pairs, p->kh, p->kw}, 3);
  c.src_elems = product((int64_t[]){p->batch, p->ic, p->ih, p->iw}, 4);
  c.dst_elems = product((int64_t[]){p->batch, p->oc, p->oh, p->ow}, 4);
  c.macs_nominal = product((int64_t[]){p->batch, p->oh, p->ow, c.params}, 4);
  c.macs = product((int64_t[]){p->batch, channel_pairs, pairs_inside(&h, p->oh), pairs_inside(&w, p->ow)}, 4);
  c.min_bytes = (c.src_elems + c.params + c.dst_elems) * (int64_t)gconv_dtype_bytes(p->dtype);
  const int64_t terms[GCONV_DIRECTIONS] = {
      product((int64_t[]){p->icg, p->kh, p->kw}, 3),
      product((int64_t[]){p->ocg, p->kh, p->kw}, 3),
      product((int64_t[]){p->batch, p->oh, p->ow}, 3),
  };
  c.sum_terms = terms[p->direction];
  return c;
}

const char *gconv_direction_name(gconv_direction direction) {
  static const char *const names[GCONV_DIRECTIONS] = {"fwd", "bwd_d", "bwd_w"};
  return (unsigned)direction < GCONV_DIRECTIONS ? names[direction] : "unknown";
}

gconv_tensor gconv_written_tensor(gconv_direction direction) {
  static const gconv_tensor written[GCONV_DIRECTIONS] = {GCONV_DST, GCONV_SRC, GCONV_WEI};
  return written[direction];
}

gconv_dims gconv_tensor_dims(const gconv_problem *p, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? (gconv_dims){p->batch, p->ic, p->ih, p->iw}
                             : (gconv_dims){p->batch, p->oc, p->oh, p->ow};
}
