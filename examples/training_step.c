/* training_step.c - the three directions of a layer in training: forward, then with the gradient of the loss backward
 * to the input and to the weights, then a step of gradient descent. The layer learns to give what another one, with
 * hidden weights, gives. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <gconv/gconv.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 21, THREADS = 2 };
static const float rate = 5e-3f;

/* One plan a direction, of the same problem. Workspace and packed weights are each plan's own; the tensors are the
 * layer's. */
typedef struct {
  gconv_plan *plan[GCONV_DIRECTIONS];
  gconv_buffer packed[GCONV_DIRECTIONS], workspace[GCONV_DIRECTIONS];
} layer;

/* Zeros, so that what follows need not say where it is first written. */
static gconv_buffer allocate(size_t bytes) {
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64); /* a multiple of the alignment, and never 0 */
  if (!data) {
    fprintf(stderr, "training_step: no %zu bytes of memory\n", bytes);
    exit(1);
  }
  return (gconv_buffer){memset(data, 0, bytes), bytes};
}

static void must(gconv_status status) {
  if (!status) return;
  fprintf(stderr, "training_step: %s: %s\n", gconv_status_name(status), gconv_last_error());
  exit(1);
}

static layer layer_create(const char *descriptor) {
  layer l;
  gconv_problem problem;
  const gconv_env env = {.threads = THREADS, .layout = GCONV_NCHW};
  must(gconv_problem_parse(descriptor, &problem));
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    problem.direction = (gconv_direction)d;
    must(gconv_plan_create("direct", &problem, &env, &l.plan[d]));
    l.packed[d] = allocate(gconv_plan_packed_bytes(l.plan[d]));
    l.workspace[d] = allocate(gconv_plan_workspace_bytes(l.plan[d]));
  }
  return l;
}

/* The tensor that the direction does not read is the one it writes: dst, src (as its gradient) or wei (as its
 * gradient). */
static void run(const layer *l, gconv_direction d, gconv_buffer src, gconv_buffer wei, gconv_buffer dst) {
  const gconv_args args = {.src = src, .wei = wei, .dst = dst, .packed = l->packed[d], .workspace = l->workspace[d]};
  if (d != GCONV_BWD_W) must(gconv_pack_weights(l->plan[d], wei, l->packed[d])); /* they are new in each step */
  must(gconv_execute(l->plan[d], &args));
  if (d == GCONV_BWD_W) must(gconv_unpack_weights(l->plan[d], l->packed[d], wei));
}

static void fill(gconv_buffer tensor, unsigned seed) {
  for (size_t i = 0; i < tensor.bytes / sizeof(float); i++) {
    seed = seed * 1664525u + 1013904223u;
    ((float *)tensor.data)[i] = (float)(int)seed * 0x1p-31f; /* -1 to 1 */
  }
}

/* Half the squared distance; its gradient takes the place of the result. */
static double loss(gconv_buffer dst, gconv_buffer wanted) {
  float *got = dst.data;
  double sum = 0;
  for (size_t i = 0; i < dst.bytes / sizeof *got; i++) {
    got[i] -= ((const float *)wanted.data)[i];
    sum += 0.5 * got[i] * got[i];
  }
  return sum;
}

int main(void) {
  layer l = layer_create("g4mb2_ic16oc16_ih14oh14kh3ph1");
  const gconv_plan *plan = l.plan[GCONV_FWD];
  const size_t src_bytes = gconv_plan_tensor_bytes(plan, GCONV_SRC),
               wei_bytes = gconv_plan_tensor_bytes(plan, GCONV_WEI),
               dst_bytes = gconv_plan_tensor_bytes(plan, GCONV_DST);
  gconv_buffer src = allocate(src_bytes), src_gradient = allocate(src_bytes);
  gconv_buffer wei = allocate(wei_bytes), wei_gradient = allocate(wei_bytes);
  gconv_buffer dst = allocate(dst_bytes), wanted = allocate(dst_bytes);
  fill(src, 1), fill(wei_gradient, 2); /* the hidden weights, as long as no gradient is there */
  run(&l, GCONV_FWD, src, wei_gradient, wanted);

  double first = 0, last = 0;
  for (int step = 0; step < STEPS; step++) {
    run(&l, GCONV_FWD, src, wei, dst);
    last = loss(dst, wanted);
    if (step == 0) first = last;
    run(&l, GCONV_BWD_D, src_gradient, wei, dst); /* what the layer before this one would go on with */
    run(&l, GCONV_BWD_W, src, wei_gradient, dst);
    for (size_t i = 0; i < wei.bytes / sizeof(float); i++)
      ((float *)wei.data)[i] -= rate * ((float *)wei_gradient.data)[i];
  }
  printf("loss %.3g, after %d steps %.3g\n", first, STEPS - 1, last);

  gconv_buffer tensors[] = {src, src_gradient, wei, wei_gradient, dst, wanted};
  for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) free(tensors[i].data);
  for (int d = 0; d < GCONV_DIRECTIONS; d++) {
    free(l.packed[d].data), free(l.workspace[d].data);
    gconv_plan_destroy(l.plan[d]);
  }
  return !(last < first / 100);
}
