/* onednn_plain.c - oneDNN as an unprepared user calls it: NCHW tensors and GOIHW weights go to the primitive as they
 * are. What it costs to skip the layouts and the packing is the distance to `onednn`. */
#include "common/dnnl_conv.h"
#include "common/dnnl_library.h"
#include "core/clock.h"
#include "core/error.h"

#include <stdio.h>

static const gconv_dnnl_format plain = {"plain nchw", dnnl_nchw, true};

static gconv_status plan(gconv_plan *plan) {
  gconv_dnnl_conv *conv;
  gconv_status status = gconv_dnnl_limit_isa(plan->env.isa_mask);
  if (!status) status = gconv_dnnl_conv_create(&plan->problem, plan->env.threads, &plain, &conv);
  if (status) return status;
  plan->state = conv;
  plan->kernel_workspace_bytes = conv->scratchpad_bytes;
  plan->deterministic = false; /* the library promises nothing, and splits sums by thread where that is faster */
  char version[64];
  gconv_dnnl_print_version(version, sizeof version);
  snprintf(plan->text, sizeof plan->text, "oneDNN %s: %s, src nchw, wei %s, dst nchw", version, conv->implementation,
           plan->problem.groups == 1 ? "oihw" : "goihw");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const gconv_status status =
      gconv_dnnl_conv_run(plan->state, args->src.data, args->wei.data, args->dst.data, args->workspace.data);
  gconv_tock(args->clock, 0, GCONV_STAGE_COMPUTE, start);
  return status;
}

static void release(gconv_plan *plan) {
  gconv_dnnl_conv_destroy(plan->state);
}

const gconv_kernel gconv_kernel_onednn_plain_scalar = {
    .name = "onednn_plain",
    .summary = "oneDNN on NCHW tensors and unpacked GOIHW weights",
    .reference = "oneDNN, oneapi-src.github.io/oneDNN, convolution primitive with plain format tags",
    .library = true,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
    .release = release,
};
