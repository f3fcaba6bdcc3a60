/* dnnl_choose.c - which implementation of the library's list is taken: the first that proves right in a run. Lists of
 * known faults grow old with every version of the library; a run does not.
 *
 * What is tried is the problem itself, or where that would take long, the same primitive for fewer images. Reference
 * loops are taken last and on trust: they have no blocks to get wrong, and one run of them may take minutes. */
/* SPDX-License-Identifier: Apache-2.0 */
#if GCONV_WITH_DNNL
#include "common/dnnl_conv.h"
#include "common/dnnl_proof.h"
#include "core/error.h"

#include <dnnl_debug.h>
#include <stdio.h>
#include <string.h>

/* Multiply-adds of a run, padding included: some hundredths of a second a thread for code made for the machine, seconds
 * for the slowest that is none. An image that is larger than the second is not tried. The third is for references. */
static const int64_t trial_macs = 1ll << 31, trial_macs_max = 1ll << 33, reference_macs = 1 << 20;

bool gconv_dnnl_conv_is_reference(const gconv_dnnl_conv *c) { return strstr(c->implementation, "ref:") != NULL; }

/* Which of ours a failure is: what oneDNN does not do is no fault of the machine's. */
static gconv_status explain(dnnl_status_t status, const gconv_dnnl_format *format) {
  const gconv_status kind = status == dnnl_out_of_memory                                       ? GCONV_NO_MEMORY
                            : status == dnnl_unimplemented || status == dnnl_invalid_arguments ? GCONV_UNSUPPORTED
                                                                                               : GCONV_FAILED;
  const dnnl_version_t *v = dnnl_version();
  return gconv_error(kind, "oneDNN %d.%d.%d does not make this convolution on %s tensors: %s", v->major, v->minor,
                     v->patch, format->name, dnnl_status2str(status));
}

/* oneDNN's own answer to these pads is "invalid arguments", without a hint at which, and to these kernels, whose bytes
 * it counts in 32 bits, a division by zero or no end of planning. */
static gconv_status check_geometry(const gconv_problem *p) {
  enum { TAPS_MAX = 1 << 24 };
  if ((int64_t)p->kh * p->kw > TAPS_MAX)
    return gconv_error(GCONV_UNSUPPORTED, "%d x %d taps, the most that are given to oneDNN are %d", p->kh, p->kw,
                       TAPS_MAX);
  const struct {
    const char *name;
    int pad, least;
  } sides[] = {{"pad_top", p->pad_top, 0},
               {"pad_left", p->pad_left, 0},
               {"pad_bottom", p->pad_bottom, 1 - p->stride_h},
               {"pad_right", p->pad_right, 1 - p->stride_w}};
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
    if (sides[i].pad < sides[i].least)
      return gconv_error(GCONV_UNSUPPORTED, "%s is %d, the least that oneDNN takes is %d", sides[i].name, sides[i].pad,
                         sides[i].least);
  return GCONV_OK;
}

static void pass_over(gconv_dnnl_passed_over *passed, const char *implementation, const char *why) {
  char one[sizeof passed->text];
  snprintf(one, sizeof one, "%s (%s)", implementation, why);
  if (strstr(passed->text, one)) return;
  const size_t length = strlen(passed->text);
  snprintf(passed->text + length, sizeof passed->text - length, "%s%s", length ? ", " : "", one);
}

/* The one fault that is known by name, because a run need not show it: the 1x1 kernels of oneDNN 2.6.3 gather strided
 * input before they sum up the gradient of the weights, all threads in the same place; so do those of 3.7.2 where
 * jit_uni_ncsp_convolution calls them. Whether one thread then reads what another wrote depends on the moment. */
static bool races(const gconv_dnnl_conv *c) {
  const gconv_problem *p = &c->problem;
  const bool strided = p->stride_h > 1 || p->stride_w > 1;
  return p->direction == GCONV_BWD_W && strided && c->threads > 1 && strstr(c->implementation, "jit_1x1");
}

/* Fewer images, as many as a run may take; all if it may. 0: not even one. */
static int trial_batch(const gconv_problem *p, int threads) {
  const int64_t macs = gconv_problem_count(p).macs_nominal, one = macs / p->batch;
  if (one > trial_macs_max) return 0;
  if (macs <= trial_macs * threads) return p->batch;
  const int64_t batch = trial_macs * threads / (one ? one : 1);
  return batch ? (int)batch : 1;
}

static bool alike(const gconv_dnnl_conv *a, const gconv_dnnl_conv *b) {
  return !strcmp(a->implementation, b->implementation) && a->layout[GCONV_SRC] == b->layout[GCONV_SRC] &&
         a->layout[GCONV_DST] == b->layout[GCONV_DST];
}

/* Makes c->trial where c is too long to be tried; *tried is what is to be run, NULL if nothing can be: for fewer images
 * oneDNN may choose otherwise. */
