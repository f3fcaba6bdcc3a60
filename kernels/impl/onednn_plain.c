/* onednn_plain.c - oneDNN as an unprepared user calls it: NCHW tensors and GOIHW weights go to the primitive as they
 * are. What it costs to skip the layouts and the packing is the distance to `onednn`.
 *
 * oneDNN 3.7 meets such a user with reference loops that are a thousand times slower, so its next choice stands in, as
 * the text of the plan then says; '@first' shows the first choice that is right. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dnnl_conv.h"
#include "common/dnnl_library.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

static const gconv_dnnl_format usable = {"plain nchw", dnnl_nchw, true, false, false};
static const gconv_dnnl_format first = {"plain nchw", dnnl_nchw, true, true, false};

static gconv_status plan(gconv_plan *plan) {
  gconv_dnnl_conv *conv;
  const bool as_chosen = !strcmp(plan->param, "first");
  if (plan->param[0] && !as_chosen)
    return gconv_error(GCONV_INVALID, "onednn_plain takes @first, not '@%s'", plan->param);
  gconv_status status = gconv_dnnl_limit_isa(plan->env.isa_mask);
  gconv_dnnl_passed_over passed = {0};
  if (!status) status = gconv_dnnl_conv_create(plan, as_chosen ? &first : &usable, &passed, &conv);
  if (status) return status;
  plan->state = conv;
  plan->kernel_workspace_bytes = conv->scratchpad_bytes;
  plan->deterministic = false; /* the library promises nothing, and splits sums by thread where that is faster */
  char version[64];
  gconv_dnnl_print_version(version, sizeof version);
  snprintf(plan->text, sizeof plan->text, "oneDNN %s: %s, src nchw, wei %s, dst nchw", version, conv->implementation,
           plan->problem.groups == 1 ? "oihw" : "goihw");
  gconv_dnnl_add_caveats(conv, &passed, plan->text, sizeof plan->text);
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const gconv_status status =
      gconv_dnnl_conv_run(plan->state, args->src.data, args->wei.data, args->dst.data, args->workspace.data);
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return status;
}

static void release(gconv_plan *plan) { gconv_dnnl_conv_destroy(plan->state); }

const gconv_kernel gconv_kernel_onednn_plain_scalar = {
    .name = "onednn_plain",
    .summary = "oneDNN on NCHW tensors and unpacked GOIHW weights",
    .reference = "oneDNN, oneapi-src.github.io/oneDNN, convolution primitive with plain format tags",
    .params = "first: the first implementation oneDNN names that is right, reference loops included",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
    .release = release,
};
