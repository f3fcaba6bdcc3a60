/* layout.c - activation layouts as a table: how many channels are stored next to each other, and where that puts an
 * element. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/integers.h"
#include "core/layout.h"

typedef struct {
  const char *name;
  int block; /* channels stored next to each other; 0 = all of them (NHWC) */
} layout_row;

static const layout_row layouts[GCONV_LAYOUTS] = {
    [GCONV_NATIVE] = {"native", 1}, [GCONV_NCHW] = {"nchw", 1},     [GCONV_NHWC] = {"nhwc", 0},
    [GCONV_NCHW4C] = {"nchw4c", 4}, [GCONV_NCHW8C] = {"nchw8c", 8}, [GCONV_NCHW16C] = {"nchw16c", 16},
};

const char *gconv_layout_name(gconv_layout layout) {
  return (unsigned)layout < GCONV_LAYOUTS ? layouts[layout].name : "unknown";
}

int64_t gconv_channel_block(gconv_layout layout, int channels) {
  return layouts[layout].block ? layouts[layout].block : channels;
}

int64_t gconv_padded_channels(gconv_layout layout, int channels) {
  const int64_t block = gconv_channel_block(layout, channels);
  return gconv_round_up(channels, block);
}

int64_t gconv_layout_elems(gconv_layout layout, gconv_dims d) {
  return (int64_t)d.n * gconv_padded_channels(layout, d.c) * d.h * d.w;
}

int64_t gconv_layout_offset(gconv_layout layout, gconv_dims d, int n, int c, int h, int w) {
  const int64_t block = gconv_channel_block(layout, d.c), blocks = gconv_padded_channels(layout, d.c) / block;
  return ((((n * blocks + c / block) * d.h + h) * d.w + w) * block) + c % block;
}