static gconv_status make_trial(gconv_dnnl_conv *c, int choice, gconv_dnnl_conv **tried) {
  gconv_problem p = c->problem;
  *tried = NULL;
  if (gconv_dnnl_conv_is_reference(c) && gconv_problem_count(&p).macs_nominal > reference_macs) return GCONV_OK;
  p.batch = trial_batch(&p, c->threads);
  if (!p.batch) return GCONV_OK;
  *tried = c;
  if (p.batch == c->problem.batch) return GCONV_OK;
  const dnnl_status_t status = gconv_dnnl_conv_make(&p, c->threads, c->format, choice, &c->trial);
  if (status == dnnl_out_of_memory) return explain(status, c->format);
  if (c->trial && !alike(c, c->trial)) {
    gconv_dnnl_conv_destroy(c->trial);
    c->trial = NULL;
  }
  *tried = c->trial;
  return GCONV_OK;
}

static gconv_status examine(gconv_dnnl_conv *c, int choice, uint64_t memory_bytes, const char **fault) {
  *fault = races(c) ? "its threads share a scratchpad" : NULL;
  if (*fault) return GCONV_OK;
  gconv_dnnl_conv *tried;
  gconv_status status = make_trial(c, choice, &tried);
  if (status || !tried) return status;
  status = gconv_dnnl_prove(tried, memory_bytes, fault);
  c->seconds = tried->seconds;
  c->proved = !status && !*fault;
  return status;
}

/* What tells one implementation of the list from the next. */
typedef struct {
  char name[64];
  gconv_layout src, dst;
  size_t weights, scratchpad;
} identity;

/* Version 3 says where its list ends; version 2 gives its last implementation again and again. */
static bool is_the_last_again(const gconv_dnnl_conv *c, identity *last) {
  identity now = {.src = c->layout[GCONV_SRC], .dst = c->layout[GCONV_DST]};
  now.weights = c->bytes[GCONV_WEI], now.scratchpad = c->scratchpad_bytes;
  snprintf(now.name, sizeof now.name, "%s", c->implementation);
  const bool again = !strcmp(now.name, last->name) && now.src == last->src && now.dst == last->dst &&
                     now.weights == last->weights && now.scratchpad == last->scratchpad;
  *last = now;
  return again;
}

/* Walks the list until something is right; the last reference on the way stays in *reference. */
static gconv_status walk(const gconv_plan *plan, const gconv_dnnl_format *format, gconv_dnnl_passed_over *passed,
                         gconv_dnnl_conv **conv, gconv_dnnl_conv **reference) {
  const char *fault = NULL;
  char first_reference[64] = "";
  identity last = {0};
  for (int choice = 0;; choice++) {
    gconv_dnnl_conv *c;
    const dnnl_status_t made = gconv_dnnl_conv_make(&plan->problem, plan->env.threads, format, choice, &c);
    if (made && choice && made != dnnl_out_of_memory) return GCONV_OK; /* the end of the list */
    if (made) return explain(made, format);
    if (is_the_last_again(c, &last)) {
      gconv_dnnl_conv_destroy(c);
      return GCONV_OK;
    }
    const bool named = c->layout[GCONV_SRC] && c->layout[GCONV_DST];
    const bool later = named && !format->first_choice && gconv_dnnl_conv_is_reference(c);
    gconv_status status =
        named && (!later || !*reference) ? examine(c, choice, plan->env.memory_bytes, &fault) : GCONV_OK;
    if (!status && !fault && !later) {
      if (*first_reference) pass_over(passed, first_reference, "reference loops");
      *conv = c;
      return GCONV_OK;
    }
    if (fault) pass_over(passed, c->implementation, fault);
    if (later && !fault && !status) {
      if (!*first_reference) snprintf(first_reference, sizeof first_reference, "%s", c->implementation);
      gconv_dnnl_conv_destroy(*reference);
      *reference = c;
    } else
      gconv_dnnl_conv_destroy(c);
    if (status) return status;
  }
}

gconv_status gconv_dnnl_conv_create(const gconv_plan *plan, const gconv_dnnl_format *format,
                                    gconv_dnnl_passed_over *passed, gconv_dnnl_conv **conv) {
  *conv = NULL;
  gconv_dnnl_conv *reference = NULL;
  gconv_status status = check_geometry(&plan->problem);
  if (!status) status = gconv_dnnl_check_team(plan->env.threads);
  if (!status) status = walk(plan, format, passed, conv, &reference);
  if (!status && !*conv && reference) {
    *conv = reference;
    return GCONV_OK;
  }
  gconv_dnnl_conv_destroy(reference);
  if (status || *conv) return status;
  const dnnl_version_t *v = dnnl_version();
  return gconv_error(GCONV_UNSUPPORTED, "oneDNN %d.%d.%d does not get this convolution right on %s tensors: %s",
                     v->major, v->minor, v->patch, format->name, passed->text);
}

void gconv_dnnl_add_caveats(const gconv_dnnl_conv *c, const gconv_dnnl_passed_over *passed, char *text, size_t size) {
  const bool trusted = c->proved || gconv_dnnl_conv_is_reference(c);
  const size_t length = strlen(text);
  snprintf(text + length, size - length, "%s%s%s", trusted ? "" : ", not proved: it takes too long",
           *passed->text ? ", passed over " : "", passed->text);
}
#endif
