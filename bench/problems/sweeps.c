/* sweeps.c - the sets `ladder`, `savings` and `grid`. Pads keep the map's size at stride 1; one image.
 *
 * ladder: 384 channels, which every width of a group divides; CASE is MAPsSTRIDE.
 *   cN     groups of N channels
 *   dense  one group, the dense twin. No kernel looks at weights, so it is the block-diagonal twin as well: what the
 *          grouped layer costs when it is written as one dense layer whose other weights are zero.
 *   eN     dense with about the multiply-adds of cN: fewer channels, a multiple of 8 so that no vector lane is idle
 * savings: CASE is CHANNELSxMAP.
 *   gN     N groups, from 1 (the dense twin) to as many as there are channels (depthwise)
 * grid: CASE is MAPkKERNELsSTRIDE.
 *   cN     groups of N channels, as many as a ResNet's stage of this map has room for
 * The first two are 3x3. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sweeps.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef gconv_status (*taker)(const gconv_problem *problem, void *context);

typedef struct {
  taker take;
  void *context;
} receiver;

typedef struct {
  int groups, channels, map, window, stride;
  char role[16];
} rung;

static gconv_status hand_over(const receiver *to, const char *name_of_case, const rung *r) {
  const int pad = r->window / 2;
  gconv_problem p = {.groups = r->groups,
                     .batch = 1,
                     .ic = r->channels,
                     .oc = r->channels,
                     .ih = r->map,
                     .iw = r->map,
                     .kh = r->window,
                     .kw = r->window,
                     .stride_h = r->stride,
                     .stride_w = r->stride,
                     .pad_top = pad,
                     .pad_bottom = pad,
                     .pad_left = pad,
                     .pad_right = pad,
                     .multiplicity = 1};
  snprintf(p.name, sizeof p.name, "%s.%s", name_of_case, r->role);
  const gconv_status status = gconv_problem_init(&p);
  return status ? status : to->take(&p, to->context);
}

static const int maps[] = {56, 28, 14, 7}; /* ResNet's stages */
enum { MAPS = sizeof maps / sizeof *maps };

enum { LADDER_CHANNELS = 384, LANES = 8 };
static const int widths[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

/* Multiply-adds grow with the square of the channels of a dense layer, and with channels times width of a grouped one.
 */
static int equal_cost(int width) { return LANES * (int)lrint(sqrt((double)LADDER_CHANNELS * width) / LANES); }

static gconv_status ladder_case(const receiver *to, int map, int stride) {
  char name[64];
  snprintf(name, sizeof name, "ladder:%ds%d", map, stride);
  gconv_status status = hand_over(to, name, &(rung){1, LADDER_CHANNELS, map, 3, stride, "dense"});
  for (size_t i = 0; i < sizeof widths / sizeof *widths && !status; i++) {
    rung grouped = {LADDER_CHANNELS / widths[i], LADDER_CHANNELS, map, 3, stride, ""};
    rung equal = {1, equal_cost(widths[i]), map, 3, stride, ""};
    snprintf(grouped.role, sizeof grouped.role, "c%d", widths[i]);
    snprintf(equal.role, sizeof equal.role, "e%d", widths[i]);
    status = hand_over(to, name, &grouped);
    if (!status) status = hand_over(to, name, &equal);
  }
  return status;
}

static gconv_status ladder(const receiver *to) {
  gconv_status status = GCONV_OK;
  for (int m = 0; m < MAPS; m++)
    for (int stride = 1; stride <= 2 && !status; stride++) status = ladder_case(to, maps[m], stride);
  return status;
}

/* Dense layers above this are left out (512 channels at 56x56 and more): nobody builds them, and checking one takes
 * longer than timing all others. */
static const double largest_dense = 2e9; /* multiply-adds */
enum { NARROWEST = 64, WIDEST = 1024 };

static gconv_status savings(const receiver *to) {
  gconv_status status = GCONV_OK;
  for (int channels = NARROWEST; channels <= WIDEST; channels *= 2)
    for (int m = 0; m < MAPS; m++) {
      if (9.0 * channels * channels * maps[m] * maps[m] > largest_dense) continue;
      char name[64];
      snprintf(name, sizeof name, "savings:%dx%d", channels, maps[m]);
      for (int groups = 1; groups <= channels && !status; groups *= 2) {
        rung r = {groups, channels, maps[m], 3, 1, ""};
        snprintf(r.role, sizeof r.role, "g%d", groups);
        status = hand_over(to, name, &r);
      }
    }
  return status;
}

/* The channels of a stage times its map are the same in all stages: 128 at 56x56, 1024 at 7x7. */
enum { STAGE = 128 * 56 };
static const int grid_widths[] = {1, 2, 3, 4, 6, 8, 12, 14, 16, 24, 32, 64, 128};
static const int windows[] = {1, 3, 5};

static gconv_status grid_case(const receiver *to, int map, int window, int stride) {
  char name[64];
  snprintf(name, sizeof name, "grid:%dk%ds%d", map, window, stride);
  gconv_status status = GCONV_OK;
  for (size_t i = 0; i < sizeof grid_widths / sizeof *grid_widths && !status; i++) {
    const int groups = STAGE / map / grid_widths[i];
    rung r = {groups, groups * grid_widths[i], map, window, stride, ""};
    snprintf(r.role, sizeof r.role, "c%d", grid_widths[i]);
    status = hand_over(to, name, &r);
  }
  return status;
}

static gconv_status grid(const receiver *to) {
  gconv_status status = GCONV_OK;
  for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
    for (int stride = 1; stride <= 2; stride++)
      for (int m = 0; m < MAPS && !status; m++) status = grid_case(to, maps[m], windows[w], stride);
  return status;
}

static const struct {
  const char *name, *summary;
  gconv_status (*problems)(const receiver *to);
} sets[] = {
    {"ladder",
     "1 to 128 channels a group of 384, at 56x56 to 7x7, stride 1 and 2, beside dense layers of equal size and cost",
     ladder},
    {"savings", "64 to 1024 channels at 56x56 to 7x7, from 1 group to depthwise: work saved against time saved",
     savings},
    {"grid", "1 to 128 channels a group, 1x1, 3x3 and 5x5 with stride 1 and 2 at 56x56 to 7x7: where is a kernel slow?",
     grid},
};
enum { SETS = sizeof sets / sizeof *sets };

static int find(const char *name) {
  int i = 0;
  while (i < SETS && strcmp(sets[i].name, name)) i++;
  return i;
}

bool sweeps_find(const char *name) { return find(name) < SETS; }

gconv_status sweeps_problems(const char *name, taker take, void *context) {
  return sets[find(name)].problems(&(receiver){take, context});
}

void sweeps_each(void (*visit)(const char *name, const char *summary, void *context), void *context) {
  for (int i = 0; i < SETS; i++) visit(sets[i].name, sets[i].summary, context);
}
