/* test_shared_plans.c - one plan, several threads of the user's at once, each with buffers of its own: gconv.h allows
 * that for every kernel. Each user has other inputs, so that one who gets another one's result sees it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include <math.h>
#include <pthread.h>

/* More users than oneDNN's kernels hold objects ready for come in the second round. */
enum { FEW_USERS = 4, MANY_USERS = 12, CALLS = 25, TEAM_CALLS = 3 };

typedef struct {
  call own;
  pthread_barrier_t *start;
  int calls;
  gconv_buffer want; /* what it got when it was alone */
  char wrong[GCONV_TEXT_MAX];
} user;

/* The same bits, or for plans that promise less, the same sums in another order. */
static bool agree(const gconv_plan *plan, const gconv_buffer *got, const gconv_buffer *want) {
  static const float tolerance = 1e-3f; /* of a few hundred products below 1 */
  if (plan->deterministic) return !memcmp(got->data, want->data, want->bytes);
  const float *g = got->data, *w = want->data;
  for (size_t i = 0; i < want->bytes / sizeof *w; i++)
    if (!(fabsf(g[i] - w[i]) <= tolerance)) return false; /* NaN too */
  return true;
}

static void *execute_often(void *argument) {
  user *u = argument;
  pthread_barrier_wait(u->start);
  for (int i = 0; i < u->calls && !*u->wrong; i++) {
    const gconv_buffer *result = call_try(&u->own);
    if (!result)
      snprintf(u->wrong, sizeof u->wrong, "call %d: %.200s", i, gconv_last_error());
    else if (!agree(u->own.plan, result, &u->want))
      snprintf(u->wrong, sizeof u->wrong, "call %d gave another result than alone", i);
    else
      memset(result->data, 0xff, result->bytes);
  }
  return NULL;
}

static void user_create(user *u, gconv_plan *plan, int number, pthread_barrier_t *start) {
  *u = (user){.start = start, .calls = plan->env.threads > 1 ? TEAM_CALLS : CALLS};
  call_fill(&u->own, plan, 1 + (uint64_t)number);
  const gconv_buffer *result = call_result(&u->own);
  u->want = (gconv_buffer){call_memory(result->bytes), result->bytes};
  memcpy(u->want.data, result->data, result->bytes);
}

static void share(gconv_plan *plan, int count) {
  user users[MANY_USERS];
  pthread_t threads[MANY_USERS];
  pthread_barrier_t start;
  assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned)count), 0);
  for (int i = 0; i < count; i++) user_create(&users[i], plan, i, &start);
  for (int i = 0; i < count; i++) assert_int_equal(pthread_create(&threads[i], NULL, execute_often, &users[i]), 0);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&start);
  for (int i = 0; i < count; i++) {
    if (*users[i].wrong)
      fail_msg("%s, user %d of %d: %s (%s)", plan->kernel->name, i, count, users[i].wrong, plan->text);
    call_empty(&users[i].own);
    free(users[i].want.data);
  }
}

static void share_kernel(const char *kernel, const char *descriptor, gconv_direction direction) {
  const gconv_problem p = problem_of(descriptor, direction);
  static const gconv_layout layouts[] = {GCONV_NATIVE, GCONV_NCHW};
  for (size_t l = 0; l < ROWS(layouts); l++) {
    gconv_plan *plan;
    if (gconv_plan_create(kernel, &p, &(gconv_env){.threads = 1, .layout = layouts[l]}, &plan)) return;
    share(plan, FEW_USERS);
    if (plan->kernel->library && !layouts[l]) share(plan, MANY_USERS);
    gconv_plan_destroy(plan);
  }
}

static void test_plans_are_shared(void **state) {
  (void)state;
  call_each_kernel(share_kernel);
}

/* Plans of several threads each, too: what a call asks OpenMP for is its own thread's. */
static void share_teams(const char *kernel, const char *descriptor, gconv_direction direction) {
  const gconv_problem p = problem_of(descriptor, direction);
  gconv_plan *plan;
  if (gconv_plan_create(kernel, &p, &(gconv_env){.threads = 2}, &plan)) return;
  share(plan, 2);
  gconv_plan_destroy(plan);
}

static void test_teams_are_apart(void **state) {
  (void)state;
  call_each_kernel(share_teams);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_plans_are_shared),
      cmocka_unit_test(test_teams_are_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
