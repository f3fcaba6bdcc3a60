/* arena.c - one mapping, replaced by a larger one when a benchmark needs more, handed out from its start each time. */
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

const char arena_placement[] =
    "aligned to 64 bytes, each 320 bytes further into its page; first touched by all threads, 16 pages in turn";

static size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

size_t arena_cost(size_t bytes) { return round_up(bytes, LINE) + STAGGER; }

/* All threads touch pages in turn: on a machine with several memory nodes no thread count is favoured. */
static void touch(char *base, size_t bytes) {
#pragma omp parallel for schedule(static, 16)
  for (size_t at = 0; at < bytes; at += ARENA_PAGE) base[at] = 0;
}

bool arena_reserve(arena *a, size_t bytes) {
  a->used = 0;
  if (bytes <= a->bytes) return true;
  arena_free(a);
  const size_t size = round_up(bytes, GROWTH);
  void *mapping = mmap(NULL, size + GROWTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) {
    gconv_error(GCONV_NO_MEMORY, "no memory for %zu bytes of buffers", size);
    return false;
  }
  char *base = (char *)mapping + (GROWTH - (uintptr_t)mapping % GROWTH) % GROWTH;
  *a = (arena){.offsets = a->offsets, .ask_huge = a->ask_huge, .mapping = mapping, .base = base, .bytes = size};
  if (a->ask_huge && madvise(base, size, MADV_HUGEPAGE)) a->refused = errno;
  touch(a->base, a->bytes);
  a->huge_bytes = pages_huge_bytes(a->base, a->bytes);
  return true;
}

gconv_buffer arena_grant(arena *a, size_t bytes) {
  gconv_buffer buffer = {a->base + a->used, bytes};
  a->used += arena_cost(bytes);
  return buffer;
}

gconv_buffer arena_grant_at(arena *a, size_t bytes, size_t offset) {
  const size_t at = a->used + (offset + ARENA_PAGE - a->used % ARENA_PAGE) % ARENA_PAGE; /* the base begins a page */
  const gconv_buffer buffer = {a->base + at, bytes};
  a->used = round_up(at + bytes, LINE);
  return buffer;
}

void arena_free(arena *a) {
  if (a->mapping) munmap(a->mapping, a->bytes + GROWTH);
  *a = (arena){.offsets = a->offsets, .ask_huge = a->ask_huge};
}
