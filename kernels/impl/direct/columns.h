/* columns.h - which columns of a tile a tap meets: all of them, or at the ends of a row fewer, which are neighbours.
 *
 * A test of each column would stand between two FMAs. So the code for all columns is written out twice more, once up
 * and once down, and entered with one jump behind the columns that are left out. Only where both ends of a row lie in
 * one tile each column is tested. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_COLUMNS_H
#define GCONV_DIRECT_COLUMNS_H

#include "impl/direct/direct.h"

typedef enum { ALL_COLUMNS, FROM_COLUMN, TO_COLUMN, BETWEEN } columns_kind;

/* [first, end) of the tile's columns. */
typedef struct {
  columns_kind kind;
  int first, end;
} met_columns;

/* Columns of a tile of `width` at x0 whose input for kernel column s is inside the row; none: first >= end. */
INLINE met_columns columns_met(const geometry *g, const int stride, int x0, const int width, int s) {
  const int64_t origin = (int64_t)x0 * stride + gconv_tap_origin(s, g->step_w - 1, g->pad_left);
  const gconv_range met = gconv_outputs_inside(origin, stride, g->iw, width);
  const columns_kind right = met.first > 0 ? BETWEEN : TO_COLUMN, left = met.first > 0 ? FROM_COLUMN : ALL_COLUMNS;
  return (met_columns){met.end < width ? right : left, met.first, met.end};
}

/* F(c) with the kind a constant in each copy of it. */
#define EACH_KIND(c, F)                                                                                                \
  do {                                                                                                                 \
    if ((c).kind == ALL_COLUMNS) {                                                                                     \
      F(((met_columns){ALL_COLUMNS, 0, 0}))                                                                            \
    } else if ((c).kind == FROM_COLUMN) {                                                                              \
      F(((met_columns){FROM_COLUMN, (c).first, 0}))                                                                    \
    } else if ((c).kind == TO_COLUMN) {                                                                                \
      F(((met_columns){TO_COLUMN, 0, (c).end}))                                                                        \
    } else {                                                                                                           \
      F(((met_columns){BETWEEN, (c).first, (c).end}))                                                                  \
    }                                                                                                                  \
  } while (0)

/* Enters at `label`: column x and those behind it in this order. */
#define COLUMN_FROM(label, x, width, F)                                                                                \
  case label:                                                                                                          \
    if ((x) < (width)) F(x);                                                                                           \
    __attribute__((fallthrough));
// clang-format off
#define COLUMNS_UP(W, F) \
  COLUMN_FROM(0, 0, W, F) COLUMN_FROM(1, 1, W, F) COLUMN_FROM(2, 2, W, F) COLUMN_FROM(3, 3, W, F) COLUMN_FROM(4, 4, W, F) \
  COLUMN_FROM(5, 5, W, F) COLUMN_FROM(6, 6, W, F) COLUMN_FROM(7, 7, W, F) COLUMN_FROM(8, 8, W, F) COLUMN_FROM(9, 9, W, F) \
  COLUMN_FROM(10, 10, W, F) COLUMN_FROM(11, 11, W, F) COLUMN_FROM(12, 12, W, F) COLUMN_FROM(13, 13, W, F)
#define COLUMNS_DOWN(W, F) \
  COLUMN_FROM(14, 13, W, F) COLUMN_FROM(13, 12, W, F) COLUMN_FROM(12, 11, W, F) COLUMN_FROM(11, 10, W, F) COLUMN_FROM(10, 9, W, F) \
  COLUMN_FROM(9, 8, W, F) COLUMN_FROM(8, 7, W, F) COLUMN_FROM(7, 6, W, F) COLUMN_FROM(6, 5, W, F) COLUMN_FROM(5, 4, W, F) \
  COLUMN_FROM(4, 3, W, F) COLUMN_FROM(3, 2, W, F) COLUMN_FROM(2, 1, W, F) COLUMN_FROM(1, 0, W, F)
// clang-format on

/* F(x) for each of the columns `c`, whose kind is a constant, of a tile of at most 14. */
#define EACH_COLUMN(c, width, F)                                                                                       \
  do {                                                                                                                 \
    if ((c).kind == ALL_COLUMNS) {                                                                                     \
      UNROLLED (x_, width) F(x_);                                                                                      \
    } else if ((c).kind == FROM_COLUMN) {                                                                              \
      switch ((c).first) {                                                                                             \
        COLUMNS_UP(width, F)                                                                                           \
      default:                                                                                                         \
        break;                                                                                                         \
      }                                                                                                                \
    } else if ((c).kind == TO_COLUMN) {                                                                                \
      switch ((c).end) {                                                                                               \
        COLUMNS_DOWN(width, F)                                                                                         \
      default:                                                                                                         \
        break;                                                                                                         \
      }                                                                                                                \
    } else {                                                                                                           \
      UNROLLED (x_, width)                                                                                             \
        if (x_ >= (c).first && x_ < (c).end) F(x_);                                                                    \
    }                                                                                                                  \
  } while (0)

#endif
