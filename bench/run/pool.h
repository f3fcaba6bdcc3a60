/* pool.h - the memory every timed call runs in. One for the whole run: benchmarks of a block are interleaved, and a set
 * of buffers for each of them would neither fit in memory nor be equally warm. */
#ifndef GCONV_RUN_POOL_H
#define GCONV_RUN_POOL_H

#include "gconv.h"

typedef struct {
  char *base;
  size_t bytes, used;
} pool;

/* Makes room for `bytes`, contents undefined, every page touched. False with gconv_last_error() without memory. */
bool pool_reserve(pool *p, size_t bytes);
/* What pool_grant takes of a reservation. */
size_t pool_cost(size_t bytes);
/* The next `bytes` of the reservation, aligned for any kernel. Reserving starts anew. */
gconv_buffer pool_grant(pool *p, size_t bytes);
void pool_free(pool *p);

#endif
