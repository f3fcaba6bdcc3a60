/* order.c - a round is sorted by a hash of seed, round and name. Google Benchmark's own interleaving shuffles with a
 * seed from std::random_device, which it neither takes nor tells, and lets one benchmark have several repetitions at
 * once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "order.h"

#include <stdlib.h>

/* FNV-1a. */
static uint64_t hash_text(const char *text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
  return hash;
}

/* The finalizer of splitmix64: each bit of the result depends on all of `value`. */
static uint64_t mix(uint64_t value) {
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
  value = (value ^ value >> 27) * 0x94d049bb133111ebu;
  return value ^ value >> 31;
}

size_t order_count(const order_item *items, size_t count) {
  size_t turns = 0;
  for (size_t i = 0; i < count; i++) turns += (size_t)items[i].count;
  return turns;
}

void order_consecutive(const order_item *items, size_t count, order_turn *turns) {
  for (size_t i = 0; i < count; i++)
    for (int repetition = 0; repetition < items[i].count; repetition++)
      *turns++ = (order_turn){.item = i, .repetition = repetition, .round = items[i].first + repetition};
}

static int compare(const void *a, const void *b) {
  const order_turn *x = a, *y = b;
  if (x->repetition != y->repetition) return x->repetition < y->repetition ? -1 : 1;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->item > y->item) - (x->item < y->item);
}

void order_interleaved(const order_item *items, size_t count, uint64_t seed, order_turn *turns) {
  static const uint64_t odd = 0x9e3779b97f4a7c15u; /* 2^64 over the golden ratio: neighbours become far apart */
  const size_t all = order_count(items, count);
  order_consecutive(items, count, turns);
  for (size_t i = 0; i < all; i++)
    turns[i].key = mix(mix(seed + odd * ((uint64_t)turns[i].round + 1)) ^ hash_text(items[turns[i].item].name));
  qsort(turns, all, sizeof *turns, compare);
}
