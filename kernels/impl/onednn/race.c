/* race.c - the course on which requests to oneDNN race (common/race.c has the rules): memory for the largest of them,
 * and one execution as core does it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/onednn/race.h"
#include "common/dnnl_guarded.h"
#include "common/race.h"
#include "core/clock.h"
#include "core/error.h"

#include <math.h>

enum { NATIVE_SRC, NATIVE_WEI, NATIVE_DST, SCRATCHPAD, USER_SRC, USER_DST, BUFFERS };

/* The entrants have proved that they stay inside; guarded memory has room behind it if one does not after all. */
typedef struct {
  gconv_guarded data[BUFFERS];
} track;

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
  const uint64_t start = gconv_now_ns();
  if (written != GCONV_SRC) convert(plan, c, GCONV_SRC, t);
  if (written != GCONV_DST) convert(plan, c, GCONV_DST, t);
  const gconv_status status = gconv_dnnl_conv_run(c, t->data[NATIVE_SRC].data, t->data[NATIVE_WEI].data,
                                                  t->data[NATIVE_DST].data, t->data[SCRATCHPAD].data);
  if (written != GCONV_WEI) convert(plan, c, written, t);
  *seconds = gconv_seconds_since(start);
  return status;
}

typedef struct {
  const gconv_plan *plan;
  gconv_dnnl_conv *const *entrants;
  const track *track;
} course;

static gconv_status run_entrant(const void *where, int entrant, double *seconds) {
  const course *c = where;
  return run(c->plan, runner(c->entrants[entrant]), c->track, seconds);
}

/* The run of its proof tells of one that takes long whether it has a chance; that of a short one is mostly cold. What
 * could not be proved, reference loops among it, would take too long here too. */
static int line_up(gconv_dnnl_conv *const *entrants, int count, gconv_racer *racers) {
  for (int i = 0; i < count; i++)
    racers[i] = (gconv_racer){
        entrants[i]->proved,
        !entrants[i]->proved ? INFINITY : fmax(entrants[i]->seconds, gconv_race_budget_seconds),
    };
  gconv_race_drop_hopeless(racers, count);
  int fair = 0;
  for (int i = 0; i < count; i++) {
    racers[i].best = INFINITY;
    fair += racers[i].runs;
  }
  return fair;
}

gconv_status onednn_race(const gconv_plan *plan, gconv_dnnl_conv *const *entrants, int count, int *winner) {
  gconv_racer racers[RACE_MAX];
  const int fair = line_up(entrants, count, racers);
  *winner = gconv_race_fastest(racers, count);
  if (fair < 2) return GCONV_OK;
  track t;
  gconv_status status = track_create(plan, entrants, count, &t);
  const gconv_race_track race = {run_entrant, &(course){plan, entrants, &t}};
  if (!status) status = gconv_race(&race, racers, count, false, winner);
  track_free(&t);
  return status;
}
