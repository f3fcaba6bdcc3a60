/* race.c - the entrants take turns, so that a disturbance hits all of them, and each is judged by its best time. In a
 * turn an entrant runs several times: the first finds the caches as another one left them. Who is hopelessly behind
 * runs no more, so that planning is not as slow as the slowest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/onednn/race.h"
#include "common/dnnl_guarded.h"
#include "core/error.h"

#include <math.h>
#include <time.h>

/* Enough turns to see a short kernel undisturbed. A busy machine or a long kernel gets fewer: the race ends after the
 * first budget if everyone had its fair turns, and after the last one in any case. */
enum { TURNS = 12, FAIR_TURNS = 3, RUNS = 2 };
static const double budget_seconds = 0.025, last_budget_seconds = 0.2;

/* Times differ by a factor of two from one run to the next on a busy machine, hardly by three; the best of several
 * turns hardly by a half. */
static const double hopeless = 3, behind = 1.5;
enum { SEVERAL_TURNS = 2 };

enum { NATIVE_SRC, NATIVE_WEI, NATIVE_DST, SCRATCHPAD, USER_SRC, USER_DST, BUFFERS };

/* The entrants have proved that they stay inside; guarded memory has room behind it if one does not after all. */
typedef struct {
  gconv_guarded data[BUFFERS];
} track;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void track_free(track *t) {
  for (int i = 0; i < BUFFERS; i++) gconv_guarded_free(&t->data[i]);
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

/* What runs: the entrant, or the same with fewer images. */
static gconv_dnnl_conv *runner(gconv_dnnl_conv *entrant) { return entrant->trial ? entrant->trial : entrant; }

/* Written once: untouched pages would all be the same zero page, and reading it is faster than real memory. */
static gconv_status allocate(gconv_guarded *g, size_t bytes) {
  const gconv_status status = bytes ? gconv_guarded_create(bytes, g) : GCONV_OK;
  float *data = g->data;
  for (size_t i = 0; i < bytes / sizeof *data && !status; i++) data[i] = 0.5f;
  return status;
}

static size_t user_bytes(const gconv_plan *plan, const gconv_dnnl_conv *c, gconv_tensor tensor) {
  if (plan->env.layout == GCONV_NATIVE) return 0;
  return (size_t)gconv_layout_elems(plan->env.layout, gconv_tensor_dims(&c->problem, tensor)) * sizeof(float);
}

static gconv_status track_create(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, track *t) {
  size_t bytes[BUFFERS] = {0};
  for (int i = 0; i < count; i++) {
    const gconv_dnnl_conv *c = runner(entrants[i]);
    for (int tensor = 0; tensor < GCONV_TENSORS; tensor++)
      bytes[NATIVE_SRC + tensor] = most(bytes[NATIVE_SRC + tensor], c->bytes[tensor]);
    bytes[SCRATCHPAD] = most(bytes[SCRATCHPAD], c->scratchpad_bytes);
    bytes[USER_SRC] = user_bytes(plan, c, GCONV_SRC);
    bytes[USER_DST] = user_bytes(plan, c, GCONV_DST);
  }
  uint64_t need = 0;
  for (int i = 0; i < BUFFERS; i++) need += bytes[i];
  *t = (track){0};
  if (need > plan->env.memory_bytes)
    return gconv_error(GCONV_NO_MEMORY, "measuring oneDNN's candidates takes %llu bytes, the limit is %llu",
                       (unsigned long long)need, (unsigned long long)plan->env.memory_bytes);
  gconv_status status = GCONV_OK;
  for (int i = 0; i < BUFFERS && !status; i++) status = allocate(&t->data[i], bytes[i]);
  return status;
}

static void convert(const gconv_plan *plan, const gconv_dnnl_conv *c, gconv_tensor tensor, const track *t) {
  const gconv_layout user_layout = plan->env.layout, native_layout = c->layout[tensor];
  if (user_layout == GCONV_NATIVE || user_layout == native_layout) return;
  const gconv_dims dims = gconv_tensor_dims(&c->problem, tensor);
  float *user = t->data[tensor == GCONV_SRC ? USER_SRC : USER_DST].data, *native = t->data[NATIVE_SRC + tensor].data;
  if (tensor == gconv_written_tensor(plan->problem.direction))
    gconv_layout_convert(dims, native_layout, native, user_layout, user, plan->env.threads);
  else
    gconv_layout_convert(dims, user_layout, user, native_layout, native, plan->env.threads);
}

/* One execution as core does it: convert what is read, run, convert what is written. */
static gconv_status run(const gconv_plan *plan, const gconv_dnnl_conv *c, const track *t, double *seconds) {
  const gconv_tensor written = gconv_written_tensor(plan->problem.direction);
  const double start = now();
  if (written != GCONV_SRC) convert(plan, c, GCONV_SRC, t);
  if (written != GCONV_DST) convert(plan, c, GCONV_DST, t);
  const gconv_status status = gconv_dnnl_conv_run(c, t->data[NATIVE_SRC].data, t->data[NATIVE_WEI].data,
                                                  t->data[NATIVE_DST].data, t->data[SCRATCHPAD].data);
  if (written != GCONV_WEI) convert(plan, c, written, t);
  *seconds = now() - start;
  return status;
}

/* The first run of all, which warms up, stands only where there is no time for another. */
static gconv_status turn(const gconv_plan *plan, const gconv_dnnl_conv *c, const track *t, bool first, double *best) {
  gconv_status status = GCONV_OK;
  for (int i = 0; i < RUNS && !status; i++) {
    double seconds = 0;
    status = run(plan, c, t, &seconds);
    if (seconds < *best || (first && i == 1)) *best = seconds;
    if (seconds > budget_seconds) break;
  }
  return status;
}

static bool is_over(int turns, double seconds) {
  return turns >= TURNS || seconds > last_budget_seconds || (turns >= FAIR_TURNS && seconds > budget_seconds);
}

typedef struct {
  gconv_dnnl_conv *conv; /* NULL: out of the race */
  double best;
} racer;

static void drop_slow(racer *racers, int count, double factor) {
  double best = INFINITY;
  for (int i = 0; i < count; i++) best = fmin(best, racers[i].best);
  for (int i = 0; i < count; i++)
    if (racers[i].best > factor * best) racers[i].conv = NULL;
}

static int running(const racer *racers, int count) {
  int running = 0;
  for (int i = 0; i < count; i++) running += racers[i].conv != NULL;
  return running;
}

/* The run of its proof tells of one that takes long whether it has a chance; that of a short one is mostly cold. What
 * could not be proved, reference loops among it, would take too long here too. */
static int line_up(gconv_dnnl_conv *const *entrants, int count, racer *racers) {
  for (int i = 0; i < count; i++) {
    const bool slow = entrants[i]->seconds > budget_seconds;
    racers[i] = (racer){entrants[i]->proved ? runner(entrants[i]) : NULL, slow ? entrants[i]->seconds : budget_seconds};
    if (!racers[i].conv) racers[i].best = INFINITY;
  }
  drop_slow(racers, count, hopeless);
  for (int i = 0; i < count; i++) racers[i].best = INFINITY;
  return running(racers, count);
}

static int fastest(const racer *racers, int count) {
  int winner = 0;
  for (int i = 1; i < count; i++)
    if ((racers[i].conv && !racers[winner].conv) || racers[i].best < racers[winner].best) winner = i;
  return winner;
}

gconv_status onednn_race(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, int *winner) {
  racer racers[RACE_MAX];
  const int fair = line_up(entrants, count, racers);
  *winner = fastest(racers, count);
  if (fair < 2) return GCONV_OK;
  track t;
  gconv_status status = track_create(plan, entrants, count, &t);
  const double start = now();
  for (int turns = 0; !status && running(racers, count) > 1 && (turns == 0 || !is_over(turns, now() - start));
       turns++) {
    for (int i = 0; i < count && !status; i++)
      if (racers[i].conv) status = turn(plan, racers[i].conv, &t, turns == 0, &racers[i].best);
    if (!status) *winner = fastest(racers, count);
    drop_slow(racers, count, turns + 1 < SEVERAL_TURNS ? hopeless : behind);
  }
  track_free(&t);
  return status;
}
