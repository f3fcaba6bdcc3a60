/* draw.c - a problem from a seed and an index: mostly small and awkward, or with work enough to be timed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include "core/error.h"
#include "data.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t seed;
  int drawn;
} source;

static int draw(source *s, int low, int high) {
  return low + (int)(data_seed(s->seed, s->drawn++) % (uint64_t)(high - low + 1));
}

/* One of a row's favourites; the last one in a few cases stands for anything up to it. */
static int favourite(source *s, const int *values, int count) {
  const int value = values[draw(s, 0, count - 1)];
  return draw(s, 0, 7) ? value : draw(s, 1, values[count - 1]);
}

#define FAVOURITE(s, ...) favourite(s, (const int[]){__VA_ARGS__}, (int)(sizeof(int[]){__VA_ARGS__} / sizeof(int)))

static void draw_channels(source *s, gconv_problem *p) {
  p->groups = FAVOURITE(s, 1, 1, 2, 2, 3, 4, 5, 7, 8, 16, 19, 32, 48);
  const bool depthwise = !draw(s, 0, 5);
  const int icg = depthwise ? 1 : FAVOURITE(s, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 24, 32, 33, 48, 64, 70);
  const int ocg = depthwise       ? draw(s, 1, 2)
                  : draw(s, 0, 1) ? icg
                                  : FAVOURITE(s, 1, 2, 3, 4, 6, 8, 13, 16, 20, 31, 32, 40, 64);
  p->ic = p->groups * icg, p->oc = p->groups * ocg;
  p->batch = FAVOURITE(s, 1, 1, 1, 2, 2, 3, 5);
}

static int draw_pad(source *s, int kernel) { return draw(s, 0, 2) ? kernel / 2 : draw(s, -2, kernel + 1); }

/* Rows, then columns, which in half of the problems are as the rows. */
static void draw_plane(source *s, gconv_problem *p) {
  p->ih = FAVOURITE(s, 1, 2, 3, 5, 7, 8, 9, 13, 14, 15, 16, 17, 28, 33);
  p->kh = FAVOURITE(s, 1, 1, 2, 3, 3, 3, 4, 5, 7, 11);
  p->stride_h = FAVOURITE(s, 1, 1, 1, 2, 2, 3, 4);
  p->dilation_h = FAVOURITE(s, 1, 1, 1, 1, 1, 2, 3, 4) - 1;
  p->pad_top = draw_pad(s, p->kh), p->pad_bottom = draw_pad(s, p->kh);
  p->iw = p->ih, p->kw = p->kh, p->stride_w = p->stride_h, p->dilation_w = p->dilation_h;
  p->pad_left = p->pad_top, p->pad_right = p->pad_bottom;
  if (draw(s, 0, 1)) return;
  p->iw = FAVOURITE(s, 1, 2, 4, 6, 7, 11, 15, 16, 17, 31, 32, 33, 47, 65, 130);
  p->kw = FAVOURITE(s, 1, 2, 3, 3, 5, 7, 9);
  p->stride_w = FAVOURITE(s, 1, 1, 2, 2, 3, 5);
  p->dilation_w = FAVOURITE(s, 1, 1, 1, 2, 3) - 1;
  p->pad_left = draw_pad(s, p->kw), p->pad_right = draw_pad(s, p->kw);
}

/* How much work and memory a drawn problem may take. */
typedef struct {
  int64_t least_macs, macs, bytes;
} limits;

static gconv_problem draw_within(source *s, const limits *within) {
  for (;;) {
    gconv_problem p = {0};
    draw_channels(s, &p);
    draw_plane(s, &p);
    if (gconv_problem_init(&p)) continue;
    const gconv_counts counts = gconv_problem_count(&p);
    if (counts.macs_nominal >= within->least_macs && counts.macs_nominal <= within->macs &&
        counts.min_bytes <= within->bytes)
      return p;
  }
}

gconv_problem random_problem(uint64_t seed, uint64_t index) {
  /* Edges, tails and remainders are found in small problems, and more of them can be tried; one in 16 is larger. */
  static const limits small = {0, 100000, 1 << 17}, larger = {0, 1500000, 1 << 21};
  source s = {.seed = data_seed(seed, 0) + index};
  return draw_within(&s, draw(&s, 0, 15) ? &small : &larger);
}

/* The set random@SEEDxN: N problems of the same space that take from tens of microseconds to tens of milliseconds. */
static const char PREFIX[] = "random@", FORM[] = "random@SEEDxN";
enum { MOST = 100000 };

bool random_set_find(const char *name) { return !strncmp(name, PREFIX, sizeof PREFIX - 1); }

static bool read_number(const char **text, uint64_t *number) {
  if (!isdigit((unsigned char)**text)) return false;
  char *end;
  *number = strtoull(*text, &end, 10);
  *text = end;
  return true;
}

gconv_status random_set_problems(const char *name, gconv_status (*take)(const gconv_problem *problem, void *context),
                                 void *context) {
  static const limits timed = {1000000, 200000000, 64 << 20};
  const char *at = name + sizeof PREFIX - 1;
  uint64_t seed, count;
  if (!read_number(&at, &seed) || *at++ != 'x' || !read_number(&at, &count) || *at)
    return gconv_error(GCONV_INVALID, "'%s' is not %s, two whole numbers", name, FORM);
  if (count < 1 || count > MOST) return gconv_error(GCONV_INVALID, "'%s': N is 1 to %d", name, MOST);
  for (uint64_t i = 0; i < count; i++) {
    source s = {.seed = data_seed(seed, 1) + i};
    gconv_problem p = draw_within(&s, &timed);
    p.multiplicity = 1;
    snprintf(p.name, sizeof p.name, "%s%" PRIu64 ":%" PRIu64, PREFIX, seed, i);
    const gconv_status status = take(&p, context);
    if (status) return status;
  }
  return GCONV_OK;
}

void random_set_each(void (*visit)(const char *name, const char *summary, void *context), void *context) {
  visit("random@1x300", "random@SEEDxN: N problems of gconv-check's --random with a million multiply-adds and more",
        context);
}
