/* direct.h - what the parts of `direct` share: the geometry, one strip of work, and the plan's state.
 *
 * A strip is a row of output tiles of one oc vector (or pair); a microkernel computes strips, run.c orders and shares
 * them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_H
#define GCONV_DIRECT_H

#include "gconv_kernel.h"
#include "common/operand.h"
#include "core/taps.h"

#include <limits.h>

enum { VECTORS_MAX = 4 }; /* of a job */

/* Accumulators, taps and an operand leave some for more. */
enum { MANY_REGISTERS = V_REGISTERS >= 32 };

/* Sizes as the microkernels see them. Dilation as distance: 1 = dense. 1x1 layers are flattened to one row of ih*iw
 * pixels. */
typedef struct {
  int ih, iw, oh, ow, kh, kw, stride_h, stride_w, step_h, step_w, pad_top, pad_left;
  ptrdiff_t src_block, src_row, src_pixel, dst_block, dst_row, dst_pixel; /* floats */
  gconv_range whole; /* output columns whose windows lie whole inside */
} geometry;

typedef struct {
  const geometry *g;
  const operand_source *source;
  const float *src;                  /* the image */
  const float *wei;                  /* packed weights of the vector */
  ptrdiff_t wei_vector;              /* floats from one vector's weights to the next one's */
  float *dst;                        /* row 0 of the image in the vector's block */
  ptrdiff_t dst_vector[VECTORS_MAX]; /* floats from there to where each vector of the job has it */
  uint32_t last_lanes;               /* NHWC: of the last vector, those that are its group's */
  int y, y_last;                     /* output rows [y, y_last); a tile of R rows does y to y + R - 1 */
  int x_first, x_last;               /* output columns [x_first, x_last) */
  int i_first, i_last;               /* input indices summed by this call */
  bool accumulate;                   /* add to dst instead of overwriting it */
  bool one_tap;                      /* of direct_state */
  bool prefetch;                     /* direct_prefetches */
  bool stream;                       /* dst past the caches: it is on cache lines and would not stay in them */
} strip;

/* Pixels [first, W) of a tile's row. */
INLINE void store_row(const strip *a, const int W, int first, float *dst, const v_f32 *acc) {
  if (first) {
    UNROLLED (x, W)
      if (x >= first) v_store(dst + x * BLOCK, acc[x]);
  } else if (a->stream) {
    UNROLLED (x, W) v_stream(dst + x * BLOCK, acc[x]);
  } else {
    UNROLLED (x, W) v_store(dst + x * BLOCK, acc[x]);
  }
}

typedef void strip_fn(const strip *);

/* Cuts columns of a strip into the fewest tiles of at most `widest`, which differ by one column at most: a narrow rest
 * would leave FMA units idle. Tiles that lie within `inner` are of one table, the others of the other. */
typedef void tile_of_width(const void *row, int x0);
typedef struct {
  tile_of_width *const *inner, *const *edge; /* by their width */
} tile_tables;
INLINE void run_apart(const void *row, gconv_range columns, gconv_range inner, const tile_tables of, const int widest) {
  int x = columns.first;
  for (int count = (columns.end - x + widest - 1) / widest; count > 0; count--) {
    const int width = (columns.end - x + count - 1) / count;
    (x >= inner.first && x + width <= inner.end ? of.inner : of.edge)[width](row, x);
    x += width;
  }
}
INLINE void run_balanced(const void *row, gconv_range columns, tile_of_width *const by_width[], const int widest) {
  run_apart(row, columns, columns, (tile_tables){by_width, by_width}, widest);
}

/* A depthwise job is the vectors of a block, one after the other for the same rows: the second finds the block's lines
 * in L1. */
enum { BLOCK_VECTORS = BLOCK / VL };

/* 3x3 by single rows (tile_3x3_row.c) or by two: with 16 registers two rows of accumulators leave no room for taps, so
 * that every FMA loads its own. Where a product and a sum are two instructions that is no loss: one row takes 1.5 times
 * as long (vector4, dense). */
#define ROWS_3X3 (V_REGISTERS < 32 && V_HAS_FMA)

enum { ALL_ROWS = 0 }; /* rows of a microkernel that walks down any number of them */

/* The microkernels: 3x3 with stride 1 or 2 in rows 1 or 2, or in one wide row; depthwise 3x3 down columns; depthwise
 * 3x3, 5x5 and 7x7 by rows; 1x1; few channels in planes; any. NULL where the ISA has none or the output row is narrower
 * than every tile. */
