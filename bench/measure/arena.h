/* arena.h - the memory every timed call runs in. One for the whole run: benchmarks of a unit are interleaved, and a set
 * of buffers for each of them would neither fit in memory nor be equally warm. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_ARENA_H
#define GCONV_RUN_ARENA_H

#include "gconv.h"

/* Where src and dst are to begin, in bytes behind the start of a page. */
typedef struct {
  size_t src, dst;
} arena_offsets;

typedef struct {
  const arena_offsets *offsets; /* NULL: the arena staggers them as everything else */
  bool ask_huge;                /* set by the user: huge pages, please (madvise) */
  void *mapping;
  char *base; /* in the mapping, where a huge page may begin */
  size_t bytes, used;
  int64_t huge_bytes; /* of them in huge pages, -1 where the system does not tell; some systems give them unasked */
  int refused;        /* errno of the request */
} arena;

extern const char arena_placement[]; /* alignment and first touch, in words */

/* Makes room for `bytes`, contents undefined, every page touched. False with gconv_last_error() without memory. */
bool arena_reserve(arena *a, size_t bytes);
/* What arena_grant takes of a reservation. */
size_t arena_cost(size_t bytes);
/* The next `bytes` of the reservation, aligned for any kernel. Reserving starts anew. */
gconv_buffer arena_grant(arena *a, size_t bytes);
/* The same, `offset` bytes behind the start of a page: may take ARENA_PAGE bytes more. */
gconv_buffer arena_grant_at(arena *a, size_t bytes, size_t offset);
enum { ARENA_PAGE = 4096 };
void arena_free(arena *a);

#endif
