/* race.h - the fastest kernel for a convolution, found by trying: what "best" means for a network. Each layer shape is
 * raced once, in the layout each kernel likes; what conversions between different choices cost is seen only when the
 * whole network is timed. */
#ifndef GCONV_NET_RACE_H
#define GCONV_NET_RACE_H

#include "gconv.h"

typedef struct race race;

/* Among these kernels (kept, not copied). NULL without memory. */
race *race_create(const char *const *kernels, size_t count, unsigned isa_mask, int threads);
void race_free(race *r);
/* The winner's name; NULL with a sentence if no kernel takes the problem. Fits net_request.kernel_for. */
const char *race_winner(void *race, const gconv_problem *problem);

#endif
