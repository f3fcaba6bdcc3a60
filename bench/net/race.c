/* race.c - a few calls each, the shortest counts. Who is far behind after the first call is not called again, and who
 * was far behind on one image is not tried on many. */
#include "race.h"

#include "core/error.h"
#include "core/workspace.h"
#include "data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 5 };
static const double far_behind = 3;        /* times the best so far, after one call with caches and pages cold */
static const double enough_seconds = 0.02; /* of calls of one kernel */

typedef struct {
  char text[GCONV_TEXT_MAX];
  double *seconds; /* by kernel; infinite where it was not tried or does not take it */
} result;

struct race {
  const char *const *kernels;
  size_t kernel_count;
  unsigned isa_mask;
  int threads;
  result *results;
  size_t result_count;
};

race *race_create(const char *const *kernels, size_t count, unsigned isa_mask, int threads) {
  race *r = calloc(1, sizeof *r);
  if (r) *r = (race){.kernels = kernels, .kernel_count = count, .isa_mask = isa_mask, .threads = threads};
  return r;
}

void race_free(race *r) {
  if (!r) return;
  for (size_t i = 0; i < r->result_count; i++) free(r->results[i].seconds);
  free(r->results);
  free(r);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static gconv_buffer buffer_of(size_t bytes) {
  const size_t rounded = (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN;
  return (gconv_buffer){aligned_alloc(GCONV_ALIGN, rounded ? rounded : GCONV_ALIGN), bytes};
}

static void fill(gconv_buffer b) { data_fill_real(b.data, (int64_t)(b.bytes / sizeof(float)), 1); }

static double time_calls(const gconv_plan *plan, const gconv_args *args, double to_beat) {
  double least = INFINITY, spent = 0;
  for (int i = 0; i < CALLS && spent < enough_seconds; i++) {
    const double start = now();
    if (gconv_execute(plan, args)) return INFINITY;
    const double seconds = now() - start;
    least = fmin(least, seconds);
    spent += seconds;
    if (seconds > far_behind * to_beat) break;
  }
  return least;
}

static double time_plan(const gconv_plan *plan, double to_beat) {
  gconv_args args = {.src = buffer_of(plan->tensor_bytes[GCONV_SRC]),
                     .dst = buffer_of(plan->tensor_bytes[GCONV_DST]),
                     .wei = buffer_of(plan->tensor_bytes[GCONV_WEI]),
                     .packed = buffer_of(plan->packed_bytes),
                     .workspace = buffer_of(plan->workspace_bytes)};
  double seconds = INFINITY;
  if (args.src.data && args.dst.data && args.wei.data && args.packed.data && args.workspace.data) {
    fill(args.src);
    fill(args.wei);
    if (!gconv_pack_weights(plan, args.wei, args.packed)) seconds = time_calls(plan, &args, to_beat);
  }
  free(args.src.data);
  free(args.dst.data);
  free(args.wei.data);
  free(args.packed.data);
  free(args.workspace.data);
  return seconds;
}

static double least_of(const race *r, const double *seconds) {
  double least = INFINITY;
  for (size_t k = 0; k < r->kernel_count; k++) least = fmin(least, seconds[k]);
  return least;
}

static const double *times_of(race *r, const gconv_problem *p);

/* On one image: who need not be tried on more. */
static const double *pilot(race *r, const gconv_problem *p) {
  gconv_problem one = *p;
  one.batch = 1;
  return p->batch > 1 && !gconv_problem_init(&one) ? times_of(r, &one) : NULL;
}

static void run_race(race *r, const gconv_problem *p, const double *on_one, double *seconds) {
  const gconv_env env = {.threads = r->threads, .isa_mask = r->isa_mask};
  const double limit = on_one ? far_behind * least_of(r, on_one) : INFINITY;
  for (size_t k = 0; k < r->kernel_count; k++) {
    seconds[k] = INFINITY;
    gconv_plan *plan = NULL;
    if (on_one && !(on_one[k] <= limit)) continue;
    if (gconv_plan_create(r->kernels[k], p, &env, &plan)) continue;
    seconds[k] = time_plan(plan, least_of(r, seconds));
    gconv_plan_destroy(plan);
  }
}

/* NULL without memory. */
static const double *times_of(race *r, const gconv_problem *p) {
  char text[GCONV_TEXT_MAX];
  gconv_problem_print(p, text, sizeof text);
  for (size_t i = 0; i < r->result_count; i++)
    if (!strcmp(r->results[i].text, text)) return r->results[i].seconds;
  const double *on_one = pilot(r, p);
  double *seconds = malloc(r->kernel_count * sizeof *seconds);
  result *results = realloc(r->results, (r->result_count + 1) * sizeof *results);
  if (results) r->results = results;
  if (!results || !seconds) {
    free(seconds);
    gconv_error(GCONV_NO_MEMORY, "no memory for a race");
    return NULL;
  }
  for (size_t k = 0; k < r->kernel_count; k++) seconds[k] = INFINITY;
  run_race(r, p, on_one, seconds);
  result *made = &r->results[r->result_count++];
  made->seconds = seconds;
  memcpy(made->text, text, sizeof text);
  return seconds;
}

const char *race_winner(void *context, const gconv_problem *problem) {
  race *r = context;
  const double *seconds = times_of(r, problem);
  if (!seconds) return NULL;
  size_t best = 0;
  for (size_t k = 1; k < r->kernel_count; k++)
    if (seconds[k] < seconds[best]) best = k;
  if (isfinite(seconds[best])) return r->kernels[best];
  gconv_error(GCONV_UNSUPPORTED, "none of the chosen kernels takes %s", problem->name);
  return NULL;
}
