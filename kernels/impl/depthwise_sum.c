/* depthwise_sum.c - a grouped layer as a sum of depthwise layers.
 *
 * Output channel o of every group sees input channel i of its own group through one kh x kw kernel: for fixed (o, i)
 * that is a depthwise layer over all groups at once. (ic/g) * (oc/g) such passes, added up, are the grouped layer; a
 * library with a good depthwise kernel gets grouped convolution for nothing. Each pass reads a part of src and reads
 * and writes a part of dst again, so it pays for groups of a few channels only. */
#include "common/plane.h"
#include "core/clock.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

static gconv_status plan(gconv_plan *plan) {
  const gconv_problem *p = &plan->problem;
  plan->executed_macs = gconv_problem_count(p).macs;
  snprintf(plan->text, sizeof plan->text, "%d x %d depthwise passes over %d channels", p->ocg, p->icg, p->groups);
  return GCONV_OK;
}

/* Pass (o, i) for one group of one image. */
static void add_group(const gconv_problem *p, const gconv_args *args, int64_t image, int o, int i) {
  const int64_t src_plane = (int64_t)p->ih * p->iw, dst_plane = (int64_t)p->oh * p->ow, taps = (int64_t)p->kh * p->kw;
  const int64_t g = image % p->groups;
  const float *src = (const float *)args->src.data + (image * p->icg + i) * src_plane;
  const float *wei = (const float *)args->wei.data + ((g * p->ocg + o) * p->icg + i) * taps;
  float *dst = (float *)args->dst.data + (image * p->ocg + o) * dst_plane;
  if (i == 0) memset(dst, 0, (size_t)dst_plane * sizeof *dst);
  gconv_add_plane(p, src, wei, dst);
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  const int64_t images = (int64_t)p->batch * p->groups;
#pragma omp parallel num_threads(plan->env.threads)
  {
    const uint64_t start = gconv_tick(args->clock);
    for (int o = 0; o < p->ocg; o++)
      for (int i = 0; i < p->icg; i++) {
        /* The same static split in each pass: a thread meets only planes of its own, so passes need no barrier. */
#pragma omp for schedule(static) nowait
        for (int64_t image = 0; image < images; image++) add_group(p, args, image, o, i);
      }
    gconv_tock(args->clock, omp_get_thread_num(), GCONV_STAGE_COMPUTE, start);
  }
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_depthwise_sum_scalar = {
    .name = "depthwise_sum",
    .summary = "(ic/g) * (oc/g) depthwise passes over all groups, accumulated in dst",
    .reference = "MNN, github.com/alibaba/MNN, issue 4082 (small groups rewritten as depthwise convolutions)",
    .directions = 1u << GCONV_FWD,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
};
