/* buffer.h - buffers that notice misuse: NaN-patterned red zones on both sides, contents poisoned before use. */
#ifndef GCONV_TESTS_BUFFER_H
#define GCONV_TESTS_BUFFER_H

#include "gconv.h"

/* Every aligned word of a poisoned buffer: NaN as a float, and two of them NaN as a double, so that a sum over memory
 * nobody wrote cannot look right. */
enum { GUARD_POISON = 0x7ffda5a5 };

typedef struct {
  gconv_buffer user; /* what a kernel sees; data is valid even when bytes is 0 */
  void *base;
  size_t base_bytes;
} guarded_buffer;

/* `bytes` poisoned, red zones of at least 4096 bytes directly on each side. data is 64-byte aligned plus `skew` bytes
 * (0 to 63): tensors are promised 4-byte alignment only. False without memory; the buffer may then still be freed. */
bool guarded_alloc(guarded_buffer *b, size_t bytes, size_t skew);
void guarded_poison(guarded_buffer *b);
/* NULL if both red zones are intact, else which side was overwritten: "before" or "after". */
const char *guarded_damage(const guarded_buffer *b);
/* A fingerprint of the contents: equal before and after proves that nobody wrote. */
uint64_t guarded_fingerprint(const guarded_buffer *b);
void guarded_free(guarded_buffer *b);

#endif