typedef struct {
  strip_fn *run;
  int rows, vectors, width; /* of the tile */
  bool taps_inner;          /* weights packed [i][r][s] instead of [r][s][i] */
  bool shares_loads;        /* one load serves several input indices and taps */
  bool any_width;           /* cuts any range of columns into tiles of at most `width`, computes none twice */
} microkernel;

/* Columns that tiles of this width compute for a row: the last one may share some with the one before. */
static inline int columns_computed(int width, int ow) { return (int)gconv_round_up(ow, width); }

/* Of two tiles of different widths, the first of which may be NULL: the one that computes fewer columns twice; the
 * first of equals. The narrowest has too few accumulators to hide the latency of an FMA: where no other fits. */
enum { NARROWEST = 4 };
static inline const microkernel *better_width(const microkernel *best, const microkernel *other, int ow) {
  if (ow < other->width) return best;
  if (!best) return other;
  if (other->width == NARROWEST) return best;
  return columns_computed(other->width, ow) < columns_computed(best->width, ow) ? other : best;
}

/* ... of `count` tiles that are `step` rows of a table apart. */
static inline const microkernel *best_width(const microkernel *tile, size_t count, size_t step, int ow) {
  const microkernel *best = NULL;
  for (size_t i = 0; i < count; i++, tile += step) best = better_width(best, tile, ow);
  return best;
}

const microkernel *ISA_NAME(direct_3x3)(operand_mode mode, int stride, int rows, int ow);
const microkernel *ISA_NAME(direct_3x3_row)(const gconv_problem *p, operand_mode mode);
const microkernel *ISA_NAME(direct_3x3_wide)(const gconv_problem *p, operand_mode mode);
const microkernel *ISA_NAME(direct_depthwise)(int kernel, int stride, int ow);
const microkernel *ISA_NAME(direct_depthwise_any)(const gconv_problem *p);
const microkernel *ISA_NAME(direct_columns)(int stride, int ow);
const microkernel *ISA_NAME(direct_rows_3x3)(int stride, int ow);
const microkernel *ISA_NAME(direct_1x1)(operand_mode mode, int mixed, int stride, int vectors, int ow);
const microkernel *ISA_NAME(direct_1x1_half)(int stride, int vectors, int ow);
const microkernel *ISA_NAME(direct_image)(int stride, int vectors);
bool ISA_NAME(direct_is_image)(const gconv_problem *p);
const microkernel *ISA_NAME(direct_group)(int stride, int vectors);
const microkernel *ISA_NAME(direct_pixels)(int vectors);
const microkernel *ISA_NAME(direct_any)(operand_mode mode, int mixed, int stride, int vectors, int width);

typedef enum { ANY_TAPS, TAPS_3X3, DEPTHWISE, IMAGE, PIXELS } direct_family;

static inline const char *direct_family_name(direct_family family) {
  static const char *const names[] = {"any", "3x3", "depthwise", "image", "pixels"};
  return names[family];
}

static inline size_t direct_bytes(const gconv_plan *plan) { /* of src and dst */
  const gconv_counts counts = gconv_problem_count(&plan->problem);
  return (size_t)(counts.src_elems + counts.dst_elems) * sizeof(float);
}

/* src and dst come from beyond the private caches, so that it pays to prefetch them. Of layers a little larger than L2
 * prefetching made depthwise gradients 1 to 15 % slower, narrow 1x1 ones 1 to 2. */
static inline bool direct_prefetches(const gconv_plan *plan) { return direct_bytes(plan) > 4 * plan->env.caches.l2; }

/* Vectors that run together: the same microkernel and the same one or two groups. */
typedef struct {
  operand_source source;
  direct_family family;
  int vector, vectors;
  int mixed;                      /* MIX2: which of them has lanes of both groups */
  bool half;                      /* main computes only half of the last, the rest of which is padding */
  double cost;                    /* of this job and all after it, see jobs.c */
  int chunk;                      /* input indices summed per pass, so that a vector's weights stay in the L1 cache */
  const microkernel *main, *tail; /* tail: for the rows, or the last columns, that main's tile does not fill */
} vector_job;

/* Weights in plain GOIHW order: floats from one of each to the next (oc: within the group), and where tap (0, 0) of the
 * first is. A gradient reads them transposed and backwards. */
typedef struct {
  ptrdiff_t group, oc, ic, first, row, column;
} weight_view;

/* A forward convolution over the tiles: forward itself, or a part of bwd_d (dgrad.c). */
typedef struct {
  weight_view wei;
  int dst_stride_h, dst_stride_w; /* its outputs are every so many rows and columns ... */
  int ih, iw;                     /* ... of images of this size */
  bool image;                     /* src may be taken as NCHW */
} direct_pass;

