/* order.h - in which order the repetitions of several benchmarks run: in rounds in which each benchmark has one, so
 * that all of them see the machine at the same moments; within a round in an order that changes from round to round and
 * follows from the seed, so that a run can be repeated in its order. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_GBENCH_ORDER_H
#define GCONV_GBENCH_ORDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const char *name;
  int first, count; /* repetitions that it has had already, and that are to come */
} order_item;

typedef struct {
  size_t item;
  int repetition; /* of those to come */
  int round;      /* of all that the item has had and will have: what the order within a round is drawn for */
  uint64_t key;
} order_turn;

size_t order_count(const order_item *items, size_t count);
/* Rounds. Whether one of two benchmarks comes before the other depends on seed, round and their names alone, not on
 * what else there is: a run of fewer kernels, or one that is continued, keeps their order. `turns`: order_count. */
void order_interleaved(const order_item *items, size_t count, uint64_t seed, order_turn *turns);
/* One item after the other. */
void order_consecutive(const order_item *items, size_t count, order_turn *turns);

#ifdef __cplusplus
}
#endif
#endif
