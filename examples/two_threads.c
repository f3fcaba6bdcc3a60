/* two_threads.c - an application with threads of its own: both execute one plan, on one set of packed weights, at the
 * same time. What is written (result and workspace) belongs to each thread; what is only read is shared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <gconv/gconv.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, IMAGES = 8 };

/* What the threads have in common, and never write. */
typedef struct {
  const gconv_plan *plan;
  gconv_buffer src, wei, packed;
} shared;

typedef struct {
  const shared *shared;
  gconv_buffer dst, workspace;
  char error[GCONV_TEXT_MAX]; /* gconv_last_error is each thread's own: it is copied before the thread ends */
} worker;

/* 64 bytes is what packed weights and workspace want; aligned_alloc takes multiples of the alignment only. */
static gconv_buffer allocate(size_t bytes) {
  void *data = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
  if (!data) {
    fprintf(stderr, "two_threads: no %zu bytes of memory\n", bytes);
    exit(1);
  }
  return (gconv_buffer){data, bytes};
}

static void *work(void *argument) {
  worker *w = argument;
  const shared *s = w->shared;
  const gconv_args args = {.src = s->src, .wei = s->wei, .packed = s->packed, .dst = w->dst, .workspace = w->workspace};
  for (int i = 0; i < IMAGES; i++)
    if (gconv_execute(s->plan, &args)) {
      snprintf(w->error, sizeof w->error, "%s", gconv_last_error());
      break;
    }
  return NULL;
}

/* Both give the same bits, whoever was first. */
static int run(const shared *s, worker workers[THREADS]) {
  pthread_t threads[THREADS];
  int started = 0, status = 0;
  while (started < THREADS && !pthread_create(&threads[started], NULL, work, &workers[started])) started++;
  for (int t = 0; t < started; t++) pthread_join(threads[t], NULL);
  if (started < THREADS) return fprintf(stderr, "two_threads: no thread to be had\n"), 1;
  for (int t = 0; t < THREADS; t++)
    if (*workers[t].error) status = fprintf(stderr, "two_threads: %s\n", workers[t].error) != 0;
  if (status) return status;
  const bool same = !memcmp(workers[0].dst.data, workers[1].dst.data, workers[0].dst.bytes);
  printf("%d threads, %d images each, one plan (%s): results %s\n", THREADS, IMAGES, gconv_plan_text(s->plan),
         same ? "equal" : "differ");
  return !same;
}

static shared prepare(const gconv_plan *plan) {
  shared s = {plan, allocate(gconv_plan_tensor_bytes(plan, GCONV_SRC)),
              allocate(gconv_plan_tensor_bytes(plan, GCONV_WEI)), allocate(gconv_plan_packed_bytes(plan))};
  for (size_t i = 0; i < s.src.bytes / sizeof(float); i++) ((float *)s.src.data)[i] = (float)(i % 13) - 6;
  for (size_t i = 0; i < s.wei.bytes / sizeof(float); i++) ((float *)s.wei.data)[i] = (float)(i % 7) - 3;
  return s;
}

int main(void) {
  gconv_problem problem;
  gconv_plan *plan;
  const gconv_env env = {.threads = 1,
                         .layout = GCONV_NHWC}; /* each call runs on this many threads: two calls at once, on two */
  if (gconv_problem_parse("g32mb1_ic128oc128_ih28oh28kh3ph1", &problem) ||
      gconv_plan_create("direct", &problem, &env, &plan))
    return fprintf(stderr, "two_threads: %s\n", gconv_last_error()), 1;
  const shared s = prepare(plan);
  worker workers[THREADS] = {0};
  for (int t = 0; t < THREADS; t++)
    workers[t] = (worker){&s, allocate(gconv_plan_tensor_bytes(plan, GCONV_DST)),
                          allocate(gconv_plan_workspace_bytes(plan)), ""};
  int status = 1;
  if (gconv_pack_weights(plan, s.wei, s.packed))
    fprintf(stderr, "two_threads: %s\n", gconv_last_error());
  else
    status = run(&s, workers);
  for (int t = 0; t < THREADS; t++) free(workers[t].dst.data), free(workers[t].workspace.data);
  free(s.src.data), free(s.wei.data), free(s.packed.data);
  gconv_plan_destroy(plan); /* only when no call uses it any more */
  return status;
}
