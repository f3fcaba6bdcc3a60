/* winograd.h - what the parts of the Winograd kernels share: the geometry of tiles, the clusters of groups that are
 * computed together, and the plan's state.
 *
 * A unit of work is one cluster and one block of tiles: input transform into V, products into M, output transform. V
 * and M are [xi][16-channel block][tile][16], one image row of tiles for each of the alpha^2 positions xi, so that the
 * products are 1x1 convolutions and take their operands as `direct` does. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_WINOGRAD_H
#define GCONV_WINOGRAD_H

#include "common/operand.h"
#include "gconv_kernel.h"
#include "impl/winograd/matrices.h"

/* Output rows [y_first, y_last) and columns are tiled; the others see nothing but padding and are zero. */
typedef struct {
  int m, alpha;
  int ih, iw, oh, ow, pad_top, pad_left;
  int y_first, y_last, x_first, x_last;
  int rows, columns;                                                      /* of tiles in an image */
  ptrdiff_t src_row, src_block, src_image, dst_row, dst_block, dst_image; /* floats */
} winograd_geometry;

/* One row of V or M: `channels` 16-channel blocks of `tiles` tiles each. */
typedef struct {
  ptrdiff_t block, xi; /* floats from one to the next */
} winograd_strides;

/* Tiles [first, first + count) in the order image, row, column; of `blocks` channel blocks from `block` on. */
typedef struct {
  const winograd_geometry *g;
  int64_t first;
  int count, block, blocks;
  winograd_strides at;
} winograd_part;

typedef void winograd_input_fn(const winograd_part *, const float *src, float *v);
typedef void winograd_output_fn(const winograd_part *, const float *m, float *dst);

/* One or two vectors of output channels for one xi and a run of tiles. */
typedef struct {
  const operand_source *source;
  const float *v;       /* V of the xi and the tile */
  ptrdiff_t v_block;    /* floats from a channel block to the next */
  const float *wei;     /* [vector][icg][VL] */
  ptrdiff_t wei_vector; /* floats from one vector's weights to the next one's */
  float *m[2];          /* M of the xi and the tile, for each vector */
} winograd_product;

typedef void winograd_product_fn(const winograd_product *);

/* Vectors that run together: the same operands. `run[w - 1]` computes w tiles, up to `width`. */
typedef struct {
  operand_source source; /* channels counted from the cluster's first */
  int vector, vectors;   /* counted from the cluster's first */
  int width;
  winograd_product_fn *const *run;
} winograd_job;

/* The fewest whole groups whose channels fill whole blocks of 16, in and out; or all. */
typedef struct {
  int src_block, src_blocks, dst_block, dst_blocks;
  int job_first, jobs;
  ptrdiff_t wei; /* floats from the start of the packed weights */
} winograd_cluster;

typedef struct {
  int tile; /* WINOGRAD_F2 ... */
  winograd_geometry g;
  int64_t tiles; /* of the whole batch */
  int block;     /* tiles of a unit */
  int blocks, clusters;
  int src_blocks, dst_blocks; /* the most of any cluster */
  winograd_strides v_at, m_at;
  size_t v, m, per_thread; /* places in a thread's workspace, and its bytes */
  winograd_cluster *cluster;
  winograd_job *job;
} winograd_state;

winograd_input_fn *ISA_NAME(winograd_input)(int tile);
winograd_output_fn *ISA_NAME(winograd_output)(int tile);
/* The products for a mode: the table of run functions by width - 1 and the largest width. */
winograd_product_fn *const *ISA_NAME(winograd_products)(operand_mode mode, int vectors, int *width);

const char *ISA_NAME(winograd_supports)(const gconv_problem *p);
gconv_status ISA_NAME(winograd_plan)(gconv_plan *plan, int tile);
void ISA_NAME(winograd_pack)(const gconv_plan *plan, const float *wei, void *packed);
gconv_status ISA_NAME(winograd_execute)(const gconv_plan *plan, const gconv_args *args);
void ISA_NAME(winograd_release)(gconv_plan *plan);

/* How much tile size `tile` amplifies rounding errors; see common/cook_toom.h. */
double ISA_NAME(winograd_amplification)(int tile, const gconv_problem *p);

/* The row of a kernel whose file has its own plan() and amplification(). */
#define WINOGRAD_KERNEL(kernel, text)                                                                                  \
  SIMD_KERNEL(kernel, .summary = text,                                                                                 \
              .reference = "Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016; Barabasz "   \
                           "et al., ACM TOMS 46(4), 2020",                                                             \
              .dtypes = 1u << GCONV_F32, .directions = 1u << GCONV_FWD, .numeric = GCONV_TRANSFORM,                    \
              .amplification = amplification, .supports = ISA_NAME(winograd_supports), .plan = plan,                   \
              .pack = ISA_NAME(winograd_pack), .execute = ISA_NAME(winograd_execute),                                  \
              .release = ISA_NAME(winograd_release))

#endif
