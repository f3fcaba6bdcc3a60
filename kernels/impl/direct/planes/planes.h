/* planes.h - what the parts of the method "planes" share: the lanes of a vector are pixels of one output channel.
 *
 * src and dst are NCHW. A strip is some output rows of an image, or all rows of several, in one group; its input
 * channels are copied into a buffer whose rows all have one pitch, without border and without stride: pixels that lie
 * `stride` apart are neighbours there, one class of them after the other. Then every tap takes the inputs of all
 * outputs of the strip from one place on:
 *
 *   dst[oc][n] = sum over taps t and input channels i of wei[oc][t][i] * buffer[i][tap[t] + n]
 *
 * and the gradient of a weight is
 *
 *   wei[oc][i][t] = sum over n of dst[oc][n] * buffer[i][tap[t] + n]
 *
 * with n = row * pitch + column, which is a matrix product with nothing to decide in it. Outputs between the end of a
 * row and the next row are computed and dropped: as many a row as the last tap lies further on than the first. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_PLANES_H
#define GCONV_DIRECT_PLANES_H

#include "impl/direct/direct.h"

/* One axis of the strip: output o takes tap k from input o * stride + k * step - pad, which is the input number
 * o + planes_reach(k) of the class of those inputs that are k * step modulo the stride. */
typedef struct {
  int stride, step, pad, taps;
  int classes; /* that taps take their inputs from; tap k from class k % classes */
  int reach;   /* of the last tap */
} planes_axis;

static inline int planes_residue(const planes_axis *a, int class) {
  return (int)((int64_t) class * a->step % a->stride);
}
static inline int planes_reach(const planes_axis *a, int tap) { return (int)((int64_t)tap * a->step / a->stride); }

/* Output channels that are computed together, or whose gradients are. */
enum { PLANES_ROWS = MANY_REGISTERS ? 8 : 6, PLANES_GRADIENT_ROWS = MANY_REGISTERS ? 6 : 4 };
enum { PLANES_GRADIENT_COLUMNS = 12 }; /* the most input channels and taps beside them */

/* Strides along rows up to this are gathered by vectors. */
enum { PLANES_STRIDE_MAX = 8 };

typedef struct {
  const direct_method *method;
  planes_axis y, x;
  int icg, ocg, tiles;       /* tiles: of output channels, PLANES_ROWS at most */
  bool in_place;             /* the planes, each one long row, are the buffer: 1x1 without stride and border */
  int oh, ow;                /* of a plane; in place 1 and all of its pixels */
  int images, rows, columns; /* outputs of a strip */
  int image_strips, row_strips, column_strips;
  int pitch, image_rows;                          /* columns and rows of the buffer, for each image of the strip */
  ptrdiff_t channel, out_channel;                 /* floats of a channel in the buffers of inputs and outputs */
  size_t out_buffer;                              /* where in a thread's workspace the second one is */
  ptrdiff_t src_plane, dst_plane, dst_row, pixel; /* floats in the tensors; pixel: of dst */
  weight_view wei;
  double cost;                          /* see direct_method */
  int parts;                            /* gradients: of the strips of a group, summed apart */
  ptrdiff_t out_image;                  /* gradients: floats of an image in the buffer of dst */
  int32_t lanes[PLANES_STRIDE_MAX][VL]; /* pixels of a stride: of the merge with the vector so many further on */
  ptrdiff_t tap[];                      /* where in a channel of the buffer each tap begins */
} planes_state;

/* Tiles of output channels differ by one channel at most; tile number `tile` begins with this one. */
static inline int planes_first_row(const planes_state *state, int tile) {
  return (int)((int64_t)state->ocg * tile / state->tiles);
}

/* Outputs of one strip, image by image: what lies inside of it and of the tensors. */
typedef struct {
  int n, images, y, rows, x, columns;
} planes_place;

/* What a microkernel reads: for each tap the inputs of all outputs from src + tap on. */
typedef struct {
  const float *src, *wei; /* wei: [tap][input][row] */
  float *dst;
  ptrdiff_t src_channel, dst_channel;
  const ptrdiff_t *tap;
  int taps, inputs;
} planes_product;

