/* pictures.c - integers and exactly rounded operations only, so that no mathematical library has a say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "pictures.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static int between(uint64_t *state, int low, int high) { return low + (int)(next(state) >> 33) % (high - low + 1); }

typedef struct {
  int y, x, radius;
} place;

static int magnitude(int a) { return a < 0 ? -a : a; }

static int disc(place p, int y, int x) { return (y - p.y) * (y - p.y) + (x - p.x) * (x - p.x) <= p.radius * p.radius; }

static int frame(place p, int y, int x) {
  const int dy = magnitude(y - p.y), dx = magnitude(x - p.x);
  return (dy > dx ? dy : dx) == p.radius;
}

static int cross(place p, int y, int x) {
  const int dy = magnitude(y - p.y), dx = magnitude(x - p.x);
  return (dy == 0 || dx == 0) && dy + dx <= p.radius;
}

static int saltire(place p, int y, int x) {
  const int dy = magnitude(y - p.y), dx = magnitude(x - p.x);
  return dy == dx && dy <= p.radius;
}

static int stripes(place p, int y, int x) {
  const int dy = magnitude(y - p.y), dx = magnitude(x - p.x);
  return dy <= p.radius && dx <= p.radius && (dy & 1) == 0;
}

static int (*const classes[PICTURE_CLASSES])(place p, int y, int x) = {disc, frame, cross, saltire, stripes};

int picture_draw(uint64_t seed, int64_t i, float *planes) {
  uint64_t state = seed * 0xd1342543de82ef95u + (uint64_t)i;
  next(&state);
  const int class = between(&state, 0, PICTURE_CLASSES - 1), radius = between(&state, 2, 4);
  const place p = {between(&state, radius, PICTURE_SIDE - 1 - radius),
                   between(&state, radius, PICTURE_SIDE - 1 - radius), radius};
  for (int c = 0; c < PICTURE_PLANES; c++) {
    const int shape = between(&state, 16, 48), ground = between(&state, -48, -16);
    for (int y = 0; y < PICTURE_SIDE; y++)
      for (int x = 0; x < PICTURE_SIDE; x++)
        *planes++ = (float)((classes[class](p, y, x) ? shape : ground) + between(&state, -16, 16)) / 64;
  }
  return class;
}
