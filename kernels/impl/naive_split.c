/* naive_split.c - split, transform, merge, taken literally: the baseline that every other kernel is compared with.
 *
 * The source is split into one contiguous tensor a group, each group is convolved as a dense layer of its own by the
 * loops of a textbook, and the results are concatenated: three passes, as a framework does that has only dense
 * convolution (and as the picture in the paper suggests). Whole rows of outputs are the innermost loop, so the compiler
 * may vectorise it; nothing else is done for speed. */
#include "common/plane.h"
#include "core/clock.h"
#include "core/workspace.h"

#include <omp.h>
#include <string.h>

typedef struct {
  size_t src, dst; /* workspace offsets: groups x batch x channels of a group x plane */
  size_t bytes;
} parts;

static parts book_parts(const gconv_problem *p) {
  const gconv_counts counts = gconv_problem_count(p);
  gconv_book book = {0};
  parts w;
  w.src = gconv_book_add(&book, (size_t)counts.src_elems * sizeof(float));
  w.dst = gconv_book_add(&book, (size_t)counts.dst_elems * sizeof(float));
  w.bytes = book.bytes;
  return w;
}

/* One dense output plane: `src` are the icg planes of the group, `wei` the weights of this output channel. */
static void convolve_plane(const gconv_problem *p, const float *src, const float *wei, float *dst) {
  memset(dst, 0, (size_t)p->oh * p->ow * sizeof *dst);
  for (int i = 0; i < p->icg; i++)
    gconv_add_plane(p, src + (int64_t)i * p->ih * p->iw, wei + (int64_t)i * p->kh * p->kw, dst);
}

/* Copies the channels of group g of image n between the whole tensor and the group's own. */
static void copy_group(const float *from, int64_t from_image, float *to, int64_t to_image, int64_t elems) {
  memcpy(to + to_image * elems, from + from_image * elems, (size_t)elems * sizeof *to);
}

static gconv_status plan(gconv_plan *plan) {
  plan->kernel_workspace_bytes = book_parts(&plan->problem).bytes;
  plan->executed_macs = gconv_problem_count(&plan->problem).macs;
  strcpy(plan->text, "split copy, dense loops a group, concatenation");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const gconv_problem *p = &plan->problem;
  const parts offsets = book_parts(p);
  float *src = gconv_grant(args->workspace.data, offsets.src), *dst = gconv_grant(args->workspace.data, offsets.dst);
  const int64_t src_elems = (int64_t)p->icg * p->ih * p->iw, dst_plane = (int64_t)p->oh * p->ow;
  const int64_t wei_elems = (int64_t)p->icg * p->kh * p->kw;
#pragma omp parallel num_threads(plan->env.threads)
  {
    const int thread = omp_get_thread_num();
    uint64_t start = gconv_tick(args->clock);
#pragma omp for collapse(2) nowait
    for (int g = 0; g < p->groups; g++)
      for (int n = 0; n < p->batch; n++)
        copy_group(args->src.data, (int64_t)n * p->groups + g, src, (int64_t)g * p->batch + n, src_elems);
    gconv_tock(args->clock, thread, GCONV_STAGE_PACK_SRC, start);
#pragma omp barrier

    start = gconv_tick(args->clock);
#pragma omp for collapse(3) schedule(dynamic) nowait
    for (int g = 0; g < p->groups; g++)
      for (int n = 0; n < p->batch; n++)
        for (int o = 0; o < p->ocg; o++) {
          const int64_t image = (int64_t)g * p->batch + n;
          convolve_plane(p, src + image * src_elems,
                         (const float *)args->wei.data + ((int64_t)g * p->ocg + o) * wei_elems,
                         dst + (image * p->ocg + o) * dst_plane);
        }
    gconv_tock(args->clock, thread, GCONV_STAGE_COMPUTE, start);
#pragma omp barrier

    start = gconv_tick(args->clock);
#pragma omp for collapse(2) nowait
    for (int g = 0; g < p->groups; g++)
      for (int n = 0; n < p->batch; n++)
        copy_group(dst, (int64_t)g * p->batch + n, args->dst.data, (int64_t)n * p->groups + g, p->ocg * dst_plane);
    gconv_tock(args->clock, thread, GCONV_STAGE_UNPACK_DST, start);
  }
  return GCONV_OK;
}

const gconv_kernel gconv_kernel_naive_split_scalar = {
    .name = "naive_split",
    .summary = "splits the channels into tensors, convolves each group with dense loops, concatenates",
    .reference = "Krizhevsky, Sutskever, Hinton, NIPS 2012 (grouped layers); split-transform-merge: Xie et al., "
                 "arXiv:1611.05431, 2017",
    .directions = 1u << GCONV_FWD,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
};
