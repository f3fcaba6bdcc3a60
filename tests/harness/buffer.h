/* buffer.h - aligned buffers with NaN-patterned red zones on both sides, poisoned before use. */
#ifndef GCONV_TESTS_BUFFER_H
#define GCONV_TESTS_BUFFER_H

#include "gconv.h"

typedef struct {
  gconv_buffer user; /* what a kernel sees: 64-byte aligned; data may be used even when bytes is 0 */
  void *base;
  size_t base_bytes;
} guarded_buffer;

/* `bytes` poisoned with NaN patterns, red zones of at least 4096 bytes on each side. Returns false without memory. */
bool guarded_alloc(guarded_buffer *b, size_t bytes);
void guarded_poison(guarded_buffer *b);
/* NULL if both red zones are intact, else which side was overwritten: "before" or "after". */
const char *guarded_damage(const guarded_buffer *b);
void guarded_free(guarded_buffer *b);

#endif
