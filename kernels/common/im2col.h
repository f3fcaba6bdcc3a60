/* im2col.h - convolution as a matrix product: the input positions that every output position needs, as a matrix.
 *
 *   columns[k][j]   k = (channel, kernel row, kernel column), channels * kh * kw of them
 *                   j = output position first + j of one image, counted row by row
 *
 * The matrix is kh * kw times the input, so kernels make it in blocks of columns that stay in cache. Blocks are chosen
 * from the problem and the caches alone, never from the thread count: a BLAS may sum in an order that depends on the
 * width of a matrix, and results must not depend on the number of threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_IM2COL_H
#define GCONV_COMMON_IM2COL_H

#include "gconv_kernel.h"

typedef struct {
  int64_t first;
  int count;
} gconv_columns; /* output positions first .. first + count - 1 of an image */

/* src: the first of `channels` planes. Reads nothing outside the image: padding becomes zeros. */
void gconv_im2col(const gconv_problem *p, const float *src, int channels, gconv_columns block, float *columns, int ld);
/* The transpose: adds every column element to the input position it stands for. */
void gconv_col2im(const gconv_problem *p, const float *columns, int ld, int channels, gconv_columns block, float *src);

/* True where the column matrix is the input itself: 1x1, stride 1, no padding. */
bool gconv_columns_are_src(const gconv_problem *p);

typedef struct {
  int width; /* columns of one block */
  int count; /* blocks of one image */
} gconv_blocking;

/* Blocks of a matrix with `rows` rows: at most the L2 cache (between 256 KiB and 4 MiB) or 128 columns. `jobs`: how
 * many such matrices the problem has; few of them are cut into more blocks, so that threads find work. */
gconv_blocking gconv_block_columns(const gconv_plan *plan, int64_t rows, int64_t jobs);
gconv_columns gconv_block(const gconv_problem *p, gconv_blocking blocking, int index);

#endif
