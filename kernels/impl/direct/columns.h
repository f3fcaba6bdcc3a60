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
  const int64_t first = (int64_t)x0 * stride + (int64_t)s * g->step_w - g->pad_left, room = (int64_t)g->iw - 1 - first;
  met_columns c = {ALL_COLUMNS, 0, width};
  if (first < 0) c.first = (int)gconv_min64((stride - 1 - first) / stride, width);
  if (room < (int64_t)(width - 1) * stride) c.end = room < 0 ? 0 : (int)(room / stride) + 1;
  c.kind = c.end < width ? c.first > 0 ? BETWEEN : TO_COLUMN : c.first > 0 ? FROM_COLUMN : ALL_COLUMNS;
  return c;
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

// clang-format off
#define COLUMNS_UP(M, width, F) \
  M(0, width, F) M(1, width, F) M(2, width, F) M(3, width, F) M(4, width, F) M(5, width, F) M(6, width, F) \
  M(7, width, F) M(8, width, F) M(9, width, F) M(10, width, F) M(11, width, F) M(12, width, F) M(13, width, F)
#define COLUMNS_DOWN(M, width, F) \
  M(13, width, F) M(12, width, F) M(11, width, F) M(10, width, F) M(9, width, F) M(8, width, F) M(7, width, F) \
  M(6, width, F) M(5, width, F) M(4, width, F) M(3, width, F) M(2, width, F) M(1, width, F) M(0, width, F)
// clang-format on
#define COLUMN_BEGIN(x, width, F)                                                                                      \
  case x:                                                                                                              \
    if ((x) < (width)) F(x);                                                                                           \
    __attribute__((fallthrough));
#define COLUMN_LAST(x, width, F)                                                                                       \
  case (x) + 1:                                                                                                        \
    if ((x) < (width)) F(x);                                                                                           \
    __attribute__((fallthrough));

/* F(x) for each of the columns `c`, whose kind is a constant, of a tile of at most 14. */
#define EACH_COLUMN(c, width, F)                                                                                       \
  do {                                                                                                                 \
    if ((c).kind == ALL_COLUMNS) {                                                                                     \
      UNROLLED (x_, width) F(x_);                                                                                      \
    } else if ((c).kind == FROM_COLUMN) {                                                                              \
      switch ((c).first) {                                                                                             \
        COLUMNS_UP(COLUMN_BEGIN, width, F)                                                                             \
      default:                                                                                                         \
        break;                                                                                                         \
      }                                                                                                                \
    } else if ((c).kind == TO_COLUMN) {                                                                                \
      switch ((c).end) {                                                                                               \
        COLUMNS_DOWN(COLUMN_LAST, width, F)                                                                            \
      default:                                                                                                         \
        break;                                                                                                         \
      }                                                                                                                \
    } else {                                                                                                           \
      UNROLLED (x_, width)                                                                                             \
        if (x_ >= (c).first && x_ < (c).end) F(x_);                                                                    \
    }                                                                                                                  \
  } while (0)

#endif
