/* stream.h - the loops behind the bandwidth ceilings, as in STREAM: read, write, copy (b = a) and triad (c = a + s b),
 * one function for each and each ISA. Bytes are those the program moves; what a cache fetches before it is written is
 * not counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_MACHINE_STREAM_H
#define GCONV_MACHINE_STREAM_H

#include "gconv.h"

typedef enum { STREAM_READ, STREAM_WRITE, STREAM_COPY, STREAM_TRIAD, STREAMS } stream_kind;

enum { STREAM_UNIT = 512 }; /* bytes of an array are a multiple of this: eight of the widest vectors */

const char *stream_name(stream_kind kind);
int stream_arrays(stream_kind kind);
/* Goes `passes` times over arrays of `bytes` bytes each, 64-byte aligned. */
void stream_run(gconv_isa isa, stream_kind kind, float *const array[3], size_t bytes, int64_t passes);

#endif
