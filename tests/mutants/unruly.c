/* unruly.c - right results by a call that does what gconv.h forbids it, which the parameter names: no comparison of
 * results can object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/parallel.h"
#include "fault.h"

#include <pthread.h>
#include <stdlib.h>

typedef enum { NONE, ALLOCATES, HIRES_THREADS, STARTS_THREADS, HABITS } habit;

static const char *const names[HABITS] = {"none", "allocates", "hires_threads", "starts_threads"};

extern const gconv_kernel gconv_kernel_ref_scalar;

static void idle(const void *arg, int thread, int threads) { (void)arg, (void)thread, (void)threads; }

static void *idle_thread(void *unused) { return unused; }

static void indulge(habit h, int threads) {
  pthread_t thread;
  volatile char *block;
  switch (h) {
  case ALLOCATES:
    block = malloc(1000);
    if (block) block[0] = 1;
    free((void *)block);
    break;
  case HIRES_THREADS:
    gconv_parallel(threads + 1, idle, NULL);
    break;
  case STARTS_THREADS:
    if (!pthread_create(&thread, NULL, idle_thread, NULL)) pthread_join(thread, NULL);
    break;
  default:
    break;
  }
}

static gconv_status execute(const gconv_plan *plan, const gconv_args *args) {
  indulge((habit)(intptr_t)plan->state, plan->env.threads);
  return gconv_kernel_ref_scalar.execute(plan, args);
}

static gconv_status plan(gconv_plan *plan) {
  const gconv_status status = gconv_kernel_ref_scalar.plan(plan);
  return status ? status : plan_fault(plan, names, HABITS);
}

const gconv_kernel gconv_kernel_unruly_scalar = {
    .name = "unruly",
    .summary = "right results by forbidden means",
    .reference = "gconv.h",
    .params = "the means, or none",
    .dtypes = 1u << GCONV_F32,
    .directions = 1u << GCONV_FWD | 1u << GCONV_BWD_D | 1u << GCONV_BWD_W,
    .numeric = GCONV_SUM_ANY_ORDER,
    .plan = plan,
    .execute = execute,
};
