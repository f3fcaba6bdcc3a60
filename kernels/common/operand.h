/* operand.h - how the input reaches the lanes of an output vector: the idea behind `direct`, and what the products
 * of `winograd` take from it.
 *
 * A vector holds VL consecutive output channels. For input index i (0..icg-1) lane l needs channel group(l)*icg + i of
 * the source pixel; only this gathering depends on the groups, so it is the one thing that comes in variants:
 *   LOAD      icg = ocg = 1: the pixel's own channels, one load
 *   SHUFFLE   groups of two or four channels, in as out, inside four lanes: a load and a shuffle within fours
 *   PERMUTE   whole groups inside one vector: a load and an in-register permute
 *   PERMUTE2  groups that lie in two neighbouring vectors of input: two loads and a permute of both
 *   BCAST     one group fills the vector: one broadcast load
 *   MIX2      the vector straddles two groups: two broadcast loads, the second into its lanes only
 *   MIX       any other: one broadcast load per group in the vector
 * All lanes do useful work in every variant, whatever the group width. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_OPERAND_H
#define GCONV_COMMON_OPERAND_H

#include "core/integers.h"
#include "simd/simd.h"

#include <stddef.h>

enum { BLOCK = 16 }; /* channels per block of NCHW16c, floats per pixel of a block */

/* Vectors of whole blocks, the last of which may have lanes that are padding. */
static inline int vectors_of(int channels) { return (int)gconv_ceil_div(channels, BLOCK) * (BLOCK / VL); }

typedef enum { LOAD, SHUFFLE, PERMUTE, PERMUTE2, BCAST, MIX2, MIX, OPERANDS } operand_mode;

static inline const char *operand_mode_name(operand_mode mode) {
  static const char *const names[OPERANDS] = {"load", "shuffle", "permute", "permute2", "bcast", "mix2", "mix"};
  return names[mode];
}

/* Every `stride`-th pixel of a row of a block into L2, of which far more can be under way than into L1: layers in
 * memory are limited by that. */
INLINE void prefetch_pixels(const float *first, const int stride, const int count) {
  UNROLLED (c, count) __builtin_prefetch(first + c * stride * BLOCK, 0, 2);
}

/* Where one oc vector takes its input from. */
typedef struct {
  operand_mode mode;
  int groups;  /* groups that have lanes in this vector */
  int channel; /* first input channel of the first of them (up to PERMUTE2: of the vector's input) */
  int icg;
  uint32_t lanes[16];   /* lanes of each group, as bits */
  const int32_t *index; /* SHUFFLE to PERMUTE2: icg rows of VL lane numbers */
  int shuffled;         /* PERMUTE: as many leading rows stay within four lanes */
} operand_source;

/* Pointers for input index i; `pixel` offsets are added by operand(). */
typedef struct {
  const float *first;
  const float *second;
  v_index index;
} operand_at;

/* Unsigned, so that the divisions are a shift and a mask. */
INLINE ptrdiff_t channel_offset(int channel, ptrdiff_t block_stride) {
  return (ptrdiff_t)((unsigned)channel / BLOCK) * block_stride + (ptrdiff_t)((unsigned)channel % BLOCK);
}

INLINE operand_at operand_for(const operand_source *o, const operand_mode mode, const float *src,
                              ptrdiff_t block_stride, int i) {
  operand_at at = {.first = src};
  if (mode <= PERMUTE2)
    at.first = src + channel_offset(o->channel, block_stride);
  else
    at.first = src + channel_offset(o->channel + i, block_stride);
  if (mode == PERMUTE2) at.second = src + channel_offset(o->channel + VL, block_stride);
  if (mode >= SHUFFLE && mode <= PERMUTE2) at.index = v_index_load(o->index + i * VL);
  if (mode == MIX2) at.second = src + channel_offset(o->channel + o->icg + i, block_stride);
  return at;
}

/* Where the operands of a call come from: of the vector's source in an image, floats from one channel block of which to
 * the next. */
typedef struct {
  const operand_source *source;
  const float *src;
  ptrdiff_t block;
} operand_image;

/* second: lanes of the second group. Where `edge`, the pixel may be outside: nothing is read, and all lanes are zero,
 * where `inside` is clear. */
typedef struct {
  v_mask second;
  bool edge;
  v_mask inside;
} operand_lanes;

/* The operand of input index i, whose pointers are `at`, at `pixel` floats from the image's first. */
INLINE v_f32 operand(const operand_image from, const operand_mode mode, const operand_at *at, int i, ptrdiff_t pixel,
                     const operand_lanes lanes) {
  const bool edge = lanes.edge;
  const v_mask inside = lanes.inside, second = lanes.second;
  switch (mode) {
  case LOAD:
    return edge ? v_load_masked(inside, at->first + pixel) : v_load(at->first + pixel);
  case SHUFFLE:
    return v_shuffle4(at->index, edge ? v_load_masked(inside, at->first + pixel) : v_load(at->first + pixel));
  case PERMUTE:
    return v_permute(at->index, edge ? v_load_masked(inside, at->first + pixel) : v_load(at->first + pixel));
  case PERMUTE2:
    if (edge)
      return v_permute2(at->index, v_load_masked(inside, at->first + pixel), v_load_masked(inside, at->second + pixel));
    return v_permute2(at->index, v_load(at->first + pixel), v_load(at->second + pixel));
  case BCAST:
    return edge ? v_bcast_masked(inside, at->first + pixel) : v_bcast(at->first + pixel);
  case MIX2:
    if (edge) {
      const v_f32 head = v_bcast_masked(inside, at->first + pixel);
      return v_select(second, v_bcast_masked(inside, at->second + pixel), head);
    }
    return v_bcast_into(v_bcast(at->first + pixel), second, at->second + pixel);
  default:
    break;
  }
  const operand_source *o = from.source;
  v_f32 x = v_zero();
  for (int g = 0; g < o->groups; g++) {
    const float *p = from.src + channel_offset(o->channel + g * o->icg + i, from.block) + pixel;
    x = edge ? v_select(v_mask_of(o->lanes[g]), v_bcast_masked(inside, p), x)
             : v_bcast_into(x, v_mask_of(o->lanes[g]), p);
  }
  return x;
}

#endif
