/* operand_source.h - made at plan time: where output vector number `vector` takes its input from. A header, because VL
 * differs with the instruction set it is compiled for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_COMMON_OPERAND_SOURCE_H
#define GCONV_COMMON_OPERAND_SOURCE_H

#include "common/operand.h"
#include "gconv_kernel.h"

/* Lane numbers for groups whose input lies in one vector, or in two neighbouring ones (`two`). Which input a lane takes
 * at step i is free as long as it takes each once (the weights are packed to match): eight channels first use the half
 * of their group that needs no crossing of four lanes. */
static inline void operand_fill_index(const gconv_problem *p, operand_source *o, int first, int lanes, bool two,
                                      int32_t *index) {
  const int aligned = o->channel / VL * VL, group = first / p->ocg;
  const bool halves = p->icg == 8 && p->ocg == 8 && !two;
  o->mode = two ? PERMUTE2 : p->icg == p->ocg ? SHUFFLE : PERMUTE;
  o->shuffled = p->icg;
  for (int i = p->icg - 1; i >= 0; i--)
    for (int lane = 0; lane < lanes; lane++) {
      const int g = (first + lane) / p->ocg - group, input = halves ? i ^ (lane & 4) : i;
      const int from = o->channel + g * p->icg + input - aligned;
      index[i * VL + lane] = from; /* NOLINT(clang-analyzer-core.NullDereference): there where the mode needs it */
      if (two || from / 4 == lane / 4) continue;
      o->mode = PERMUTE;
      o->shuffled = i;
    }
  o->channel = aligned;
  o->index = index;
}

/* `index` has room for icg rows of VL lane numbers; taken where the result points to it. */
static inline operand_source operand_source_of(const gconv_problem *p, int vector, int32_t *index) {
  const int first = vector * VL, last = gconv_min(first + VL, p->oc) - 1;
  if (VL > 1 && p->icg == 1 && p->ocg == 1) /* lanes of padding too: there src is zero, and so are the weights */
    return (operand_source){.mode = LOAD, .groups = VL, .channel = first, .icg = 1};
  if (first > last)
    return (operand_source){.mode = MIX, .icg = p->icg}; /* padding lanes only: no group, zeros are stored */
  const int group = first / p->ocg;
  operand_source o = {.groups = last / p->ocg - group + 1, .channel = group * p->icg, .icg = p->icg};
  const int channel_last = o.channel + o.groups * p->icg - 1;
  for (int lane = 0; lane <= last - first; lane++) o.lanes[(first + lane) / p->ocg - group] |= 1u << lane;
  if (o.groups == 1)
    o.mode = BCAST;
  else if (channel_last / VL == o.channel / VL)
    operand_fill_index(p, &o, first, last - first + 1, false, index);
  else if (VL > 1 && o.groups > 2 && p->icg <= VL && channel_last / VL == o.channel / VL + 1)
    operand_fill_index(p, &o, first, last - first + 1, true, index);
  else
    o.mode = o.groups == 2 ? MIX2 : MIX;
  return o;
}

/* Whether the vector and the next one take the same operands: both lie in one group. */
static inline bool operand_shared(const gconv_problem *p, const operand_source *o, int vector) {
  const int last = (vector + 2) * VL - 1;
  return o->mode == BCAST && last < p->oc && last / p->ocg == vector * VL / p->ocg;
}

/* The input index of its group, `group_channel` being the first, that lane `lane` of the vector uses at step i. */
static inline int operand_input(const operand_source *o, int group_channel, int i, int lane) {
  return o->index ? o->index[i * VL + lane] + o->channel - group_channel : i;
}

#endif
