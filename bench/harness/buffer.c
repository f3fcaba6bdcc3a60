/* buffer.c - red zones, poison and fingerprints. Red-zone words are NaNs that count upwards and have no zero byte, so
 * that zeros, a copy of poison and even a shifted copy of the zone itself change them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGN = 64, ZONE = 4096, ZONE_WORD = 0x7ffe8001, COUNT_MASK = 0x3fff };

static uint8_t zone_byte(size_t at) {
  const uint32_t word = (uint32_t)ZONE_WORD | (uint32_t)(at / 4 & COUNT_MASK) << 1;
  return (uint8_t)(word >> 8 * (at % 4));
}

static void fill_zone(uint8_t *begin, const uint8_t *end) {
  for (size_t at = 0; begin + at < end; at++) begin[at] = zone_byte(at);
}

static bool zone_intact(const uint8_t *begin, const uint8_t *end) {
  for (size_t at = 0; begin + at < end; at++)
    if (begin[at] != zone_byte(at)) return false;
  return true;
}

static uint8_t *user_end(const guarded_buffer *b) { return (uint8_t *)b->user.data + b->user.bytes; }

static uint8_t *base_end(const guarded_buffer *b) { return (uint8_t *)b->base + b->base_bytes; }

static void prepare(guarded_buffer *b, uint8_t *base, size_t total, uint8_t *data, size_t bytes) {
  *b = (guarded_buffer){{data, bytes}, base, total, false};
  fill_zone(base, data);
  fill_zone(user_end(b), base_end(b));
  guarded_poison(b);
}

bool guarded_alloc(guarded_buffer *b, size_t bytes, size_t skew) {
  *b = (guarded_buffer){0};
  const size_t overhead = 2 * ZONE + 2 * ALIGN;
  if (bytes > SIZE_MAX - overhead) return false;
  const size_t total = (bytes + overhead) / ALIGN * ALIGN;
  uint8_t *base = aligned_alloc(ALIGN, total);
  if (!base) return false;
  prepare(b, base, total, base + ZONE + skew, bytes);
  return true;
}

bool guarded_alloc_page(guarded_buffer *b, size_t bytes, guard_place place, size_t align) {
  *b = (guarded_buffer){0};
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), needed = (bytes + align - 1) / align * align;
  if (needed > SIZE_MAX - 3 * page) return false;
  const size_t inner = (needed + page - 1) / page * page;
  uint8_t *map = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) return false;
  uint8_t *base = map + page;
  if (inner && mprotect(base, inner, PROT_READ | PROT_WRITE)) {
    munmap(map, inner + 2 * page);
    return false;
  }
  prepare(b, base, inner, place == GUARD_PAGE_AFTER ? base + inner - needed : base, bytes);
  b->mapped = true;
  return true;
}

void guarded_poison(guarded_buffer *b) {
  const uint32_t poison = GUARD_POISON;
  uint8_t *data = b->user.data;
  for (size_t at = 0; at < b->user.bytes; at += sizeof poison) {
    const size_t left = b->user.bytes - at;
    memcpy(data + at, &poison, left < sizeof poison ? left : sizeof poison);
  }
}

void guarded_withhold(guarded_buffer *b) {
  guarded_poison(b);
  if (b->mapped && b->base_bytes) mprotect(b->base, b->base_bytes, PROT_NONE);
}

void guarded_allow(const guarded_buffer *b) {
  if (b->mapped && b->base_bytes) mprotect(b->base, b->base_bytes, PROT_READ | PROT_WRITE);
}

const char *guarded_damage(const guarded_buffer *b) {
  if (!zone_intact(b->base, b->user.data)) return "before";
  return zone_intact(user_end(b), base_end(b)) ? NULL : "after";
}

int64_t guarded_distance(const guarded_buffer *b, const void *address) {
  const uintptr_t at = (uintptr_t)address, begin = (uintptr_t)b->user.data, end = begin + b->user.bytes;
  return at < begin ? -(int64_t)(begin - at) : at < end ? 0 : (int64_t)(at - end) + 1;
}

/* Multiply and fold, eight bytes a step: every input bit reaches every output bit. */
uint64_t guarded_fingerprint(const guarded_buffer *b) {
  const uint8_t *data = b->user.data;
  uint64_t hash = b->user.bytes;
  for (size_t at = 0; at < b->user.bytes; at += sizeof hash) {
    const size_t left = b->user.bytes - at;
    uint64_t word = 0;
    memcpy(&word, data + at, left < sizeof word ? left : sizeof word);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: odd, so the step loses nothing */
    hash ^= hash >> 32;
  }
  return hash;
}

void guarded_free(guarded_buffer *b) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  if (b->mapped)
    munmap((uint8_t *)b->base - page, b->base_bytes + 2 * page);
  else
    free(b->base);
  *b = (guarded_buffer){0};
}