/* One pixel per column and no border: the plane is one long row, if its columns can be counted. */
static inline bool direct_is_flat(const gconv_problem *p, const direct_pass *pass) {
  return (int64_t)p->ih * p->iw <= INT_MAX && p->kh == 1 && p->kw == 1 && p->stride_h == 1 && p->stride_w == 1 &&
         p->oh == p->ih && p->ow == p->iw && !p->pad_top && !p->pad_left && pass->dst_stride_h == 1 &&
         pass->dst_stride_w == 1;
}

/* Floats from a pixel of a tensor to the next one in its row. */
static inline ptrdiff_t direct_pixel(gconv_layout layout, int channels) {
  return layout == GCONV_NCHW ? 1 : layout == GCONV_NHWC ? channels : BLOCK;
}

/* The tensors of a pass: src read, dst written, wei packed. A pass plans the workspace of one thread; each thread has
 * one of its own, the size of the largest of all passes. */
typedef struct {
  const float *src, *wei;
  float *dst;
  void *workspace;
} direct_tensors;

static inline void *direct_own(const gconv_plan *plan, const gconv_args *args, int thread) {
  return (char *)args->workspace.data + plan->kernel_workspace_bytes / (size_t)plan->env.threads * (size_t)thread;
}

/* Which tile, where tile_any.c and tile_group.c both have one: what should take less time, or that of the first or of
 * the second. */
typedef enum { CHEAPER_TILE, TAP_TILE, ROW_TILE } direct_tile;

/* A way to do a pass; a pass plan's state begins with the one that made it. */
typedef struct direct_method {
  const char *name;
  gconv_status (*plan)(gconv_plan *plan, const struct direct_method *method, const direct_pass *pass);
  double (*cost)(const gconv_plan *plan); /* FMAs of whole vectors, and what takes the time of so many */
  void (*pack)(const gconv_plan *plan, const float *wei, void *packed);
  void (*share)(const gconv_plan *plan, const direct_tensors *t, int thread, int threads); /* one thread's work */
  gconv_layout layout;                                                                     /* of src and dst */
  int vectors;      /* that run together, wherever so many can; 0: as many as should take least time */
  direct_tile tile; /* blocks */
} direct_method;

extern const direct_method ISA_NAME(direct_blocks), ISA_NAME(direct_planes), ISA_NAME(direct_nhwc);
/* Blocks and nhwc with tiles that the count of instructions passes over. */
extern const direct_method ISA_NAME(direct_tiles)[];

static inline const direct_method *direct_method_of(const gconv_plan *plan) {
  return *(const direct_method *const *)plan->state;
}

typedef struct {
  const direct_method *method;
  geometry g;
  weight_view wei;
  ptrdiff_t dst_image; /* floats from one image to the next */
  bool dst_strided;    /* outputs are not neighbours: only the tap tile can store them */
  int jobs, row_step;  /* output rows per unit of work */
  int x_step;          /* output columns per unit of work */
  bool flat;           /* one pixel per column and no border: the plane is one long row */
  bool one_tap;        /* 1x1, and no output has its pixel outside */
  bool image;          /* src is NCHW, see tile_image.c */
  int group_vectors;   /* NHWC: of each group, the first of which begins with it; else 0 */
  bool prefetch;       /* direct_prefetches */
  bool large;          /* src and dst exceed the last cache */
  bool jobs_inner;     /* all vectors for some rows or columns before the next */
  ptrdiff_t wei_vector;
  vector_job job[];
} direct_state;

/* The first output channel of a vector, and the channel behind its last one; of padding there are none. */
static inline gconv_range direct_channels(const gconv_problem *p, const direct_state *state, int vector) {
  const int per = state->group_vectors, group = per ? vector / per : 0;
  const int first = per ? group * p->ocg + vector % per * VL : vector * VL, end = per ? (group + 1) * p->ocg : p->oc;
  return (gconv_range){first, gconv_max(gconv_min(first + VL, end), first)};
}

/* Fills state->job; `index` has room for icg * VL numbers a vector where icg <= VL. */
void ISA_NAME(direct_choose_jobs)(const gconv_plan *plan, direct_state *state, int vectors, int32_t *index);
void ISA_NAME(direct_share)(const gconv_plan *plan, const direct_tensors *t, int thread, int threads);
void ISA_NAME(direct_pack_vectors)(const gconv_plan *plan, const float *wei, void *packed);

#endif
