/* pictures.h - what the training run learns to tell apart: shapes of random place, size and colours in noise. Drawn,
 * not stored: picture i of a seed is the same on every machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TRAIN_PICTURES_H
#define GCONV_TRAIN_PICTURES_H

#include <stdint.h>

enum { PICTURE_SIDE = 12, PICTURE_PLANES = 3, PICTURE_CLASSES = 5 };

/* Planes of PICTURE_SIDE x PICTURE_SIDE with values about [-1, 1]. Returns the class. */
int picture_draw(uint64_t seed, int64_t i, float *planes);

#endif