/* Computes W vectors of each of R output channels from output n on. */
typedef void planes_tile(const planes_product *a, ptrdiff_t n);

/* The microkernel for `rows` output channels, and the vectors of each that it takes at most. */
planes_tile *ISA_NAME(planes_tile_of)(int rows, int vectors);
int ISA_NAME(planes_widest)(int rows);

/* Of the problem's sizes, without strips and buffers. GCONV_UNSUPPORTED where there are too many taps for a table of
 * them, GCONV_NO_MEMORY; then *state is NULL. */
gconv_status ISA_NAME(planes_describe)(const gconv_problem *p, const direct_pass *pass, planes_state **state);
/* Strips of about so many images, rows and columns, all of which differ by one at most. */
void ISA_NAME(planes_divide)(planes_state *state, int batch, int images, int rows, int columns);
/* Where taps and channels lie in the buffer of inputs. */
void ISA_NAME(planes_lay_out)(planes_state *state);
/* Fills in what the strips make of a plan: layouts, and multiply-adds done. */
void ISA_NAME(planes_account)(gconv_plan *plan, const planes_state *state);

/* Floats of a channel in a buffer: tiles may read and write a vector's rest behind the last output; channels that lie
 * a power of two apart would meet in one set of the L1 cache. */
static inline ptrdiff_t planes_spaced(int64_t floats) {
  enum { LINE = 16, WAY = 1024 };
  const int64_t whole = gconv_round_up(floats + VL, LINE);
  return (ptrdiff_t)(whole % (WAY / 4) ? whole : whole + LINE);
}

/* Where the inputs of columns begin, a column being an input channel and tap, in the order of plain weights. */
typedef struct {
  const planes_state *state;
  const float *channel; /* of the next column, in the buffer */
  int tap;
} planes_columns;

static inline void planes_next_columns(planes_columns *at, int count, const float **in) {
  for (int c = 0; c < count; c++) {
    in[c] = at->channel + at->state->tap[at->tap];
    if (++at->tap < at->state->y.taps * at->state->x.taps) continue;
    at->tap = 0;
    at->channel += at->state->channel;
  }
}

static inline gconv_range planes_range(int all, int parts, int part) {
  return (gconv_range){(int)((int64_t)all * part / parts), (int)((int64_t)all * (part + 1) / parts)};
}

/* Strip number `place` of a plane, of `images`. */
static inline planes_place planes_place_of(const planes_state *state, gconv_range images, int64_t place) {
  const gconv_range y = planes_range(state->oh, state->row_strips, (int)(place / state->column_strips)),
                    x = planes_range(state->ow, state->column_strips, (int)(place % state->column_strips));
  return (planes_place){images.first, images.end - images.first, y.first, y.end - y.first, x.first, x.end - x.first};
}

/* src: channel 0 of the group in the first image; an image of src has `image` floats. */
void ISA_NAME(planes_fill)(const gconv_problem *p, const planes_state *state, const planes_place *at, const float *src,
                           ptrdiff_t image, float *buffer);
/* For the strips of one thread: the choice of a method, which changes the order of sums, depends on the problem
 * alone. */
double ISA_NAME(planes_cost)(const gconv_problem *p, const planes_state *state);
void ISA_NAME(planes_share)(const gconv_plan *plan, const direct_tensors *t, int thread, int threads);

/* Gradients of R output channels and C columns, a column being an input channel and tap, whose inputs begin at in[c];
 * summed over the vectors of each image, and the lanes `rest` of one more. */
typedef struct {
  const float *dst, *const *in;
  ptrdiff_t dst_channel, dst_image, src_image;
  int images, vectors;
  uint32_t rest;
  float *wei;
  ptrdiff_t wei_channel;
  bool fresh; /* sets wei instead of adding to it */
} planes_sums;

typedef void planes_gradient_tile(const planes_sums *a);
planes_gradient_tile *ISA_NAME(planes_gradient_tile_of)(int rows, int columns);
int ISA_NAME(planes_gradient_widest)(int rows);
double ISA_NAME(planes_gradient_cost)(const gconv_problem *p, const planes_state *state);

#endif
