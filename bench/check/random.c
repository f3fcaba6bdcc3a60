/* random.c - checks drawn problems. Each is checked in a child process, so that a crash or a hang is one failure among
 * others, and can be shrunk like them. The parent computes nothing: threads do not survive a fork. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "random.h"
#include "draw.h"
#include "data.h"
#include "interrupt.h"
#include "properties.h"
#include "shrink.h"
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  HANG_SECONDS = 600,   /* far longer than any drawn problem takes, also where others have the machine */
  ATTEMPTS_MAX = 500,   /* children spent on shrinking one failure */
  SHRUNK_MAX = 10,      /* failures that are shrunk; one cause often fails a hundred problems */
  PROGRESS_EVERY = 1000 /* problems */
};

typedef struct {
  const options *o;
  unsigned checks;
  uint64_t index; /* of the problem under way */
  tally *shared;  /* children add to it */
} campaign;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Options that ask for one layout and one thread count. */
static options narrowed(const options *o, gconv_layout layout, int threads) {
  options one = *o;
  for (int l = 0; l < GCONV_LAYOUTS; l++) one.layouts[l] = l == (int)layout;
  one.threads[0] = threads;
  one.thread_count = 1;
  return one;
}

/* Every kernel on one problem, in each direction; layout, threads and the property are drawn too. */
static void check_drawn(const campaign *c, const gconv_problem *p) {
  static const gconv_layout layouts[] = {GCONV_NATIVE, GCONV_NATIVE, GCONV_NCHW, GCONV_NHWC};
  size_t properties;
  property_list(&properties);
  const uint64_t index = c->index;
  const options o = narrowed(c->o, layouts[data_seed(index, 1) % 4],
                             c->o->threads[data_seed(index, 2) % (uint64_t)c->o->thread_count]);
  const unsigned drawn = 1u << (CHECKS_PROPERTY + data_seed(index, 3) % properties);
  session s = {.o = &o,
               .checks = c->checks & (CHECKS_VALUES | CHECKS_GUARDS | CHECKS_CALLS | drawn),
               .only_failures = true,
               .sum = c->shared};
  for (int d = 0; d < GCONV_DIRECTIONS; d++)
    if (o.directions[d]) session_problem(&s, *p, (gconv_direction)d);
}

/* The kernel that failed, on another problem; silently. */
static void check_again(const campaign *c, const gconv_problem *p) {
  const tally *first = c->shared;
  const options o = narrowed(c->o, first->env.layout, first->env.threads);
  tally sum = {0};
  session s = {.o = &o, .checks = c->checks, .only_failures = true, .sum = &sum};
  if (!freopen("/dev/null", "w", stdout)) _exit(EXIT_WRONG);
  session_pair(&s, p, first->kernel, &first->env);
  if (sum.count[CHECK_FAIL]) _exit(EXIT_WRONG);
}

/* Runs `work` in a child. False if it did not come to its end. */
static bool in_child(const campaign *c, const gconv_problem *problem,
                     void (*work)(const campaign *, const gconv_problem *)) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    interrupt_forget();
    alarm(HANG_SECONDS);
    work(c, problem);
    fflush(stdout);
    _exit(0);
  }
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void shrink(const campaign *c) {
  gconv_problem smallest = c->shared->problem, next;
  int attempts = 0;
  for (int way = 0; way < shrink_count() && attempts < ATTEMPTS_MAX;) {
    const bool smaller = shrink_try(&smallest, way, &next) && ++attempts && !in_child(c, &next, check_again);
    if (smaller) smallest = next;
    way = smaller ? 0 : way + 1;
  }
  char command[2 * GCONV_TEXT_MAX];
  const check_case found = {.problem = smallest, .seed = c->o->seed};
  check_repro(&found, c->shared->kernel, &c->shared->env, command, sizeof command);
  printf("     shrunk to: %s\n", command);
}

static void check_one(campaign *c, uint64_t seed, int *shrunk) {
  const gconv_problem p = random_problem(seed, c->index);
  const long before = c->shared->count[CHECK_FAIL];
  c->shared->failed = false;
  if (!in_child(c, &p, check_drawn) && c->shared->count[CHECK_FAIL] == before) {
    char text[GCONV_TEXT_MAX];
    gconv_problem_print(&p, text, sizeof text);
    printf("FAIL %s [the process checking it was killed]\n", text);
    c->shared->count[CHECK_FAIL]++;
  }
  if (c->shared->failed && ++*shrunk <= SHRUNK_MAX) shrink(c);
}

/* Children hand over between threads thousands of times a problem. Threads that spin while they wait burn the very time
 * slice that the other one is waiting for where cores are shared, and a problem of milliseconds then takes minutes:
 * they must sleep. libgomp reads that before main, so it is said to a fresh start of the program. */
void random_restart_passive(char **argv) {
  if (getenv("OMP_WAIT_POLICY")) return; /* the user's wish, or the fresh start */
  if (!setenv("OMP_WAIT_POLICY", "passive", 0)) execv("/proc/self/exe", argv);
  fprintf(stderr, "gconv-check: waiting threads may spin: no fresh start with OMP_WAIT_POLICY=passive\n");
}

bool random_teams_are_whole(const options *o) {
  const pid_t child = fork();
  if (child == 0) {
    const bool refused = team_check(o->threads, o->thread_count);
    if (refused) fprintf(stderr, "gconv-check: %s\n", gconv_last_error());
    _exit(refused);
  }
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int random_run(const options *o, unsigned checks, random_options r) {
  tally *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    fprintf(stderr, "gconv-check: no memory for %zu shared bytes\n", sizeof *shared);
    return EXIT_WRONG;
  }
  campaign c = {.o = o, .checks = checks, .index = r.first, .shared = shared};
  interrupt_report(shared);
  const double start = seconds();
  int shrunk = 0;
  while (c.index - r.first < r.problems && (!r.budget || seconds() - start < r.budget)) {
    check_one(&c, o->seed, &shrunk);
    if (++c.index % PROGRESS_EVERY == 0)
      printf("next is --first=%llu, %.0f s\n", (unsigned long long)c.index, seconds() - start);
  }
  printf("%llu random problems of seed %llu in %.0f s, next is --first=%llu\n", (unsigned long long)(c.index - r.first),
         (unsigned long long)o->seed, seconds() - start, (unsigned long long)c.index);
  const int code = session_end(shared);
  munmap(shared, sizeof *shared);
  return code;
}
