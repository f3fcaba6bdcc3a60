/* race.c - the entrants take turns, so that a disturbance hits all of them, and each is judged by its best time. In a
 * turn an entrant runs several times: the first finds the caches as another one left them. */
#include "impl/onednn/race.h"
#include "core/error.h"
#include "core/workspace.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

/* Enough turns to see a short kernel undisturbed. A busy machine or a long kernel gets fewer: the race ends after the
 * first budget if everyone had its fair turns, and after the last one in any case. */
enum { TURNS = 12, FAIR_TURNS = 4, RUNS = 2 };
static const double budget_seconds = 0.05, last_budget_seconds = 0.2;

enum { NATIVE_SRC, NATIVE_WEI, NATIVE_DST, SCRATCHPAD, USER_SRC, USER_DST, BUFFERS };

typedef struct {
  float *data[BUFFERS];
} track;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void track_free(track *t) {
  for (int i = 0; i < BUFFERS; i++) free(t->data[i]);
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

/* Written once: untouched pages would all be the same zero page, and reading it is faster than real memory. */
static gconv_status allocate(float **data, size_t bytes) {
  const size_t rounded = (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN;
  if (!rounded) return GCONV_OK;
  *data = aligned_alloc(GCONV_ALIGN, rounded);
  if (!*data)
    return gconv_error(GCONV_NO_MEMORY, "no memory to measure oneDNN's candidates: %zu bytes for one tensor", rounded);
  for (size_t i = 0; i < rounded / sizeof **data; i++) (*data)[i] = 0.5f;
  return GCONV_OK;
}

static gconv_status track_create(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, track *t) {
  size_t bytes[BUFFERS] = {0};
  for (int i = 0; i < count; i++) {
    for (int tensor = 0; tensor < GCONV_TENSORS; tensor++)
      bytes[NATIVE_SRC + tensor] = most(bytes[NATIVE_SRC + tensor], entrants[i]->bytes[tensor]);
    bytes[SCRATCHPAD] = most(bytes[SCRATCHPAD], entrants[i]->scratchpad_bytes);
  }
  if (plan->env.layout != GCONV_NATIVE) {
    bytes[USER_SRC] = gconv_plan_tensor_bytes(plan, GCONV_SRC);
    bytes[USER_DST] = gconv_plan_tensor_bytes(plan, GCONV_DST);
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
  const gconv_dims dims = gconv_tensor_dims(&plan->problem, tensor);
  float *user = t->data[tensor == GCONV_SRC ? USER_SRC : USER_DST], *native = t->data[NATIVE_SRC + tensor];
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
  const gconv_status status =
      gconv_dnnl_conv_run(c, t->data[NATIVE_SRC], t->data[NATIVE_WEI], t->data[NATIVE_DST], t->data[SCRATCHPAD]);
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

gconv_status onednn_race(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, int *winner) {
  *winner = 0;
  if (count == 1) return GCONV_OK;
  track t;
  double best[RACE_MAX];
  for (int i = 0; i < count; i++) best[i] = INFINITY;
  gconv_status status = track_create(plan, entrants, count, &t);
  const double start = now();
  for (int turns = 0; !status && (turns == 0 || !is_over(turns, now() - start)); turns++)
    for (int i = 0; i < count && !status; i++) status = turn(plan, entrants[i], &t, turns == 0, &best[i]);
  track_free(&t);
  for (int i = 1; i < count; i++)
    if (best[i] < best[*winner]) *winner = i;
  return status;
}
