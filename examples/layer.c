/* layer.c - one grouped convolution, from the text of a problem to a result that is compared with the reference: how a
 * plan is made, which memory it wants, and how every error is said. Usage: layer [DESCRIPTOR [KERNEL]]. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <gconv/gconv.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  gconv_plan *plan;
  gconv_args args;
  double *result, *bound; /* of the reference: the right values, and how far a sum in binary32 may be from each */
} layer;

/* 64 bytes is what packed weights and workspace want; aligned_alloc takes multiples of the alignment only. */
static void *allocate(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64 + 64); }

/* The memory that the plan states. The library allocates none of it, and none while it executes. */
static int allocate_tensors(layer *l) {
  gconv_buffer *const tensors[GCONV_TENSORS] = {&l->args.src, &l->args.wei, &l->args.dst};
  for (int t = 0; t < GCONV_TENSORS; t++)
    *tensors[t] = (gconv_buffer){allocate(gconv_plan_tensor_bytes(l->plan, t)), gconv_plan_tensor_bytes(l->plan, t)};
  l->args.packed = (gconv_buffer){allocate(gconv_plan_packed_bytes(l->plan)), gconv_plan_packed_bytes(l->plan)};
  l->args.workspace =
      (gconv_buffer){allocate(gconv_plan_workspace_bytes(l->plan)), gconv_plan_workspace_bytes(l->plan)};
  const size_t elements = l->args.dst.bytes / sizeof(float);
  l->result = allocate(elements * sizeof(double));
  l->bound = allocate(elements * sizeof(double));
  if (l->args.src.data && l->args.wei.data && l->args.dst.data && l->args.packed.data && l->args.workspace.data &&
      l->result && l->bound)
    return 0;
  fprintf(stderr, "layer: not enough memory for the tensors\n");
  return 1;
}

static void fill(gconv_buffer tensor, unsigned seed) {
  float *values = tensor.data;
  for (size_t i = 0; i < tensor.bytes / sizeof(float); i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(int)seed * 0x1p-31f; /* -1 to 1 */
  }
}

static int prepare(layer *l, const char *descriptor, const char *kernel) {
  gconv_problem problem;
  const gconv_env env = {.threads = 2, .layout = GCONV_NCHW}; /* what is 0 gets its default */
  if (gconv_problem_parse(descriptor, &problem) || gconv_plan_create(kernel, &problem, &env, &l->plan)) {
    fprintf(stderr, "layer: %s\n", gconv_last_error()); /* one sentence for each way in which these can fail */
    return 1;
  }
  printf("%s %s: %s\n", kernel, descriptor, gconv_plan_text(l->plan));
  if (allocate_tensors(l)) return 1;
  fill(l->args.src, 1);
  fill(l->args.wei, 2);
  return 0;
}

/* Weights are packed once; execute may then be called as often as there are images. */
static int run(layer *l) {
  gconv_status status = gconv_pack_weights(l->plan, l->args.wei, l->args.packed);
  if (!status) status = gconv_execute(l->plan, &l->args);
  if (!status)
    status =
        gconv_reference(gconv_plan_problem(l->plan), l->args.src.data, l->args.wei.data, NULL, l->result, l->bound, 2);
  if (status) fprintf(stderr, "layer: %s: %s\n", gconv_status_name(status), gconv_last_error());
  return status != GCONV_OK;
}

/* The largest error as a share of what any order of summation may give: at most 1 for every kernel but those that
 * transform. */
static double worst(const layer *l) {
  const float *dst = l->args.dst.data;
  double share = 0;
  for (size_t i = 0; i < l->args.dst.bytes / sizeof *dst; i++) {
    const double error = fabs(dst[i] - l->result[i]);
    if (error > share * l->bound[i]) share = error / l->bound[i];
  }
  return share;
}

static void release(layer *l) {
  gconv_plan_destroy(l->plan);
  free(l->args.src.data);
  free(l->args.wei.data);
  free(l->args.dst.data);
  free(l->args.packed.data);
  free(l->args.workspace.data);
  free(l->result);
  free(l->bound);
}

int main(int argc, char **argv) {
  layer l = {0};
  int status =
      prepare(&l, argc > 1 ? argv[1] : "g32mb1_ic128oc128_ih28oh28kh3ph1", argc > 2 ? argv[2] : "direct") || run(&l);
  if (!status) {
    printf("largest error: %.3f of the bound\n", worst(&l));
    status = worst(&l) > 1;
  }
  release(&l);
  return status;
}
