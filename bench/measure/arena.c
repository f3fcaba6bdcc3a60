/* pool.c - one mapping, replaced by a larger one when a benchmark needs more, handed out from its start each time. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include "core/error.h"
#include "pages.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Buffers start an odd multiple of a cache line after one another: tensors whose sizes are powers of two would
 * otherwise all begin at one page offset, where stores and later loads look alike to the CPU (4 KiB aliasing). */
enum { LINE = 64, STAGGER = 5 * LINE, GROWTH = 1 << 21 /* a huge page */ };

const char pool_placement[] =
    "aligned to 64 bytes, each 320 bytes further into its page; first touched by all threads, 16 pages in turn";

static size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

size_t pool_cost(size_t bytes) { return round_up(bytes, LINE) + STAGGER; }

/* All threads touch pages in turn: on a machine with several memory nodes no thread count is favoured. */
static void touch(char *base, size_t bytes) {
#pragma omp parallel for schedule(static, 16)
  for (size_t at = 0; at < bytes; at += POOL_PAGE) base[at] = 0;
}

bool pool_reserve(pool *p, size_t bytes) {
  p->used = 0;
  if (bytes <= p->bytes) return true;
  pool_free(p);
  const size_t size = round_up(bytes, GROWTH);
  void *mapping = mmap(NULL, size + GROWTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of buffers", size);
    return false;
  }
  char *base = (char *)mapping + (GROWTH - (uintptr_t)mapping % GROWTH) % GROWTH;
  *p = (pool){.offsets = p->offsets, .ask_huge = p->ask_huge, .mapping = mapping, .base = base, .bytes = size};
  if (p->ask_huge && madvise(base, size, MADV_HUGEPAGE)) p->refused = errno;
  touch(p->base, p->bytes);
  p->huge_bytes = pages_huge_bytes(p->base, p->bytes);
  return true;
}

gconv_buffer pool_grant(pool *p, size_t bytes) {
  gconv_buffer buffer = {p->base + p->used, bytes};
  p->used += pool_cost(bytes);
  return buffer;
}

gconv_buffer pool_grant_at(pool *p, size_t bytes, size_t offset) {
  const size_t at = p->used + (offset + POOL_PAGE - p->used % POOL_PAGE) % POOL_PAGE; /* the base begins a page */
  const gconv_buffer buffer = {p->base + at, bytes};
  p->used = round_up(at + bytes, LINE);
  return buffer;
}

void pool_free(pool *p) {
  if (p->mapping) munmap(p->mapping, p->bytes + GROWTH);
  *p = (pool){.offsets = p->offsets, .ask_huge = p->ask_huge};
}
