/* naive_split.c - split, transform, merge, taken literally: the baseline that every other kernel is compared with.
 *
 * The source is split into one contiguous tensor a group, each group is convolved as a dense layer of its own by the
 * loops of a textbook, and the results are concatenated: three passes, as a framework does that has only dense
 * convolution (and as the picture in the paper suggests). Whole rows of outputs are the innermost loop, so the compiler
 * may vectorise it; nothing else is done for speed. */
#include "core/clock.h"
#include "core/parallel.h"
#include "core/workspace.h"

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
    for (int r = 0; r < p->kh; r++)
      for (int s = 0; s < p->kw; s++) {
        const float w = wei[((int64_t)i * p->kh + r) * p->kw + s];
        const int64_t left = (int64_t)s * (p->dilation_w + 1) - p->pad_left;
        int first = 0, end = p->ow; /* outputs whose input column is inside the image */
        while (first < end && first * (int64_t)p->stride_w + left < 0) first++;
        while (end > first && (end - 1) * (int64_t)p->stride_w + left >= p->iw) end--;
        for (int oh = 0; oh < p->oh; oh++) {
          const int64_t ih = (int64_t)oh * p->stride_h - p->pad_top + (int64_t)r * (p->dilation_h + 1);
          if (ih < 0 || ih >= p->ih) continue;
          const float *in = src + ((int64_t)i * p->ih + ih) * p->iw;
          float *out = dst + (int64_t)oh * p->ow;
          if (p->stride_w == 1)
            for (int ow = first; ow < end; ow++) out[ow] += w * in[ow + left];
          else
            for (int ow = first; ow < end; ow++) out[ow] += w * in[ow * (int64_t)p->stride_w + left];
        }
      }
}

/* Between the whole tensor, image n outermost, and the tensors of the groups, group g outermost. */
typedef struct {
  const gconv_problem *p;
  const gconv_args *args;
  float *src, *dst; /* the groups' tensors */
} job;

static void split(const job *j) {
  const gconv_problem *p = j->p;
  const int64_t elems = (int64_t)p->icg * p->ih * p->iw;
  const float *whole = j->args->src.data;
#pragma omp for collapse(2) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++)
      memcpy(j->src + ((int64_t)g * p->batch + n) * elems, whole + ((int64_t)n * p->groups + g) * elems,
             (size_t)elems * sizeof *whole);
}

static void transform(const job *j) {
  const gconv_problem *p = j->p;
  const int64_t src_elems = (int64_t)p->icg * p->ih * p->iw, wei_elems = (int64_t)p->icg * p->kh * p->kw;
  const float *wei = j->args->wei.data;
#pragma omp for collapse(3) schedule(dynamic) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++)
      for (int o = 0; o < p->ocg; o++) {
        const int64_t image = (int64_t)g * p->batch + n;
        convolve_plane(p, j->src + image * src_elems, wei + ((int64_t)g * p->ocg + o) * wei_elems,
                       j->dst + (image * p->ocg + o) * p->oh * p->ow);
      }
}

static void merge(const job *j) {
  const gconv_problem *p = j->p;
  const int64_t elems = (int64_t)p->ocg * p->oh * p->ow;
  float *whole = j->args->dst.data;
#pragma omp for collapse(2) nowait
  for (int g = 0; g < p->groups; g++)
    for (int n = 0; n < p->batch; n++)
      memcpy(whole + ((int64_t)n * p->groups + g) * elems, j->dst + ((int64_t)g * p->batch + n) * elems,
             (size_t)elems * sizeof *whole);
}

static void run_stages(const void *arg, int thread, int threads) {
  static const struct {
    void (*run)(const job *);
    gconv_stage stage;
  } stages[] = {{split, GCONV_STAGE_PACK_SRC}, {transform, GCONV_STAGE_COMPUTE}, {merge, GCONV_STAGE_UNPACK_DST}};
  (void)threads;
  const job *j = arg;
  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
    const uint64_t start = gconv_tick(j->args->clock);
    stages[i].run(j);
    gconv_tock(j->args->clock, thread, stages[i].stage, start);
#pragma omp barrier
  }
}

static gconv_status plan(gconv_plan *plan) {
  plan->kernel_workspace_bytes = book_parts(&plan->problem).bytes;
  plan->executed_macs = gconv_problem_count(&plan->problem).macs;
  strcpy(plan->text, "split copy, dense loops a group, concatenation");
  return GCONV_OK;
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  const parts offsets = book_parts(&plan->problem);
  gconv_parallel(plan->env.threads, run_stages,
                 &(job){&plan->problem, args, gconv_grant(args->workspace.data, offsets.src),
                        gconv_grant(args->workspace.data, offsets.dst)});
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
