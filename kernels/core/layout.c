/* layout.c - activation layouts as a table (axis order, channel block) and the conversion between any two of them. */
#include "gconv.h"

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

static int64_t channel_block(gconv_layout layout, int channels) {
  return layouts[layout].block ? layouts[layout].block : channels;
}

static int64_t padded_channels(gconv_layout layout, int channels) {
  const int64_t block = channel_block(layout, channels);
  return (channels + block - 1) / block * block;
}

int64_t gconv_layout_elems(gconv_layout layout, gconv_dims d) {
  return (int64_t)d.n * padded_channels(layout, d.c) * d.h * d.w;
}

int64_t gconv_layout_offset(gconv_layout layout, gconv_dims d, int n, int c, int h, int w) {
  const int64_t block = channel_block(layout, d.c), blocks = padded_channels(layout, d.c) / block;
  return ((((n * blocks + c / block) * d.h + h) * d.w + w) * block) + c % block;
}

/* Gathers one row of `width` pixels x `count` channels. Both sides are strided views of the same small tile, so the
 * inner loop runs along whichever side is contiguous in the destination and the tile stays in L1. */
static void convert_tile(const float *in, int64_t in_w, int64_t in_c, float *out, int64_t out_w, int64_t out_c,
                         int width, int count, int padded) {
  if (out_c == 1) {
    for (int w = 0; w < width; w++) {
      for (int c = 0; c < count; c++) out[w * out_w + c] = in[w * in_w + c * in_c];
      for (int c = count; c < padded; c++) out[w * out_w + c] = 0.0f;
    }
    return;
  }
  for (int c = 0; c < count; c++)
    for (int w = 0; w < width; w++) out[w * out_w + c * out_c] = in[w * in_w + c * in_c];
}

void gconv_layout_convert(gconv_dims d, gconv_layout from, const float *in, gconv_layout to, float *out, int threads) {
  enum { TILE = 16 }; /* channels per tile: the widest block */
  const int64_t in_block = channel_block(from, d.c), out_block = channel_block(to, d.c);
  const int64_t padded = padded_channels(to, d.c);
  const int64_t tiles = (padded + TILE - 1) / TILE, rows = (int64_t)d.n * tiles * d.h;
  const int64_t pixel_in = in_block, pixel_out = out_block;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int64_t row = 0; row < rows; row++) {
    const int n = (int)(row / (tiles * d.h)), h = (int)(row % d.h);
    const int64_t first = row / d.h % tiles * TILE;
    for (int64_t c = first; c < first + TILE && c < padded;) {
      /* A run of channels that is one block on both sides, or a run of planes where a block is one channel. */
      int64_t run = first + TILE - c;
      if (in_block > 1 && in_block - c % in_block < run) run = in_block - c % in_block;
      if (out_block > 1 && out_block - c % out_block < run) run = out_block - c % out_block;
      if (padded - c < run) run = padded - c;
      const int64_t real = c + run <= d.c ? run : (c < d.c ? d.c - c : 0);
      const int64_t plane = (int64_t)d.h * d.w;
      const float *tile_in = real ? in + gconv_layout_offset(from, d, n, (int)c, h, 0) : in;
      float *tile_out = out + gconv_layout_offset(to, d, n, (int)c, h, 0);
      convert_tile(tile_in, pixel_in, in_block > 1 ? 1 : plane, tile_out, pixel_out, out_block > 1 ? 1 : plane, d.w,
                   (int)real, (int)run);
      c += run;
    }
  }
}
