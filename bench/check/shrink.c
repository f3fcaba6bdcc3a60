/* shrink.c - smaller problems to try in place of one that fails, most drastic first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shrink.h"

typedef struct {
  size_t field;
  int floor;
} knob;

#define KNOB(name, floor)                                                                                              \
  { offsetof(gconv_problem, name), floor }

/* Channels are shrunk a group, so that the groups still divide them. */
static const knob knobs[] = {KNOB(batch, 1),    KNOB(groups, 1),     KNOB(icg, 1),        KNOB(ocg, 1),
                             KNOB(ih, 1),       KNOB(iw, 1),         KNOB(kh, 1),         KNOB(kw, 1),
                             KNOB(stride_h, 1), KNOB(stride_w, 1),   KNOB(dilation_h, 0), KNOB(dilation_w, 0),
                             KNOB(pad_top, 0),  KNOB(pad_bottom, 0), KNOB(pad_left, 0),   KNOB(pad_right, 0)};

enum { KNOBS = sizeof knobs / sizeof *knobs, WAYS = 3 };

int shrink_count(void) { return KNOBS * WAYS; }

bool shrink_try(const gconv_problem *p, int way, gconv_problem *smaller) {
  const knob *k = &knobs[way % KNOBS];
  *smaller = *p;
  int *value = (int *)((char *)smaller + k->field);
  const int above = *value - k->floor;
  if (above == 0) return false;
  const int steps[WAYS] = {above, above / 2, above > 0 ? 1 : -1};
  const int step = steps[way / KNOBS];
  if (step == 0) return false;
  *value -= step;
  smaller->ic = smaller->groups * smaller->icg;
  smaller->oc = smaller->groups * smaller->ocg;
  return gconv_problem_init(smaller) == GCONV_OK;
}
