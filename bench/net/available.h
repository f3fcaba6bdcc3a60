/* available.h - the memory that a program can still have. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_NET_AVAILABLE_H
#define GCONV_NET_AVAILABLE_H

#include <stdint.h>

/* What the system says can be had without swapping, no more than a container's limit: read once, before there are nets,
 * as callers add up what these take themselves. Physical memory where the system does not say. */
uint64_t available_bytes(void);

#endif
