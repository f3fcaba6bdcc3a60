/* onednn.c - oneDNN at its best: layouts it likes, weights packed beforehand, and the fastest of several requests.
 *
 * Leaving the layout to oneDNN (`any`) is its documented best practice, but on groups it can lose by a factor of two to
 * an explicit NHWC, which goes to another implementation. A rival must not lose by the way it was asked, so the
 * requests are raced when the plan is made. '@' and the name of a request forces that one. Only implementations that
 * proved right take part (common/dnnl_choose.c). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/onednn/race.h"
#include "common/dnnl_library.h"
#include "common/dnnl_weights.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/saturate.h"

#include <stdio.h>
#include <string.h>

static const gconv_dnnl_format requests[] = {
    {"any", dnnl_format_tag_any, false, false, false},
    {"nhwc", dnnl_nhwc, false, false, false},
    {"nchw", dnnl_nchw, false, false, false},
    {"nchw16c", dnnl_nChw16c, false, false, false},
};
enum { REQUESTS = sizeof requests / sizeof *requests };

static bool same(const gconv_dnnl_conv *a, const gconv_dnnl_conv *b) {
  return a->layout[GCONV_SRC] == b->layout[GCONV_SRC] && a->layout[GCONV_DST] == b->layout[GCONV_DST] &&
         a->bytes[GCONV_WEI] == b->bytes[GCONV_WEI] && !strcmp(a->implementation, b->implementation);
}

static bool known(gconv_dnnl_conv *const *entrants, int count, const gconv_dnnl_conv *conv) {
  for (int i = 0; i < count; i++)
    if (same(entrants[i], conv)) return true;
  return false;
}

/* `any` may choose a layout that has no name here and so cannot be given to callers; NHWC then stands in for it. */
static gconv_status create(const gconv_plan *plan, const gconv_dnnl_format *format, gconv_dnnl_passed_over *passed,
                           gconv_dnnl_conv **conv) {
  static const gconv_dnnl_format stand_in = {"nhwc (any chose an unnamed layout)", dnnl_nhwc, false, false, false};
  gconv_status status = gconv_dnnl_conv_create(plan, format, passed, conv);
  if (status || ((*conv)->layout[GCONV_SRC] && (*conv)->layout[GCONV_DST])) return status;
  gconv_dnnl_conv_destroy(*conv);
  return gconv_dnnl_conv_create(plan, &stand_in, passed, conv);
}

/* Where a request only reaches oneDNN's reference loops, one run would outlast the race. If
 * all do, the first is as good as any. */
static int drop_references(gconv_dnnl_conv **entrants, int count) {
  bool all = true;
  for (int i = 0; i < count; i++) all = all && gconv_dnnl_conv_is_reference(entrants[i]);
  int kept = 0;
  for (int i = 0; i < count; i++) {
    if (all ? i == 0 : !gconv_dnnl_conv_is_reference(entrants[i]))
      entrants[kept++] = entrants[i];
    else
      gconv_dnnl_conv_destroy(entrants[i]);
  }
  return kept;
}

/* Makes what was asked for: the forced request, or all that differ. Requests that oneDNN refuses are left out as long
 * as one remains; the last refusal is the sentence if none does. One that there was no memory for is not left out: the
 * winner would be another by chance. */
static gconv_status enter(const gconv_plan *plan, gconv_dnnl_passed_over *passed, gconv_dnnl_conv **entrants,
                          int *count) {
  gconv_status status = GCONV_OK;
  bool asked = false;
  *count = 0;
  for (int i = 0; i < REQUESTS; i++) {
    if (plan->param[0] && strcmp(plan->param, requests[i].name)) continue;
    asked = true;
    gconv_dnnl_conv *conv;
    const gconv_status made = create(plan, &requests[i], passed, &conv);
    if (made == GCONV_NO_MEMORY) return made;
    if (made)
      status = made;
    else if (known(entrants, *count, conv))
      gconv_dnnl_conv_destroy(conv);
    else
      entrants[(*count)++] = conv;
  }
  if (!asked) return gconv_error(GCONV_INVALID, "onednn takes @any, @nhwc, @nchw or @nchw16c, not '@%s'", plan->param);
  *count = drop_references(entrants, *count);
  return *count ? GCONV_OK : status;
}

