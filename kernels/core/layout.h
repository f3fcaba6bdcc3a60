/* layout.h - channel blocks of the layouts, for the conversion. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_CORE_LAYOUT_H
#define GCONV_CORE_LAYOUT_H

#include "gconv.h"

int64_t gconv_channel_block(gconv_layout layout, int channels);   /* channels stored next to each other */
int64_t gconv_padded_channels(gconv_layout layout, int channels); /* channels with the zero lanes of the last block */

#endif
