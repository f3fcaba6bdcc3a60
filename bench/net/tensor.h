/* tensor.h - an activation in one of the library's layouts, seen as all of them are: for each image and block of
 * channels a plane of pixels, and at each pixel the block's channels side by side. NCHW has blocks of one channel, NHWC
 * one block of all, NCHW16c blocks of 16, the last one filled up with zeros. Written for this view, one loop serves
 * every layout. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_TENSOR_H
#define GCONV_NET_TENSOR_H

#include "core/layout.h"

typedef struct {
  float *data;
  gconv_layout layout;
  gconv_dims dims;
} tensor;

static inline int tensor_lanes(const tensor *t) { return (int)gconv_channel_block(t->layout, t->dims.c); }

static inline int tensor_blocks(const tensor *t) {
  return (int)(gconv_padded_channels(t->layout, t->dims.c) / tensor_lanes(t));
}

static inline int64_t tensor_pixels(const tensor *t) { return (int64_t)t->dims.h * t->dims.w; }

/* Rows of `lanes` floats in the whole tensor. */
static inline int64_t tensor_rows(const tensor *t) { return t->dims.n * tensor_blocks(t) * tensor_pixels(t); }

static inline float *tensor_at(const tensor *t, int n, int c, int64_t pixel) {
  const int lanes = tensor_lanes(t);
  return t->data + (((int64_t)n * tensor_blocks(t) + c / lanes) * tensor_pixels(t) + pixel) * lanes + c % lanes;
}

static inline int64_t tensor_elems(const tensor *t) { return gconv_layout_elems(t->layout, t->dims); }

#endif
