/* tile_3x3_wide_14.c - the tiles of all widths. */
#include "impl/direct/tile_3x3_wide.h"
