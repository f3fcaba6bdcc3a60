/* onednn_winograd.c - oneDNN's own Winograd: what a library has made of the method.
 *
 * oneDNN 2 has F(2x2,3x3) and F(4x4,3x3) for dense layers in nChw16c and chooses between them. Its weights are in a
 * format of no published form, so that only its own reorder can pack them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "common/cook_toom.h"
#include "common/dnnl_conv.h"
#include "common/dnnl_library.h"
#include "common/dnnl_weights.h"
#include "core/clock.h"
#include "core/error.h"

#include <math.h>
#include <stdio.h>

static const char *supports(const gconv_problem *p) {
  if (p->groups > 1) return "oneDNN has Winograd for one group only";
  if (p->kh != 3 || p->kw != 3) return "only 3x3 kernels have these transforms";
  if (p->stride_h != 1 || p->stride_w != 1) return "only stride 1: neighbouring outputs must share inputs";
  if (p->dilation_h || p->dilation_w) return "only dense kernels: dilation is not 0";
  return NULL;
}

static gconv_status plan(gconv_plan *plan) {
  static const gconv_dnnl_format format = {"nChw16c (Winograd)", dnnl_nChw16c, false, false, true};
  gconv_dnnl_conv *conv;
  gconv_status status = gconv_dnnl_limit_isa(plan->env.isa_mask);
  gconv_dnnl_passed_over passed = {0};
  if (!status) status = gconv_dnnl_conv_create(plan, &format, &passed, &conv);
  if (status) return status;
  plan->state = conv;
  plan->native_src_layout = plan->native_dst_layout = GCONV_NCHW16C;
  plan->packed_bytes = conv->bytes[GCONV_WEI];
  plan->kernel_workspace_bytes = conv->scratchpad_bytes;
  plan->executed_macs = 0;     /* not told: the library does not say how many tiles it makes of a map */
  plan->deterministic = false; /* the library promises nothing */
  char version[64];
  gconv_dnnl_print_version(version, sizeof version);
  snprintf(plan->text, sizeof plan->text, "oneDNN %s: %s, src nchw16c, dst nchw16c", version, conv->implementation);
  gconv_dnnl_add_caveats(conv, &passed, plan->text, sizeof plan->text);
  return GCONV_OK;
}

/* Packing has no way to fail: if the library does, no result may look like one. */
static void pack(const gconv_plan *plan, const float *wei, void *packed) {
  float *weights = packed;
  for (size_t i = 0; i < plan->packed_bytes / sizeof *weights; i++) weights[i] = 0;
  if (gconv_dnnl_weights_reorder(plan->state, wei, packed))
    for (size_t i = 0; i < plan->packed_bytes / sizeof *weights; i++) weights[i] = NAN;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const uint64_t start = gconv_tick(args->clock);
  const gconv_status status =
      gconv_dnnl_conv_run(plan->state, args->src.data, args->packed.data, args->dst.data, args->workspace.data);
  gconv_tock_all(args->clock, GCONV_STAGE_COMPUTE, start);
  return status;
}

static void release(gconv_plan *plan) { gconv_dnnl_conv_destroy(plan->state); }

/* Points of its F(4x4,3x3), read off the constants in its source (jit_avx512_core_f32_wino_conv_4x3.cpp: G holds
 * 32/119, 2048/2975, 128/1071, ...); its F(2x2,3x3) amplifies less. It transforms weights in binary32: six more
 * roundings. */
static double amplification(const gconv_problem *p) {
  static const gconv_ratio points[] = {{0, 1}, {5, 8}, {-5, 8}, {3, 2}, {-3, 2}};
  enum { WEIGHT_ROUNDINGS = 2 * COOK_TOOM_TAPS + 1 };
  const gconv_cook_toom t = gconv_cook_toom_make(4, points);
  return gconv_cook_toom_amplification(&t, p, WEIGHT_ROUNDINGS);
}

const gconv_kernel gconv_kernel_onednn_winograd_scalar = {
    .name = "onednn_winograd",
    .summary = "oneDNN's Winograd algorithm on nchw16c, dense 3x3 layers with stride 1",
    .reference = "oneDNN 2, oneapi-src.github.io/oneDNN, convolution primitive with dnnl_convolution_winograd",
    .library = true,
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD,
    .numeric = GCONV_TRANSFORM,
    .amplification = amplification,
    .supports = supports,
    .plan = plan,
    .pack = pack,
    .execute = execute,
    .release = release,
};