static void describe(gconv_plan *plan, const gconv_dnnl_passed_over *passed, gconv_dnnl_conv *const *entrants,
                     int count, int winner) {
  const gconv_dnnl_conv *conv = entrants[winner];
  char version[64], how[128];
  int length = snprintf(how, sizeof how, "%s",
                        plan->param[0] ? "forced"
                        : count > 1    ? (conv->proved ? "fastest of" : "first of")
                                       : "all requests alike");
  for (int i = 0; count > 1 && i < count; i++)
    length += snprintf(how + length, sizeof how - (size_t)length, "%s %s", i ? "," : "", entrants[i]->format->name);
  gconv_dnnl_print_version(version, sizeof version);
  snprintf(plan->text, sizeof plan->text, "oneDNN %s: %s, src %s, dst %s, asked for %s (%s)", version,
           conv->implementation, gconv_layout_name(conv->layout[GCONV_SRC]), gconv_layout_name(conv->layout[GCONV_DST]),
           conv->format->name, how);
  gconv_dnnl_add_caveats(conv, passed, plan->text, sizeof plan->text);
}

static void keep(gconv_plan *plan, gconv_dnnl_conv *conv) {
  const gconv_problem *p = &plan->problem;
  plan->state = conv;
  plan->native_src_layout = conv->layout[GCONV_SRC];
  plan->native_dst_layout = conv->layout[GCONV_DST];
  plan->packed_bytes = conv->bytes[GCONV_WEI];
  plan->kernel_workspace_bytes = conv->scratchpad_bytes;
  /* Each packed weight, zeros of padded channel blocks included, meets each output pixel. */
  plan->executed_macs = gconv_saturated_product((int64_t)(conv->bytes[GCONV_WEI] / sizeof(float)),
                                                gconv_saturated_product((int64_t)p->batch * p->oh, p->ow));
  plan->deterministic = false; /* another thread count may race to another winner */
}

static gconv_status plan(gconv_plan *plan) {
  gconv_dnnl_conv *entrants[REQUESTS];
  gconv_dnnl_passed_over passed = {0};
  int count = 0, winner = 0;
  gconv_status status = gconv_dnnl_limit_isa(plan->env.isa_mask);
  if (!status) status = enter(plan, &passed, entrants, &count);
  if (!status) status = onednn_race(plan, entrants, count, &winner);
  if (!status) {
    describe(plan, &passed, entrants, count, winner);
    keep(plan, entrants[winner]);
  }
  for (int i = 0; i < count; i++)
    if (status || i != winner) gconv_dnnl_conv_destroy(entrants[i]);
  return status;
}

static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  const gconv_dnnl_conv *conv = plan->state;
  gconv_dnnl_weights_pack(&plan->problem, &conv->blocking, wei, packed, conv->bytes[GCONV_WEI]);
}

static void unpack(const gconv_plan *plan, const void *packed, float *wei) {
  const gconv_dnnl_conv *conv = plan->state;
  gconv_dnnl_weights_unpack(&plan->problem, &conv->blocking, packed, wei);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const gconv_status status =
      gconv_dnnl_conv_run(plan->state, args->src.data, args->packed.data, args->dst.data, args->workspace.data);
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return status;
}

static void release(gconv_plan *plan) { gconv_dnnl_conv_destroy(plan->state); }

const gconv_kernel gconv_kernel_onednn_scalar = {
    .name = "onednn",
    .summary = "oneDNN with packed weights, in the fastest of the layouts it offers",
    .reference = "oneDNN, oneapi-src.github.io/oneDNN, convolution primitive with format tag any",
    .params = "any, nhwc, nchw or nchw16c: the layout that is asked for",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .pack = pack,
    .unpack = unpack,
    .execute = execute,
    .release = release,
};
