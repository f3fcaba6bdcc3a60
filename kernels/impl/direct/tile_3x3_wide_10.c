/* tile_3x3_wide_10.c - the tiles of 10 columns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/tile_3x3_wide.h"

#if HAS_WIDE_3X3
WIDE_3X3(10)
#endif
