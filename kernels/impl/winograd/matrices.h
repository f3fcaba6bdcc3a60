/* matrices.h - B^T and A^T as constants, which the compiler folds into the transforms: zeros cost nothing and ones are
 * additions. They are those that common/cook_toom.c makes from the points below (the test of this kernel compares every
 * entry); all are exact in binary32. Points come as 0, pairs of p and -p, infinity: the transforms rely on it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_WINOGRAD_MATRICES_H
#define GCONV_WINOGRAD_MATRICES_H

#include "common/cook_toom.h"

enum { WINOGRAD_F2, WINOGRAD_F4, WINOGRAD_F6, WINOGRAD_TILES };

typedef struct {
  int m; /* outputs of a tile in each dimension */
  gconv_ratio points[COOK_TOOM_ALPHA_MAX - 1];
  float bt[COOK_TOOM_ALPHA_MAX][COOK_TOOM_ALPHA_MAX];
  float at[COOK_TOOM_MAX][COOK_TOOM_ALPHA_MAX];
} winograd_matrices;

static const winograd_matrices winograd_matrix[WINOGRAD_TILES] = {
    [WINOGRAD_F2] = {.m = 2,
                     .points = {{0, 1}, {1, 1}, {-1, 1}},
                     .bt = {{-1, 0, 1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}},
                     .at = {{1, 1, 1, 0}, {0, 1, -1, 1}}},
    [WINOGRAD_F4] = {.m = 4,
                     .points = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}},
                     .bt = {{4, 0, -5, 0, 1, 0},
                            {0, -4, -4, 1, 1, 0},
                            {0, 4, -4, -1, 1, 0},
                            {0, -2, -1, 2, 1, 0},
                            {0, 2, -1, -2, 1, 0},
                            {0, 4, 0, -5, 0, 1}},
                     .at = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}}},
    [WINOGRAD_F6] = {.m = 6,
                     .points = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}},
                     .bt = {{-1, 0, 5.25f, 0, -5.25f, 0, 1, 0},
                            {0, 1, 1, -4.25f, -4.25f, 1, 1, 0},
                            {0, -1, 1, 4.25f, -4.25f, -1, 1, 0},
                            {0, 0.5f, 0.25f, -2.5f, -1.25f, 2, 1, 0},
                            {0, -0.5f, 0.25f, 2.5f, -1.25f, -2, 1, 0},
                            {0, 2, 4, -2.5f, -5, 0.5f, 1, 0},
                            {0, -2, 4, 2.5f, -5, -0.5f, 1, 0},
                            {0, -1, 0, 5.25f, 0, -5.25f, 0, 1}},
                     .at = {{1, 1, 1, 1, 1, 1, 1, 0},
                            {0, 1, -1, 2, -2, 0.5f, -0.5f, 0},
                            {0, 1, 1, 4, 4, 0.25f, 0.25f, 0},
                            {0, 1, -1, 8, -8, 0.125f, -0.125f, 0},
                            {0, 1, 1, 16, 16, 0.0625f, 0.0625f, 0},
                            {0, 1, -1, 32, -32, 0.03125f, -0.03125f, 1}}},
};

#endif
