/* buffer.h - buffers that notice misuse: NaN-patterned red zones or forbidden pages on both sides, contents poisoned
 * before use. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_BUFFER_H
#define GCONV_TESTS_BUFFER_H

#include "gconv.h"

/* Every aligned word of a poisoned buffer: NaN as a float, and two of them NaN as a double, so that a sum over memory
 * nobody wrote cannot look right. */
enum { GUARD_POISON = 0x7ffda5a5 };

typedef struct {
  gconv_buffer user; /* what a kernel sees; data is valid even when bytes is 0 */
  void *base;        /* what may be touched: red zones and user */
  size_t base_bytes;
  bool mapped; /* one page before base and one after it cannot be touched */
} guarded_buffer;

/* Red zones notice what is written; only a forbidden page notices what is merely read, and at one end at a time, since
 * sizes are no multiple of a page. */
typedef enum { GUARD_ZONES, GUARD_PAGE_AFTER, GUARD_PAGE_BEFORE, GUARD_PLACES } guard_place;

/* `bytes` poisoned, red zones of at least 4096 bytes directly on each side. data is 64-byte aligned plus `skew` bytes
 * (0 to 63): tensors are promised 4-byte alignment only. False without memory; the buffer may then still be freed. */
bool guarded_alloc(guarded_buffer *b, size_t bytes, size_t skew);
/* The same between forbidden pages: data begins where one ends, or ends where one begins (less what `align`, a power of
 * two up to a page, takes); the rest of the last page is red zone. */
bool guarded_alloc_page(guarded_buffer *b, size_t bytes, guard_place place, size_t align);
void guarded_poison(guarded_buffer *b);
/* Contents that nobody may use any more: poison, and between forbidden pages no access at all, until allowed again. */
void guarded_withhold(guarded_buffer *b);
void guarded_allow(const guarded_buffer *b);
/* NULL if both red zones are intact, else which side was overwritten: "before" or "after". */
const char *guarded_damage(const guarded_buffer *b);
/* How far `address` is from the buffer: 0 inside, negative before it, else bytes after its end. */
int64_t guarded_distance(const guarded_buffer *b, const void *address);
/* A fingerprint of the contents: equal before and after proves that nobody wrote. */
uint64_t guarded_fingerprint(const guarded_buffer *b);
void guarded_free(guarded_buffer *b);

#endif
