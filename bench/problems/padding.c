/* padding.c - descriptors of a deconvolution name the sides the other way round, and read as a convolution they are
 * valid: the missing rows become padding. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "padding.h"

enum { NAMED = 3 }; /* a file of deconvolutions has hundreds */

static int64_t ceil_div(int64_t a, int b) { return a <= 0 ? 0 : (a + b - 1) / b; }

/* Outputs of one axis whose window ends before the image or begins behind it. */
static int beyond(int64_t in, int out, int kernel, int stride, int dilation, int64_t pad) {
  const int64_t reach = (int64_t)(kernel - 1) * (dilation + (int64_t)1);
  const int64_t before = ceil_div(pad - reach, stride), inside = ceil_div(in + pad, stride); /* all that begin in it */
  const int64_t count = (before < out ? before : out) + (inside < out ? out - inside : 0);
  return (int)(count < out ? count : out);
}

padding_only padding_count(const gconv_problem *p) {
  return (padding_only){beyond(p->ih, p->oh, p->kh, p->stride_h, p->dilation_h, p->pad_top),
                        beyond(p->iw, p->ow, p->kw, p->stride_w, p->dilation_w, p->pad_left)};
}

bool padding_prevails(const gconv_problem *p) {
  const padding_only only = padding_count(p);
  return 2 * (double)(p->oh - only.rows) * (p->ow - only.columns) <= (double)p->oh * p->ow;
}

gconv_status padding_note(problem_list *list, size_t first) {
  size_t found = 0;
  gconv_status status = GCONV_OK;
  for (size_t i = first; i < list->count && !status; i++) {
    const gconv_problem *p = &list->cases[i].problem;
    const padding_only only = padding_count(p);
    char text[GCONV_TEXT_MAX];
    if ((!only.rows && !only.columns) || found++ >= NAMED) continue;
    gconv_problem_print(p, text, sizeof text);
    status =
        problem_list_note(list,
                          "warning: %s: %d of %d rows and %d of %d columns of the output see only padding: is it a "
                          "deconvolution? It is taken for a convolution",
                          text, only.rows, p->oh, only.columns, p->ow);
  }
  if (found > NAMED && !status)
    status = problem_list_note(list, "warning: so it is with %zu more problems", found - NAMED);
  return status;
}
