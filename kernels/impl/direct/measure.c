/* measure.c - the race of a problem's methods and tiles: every parameter that names one is planned, as a user would,
 * and those plans that differ take turns (common/race.c) on memory that is allocated for it.
 *
 * An execution is timed as a caller gets it: with the conversions to the layout of env, if it names one. Large batches
 * race with fewer images. The choice may differ from plan to plan; what a plan computes does not. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "impl/direct/measure.h"
#include "impl/direct/choose.h"

#include "common/race.h"
#include "core/clock.h"
#include "core/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRANTS_MAX = 32, PAGE = 4096 };

/* For each thread, of a trial: two milliseconds at the peak of a core with two 8-lane FMAs. */
static const int64_t trial_macs = INT64_C(1) << 27;

typedef struct {
  gconv_plan *plan;
  const char *name;
} entrant;

enum { PACKED = GCONV_TENSORS, WORKSPACE, BUFFERS };

typedef struct {
  entrant entrants[ENTRANTS_MAX];
  gconv_racer racers[ENTRANTS_MAX];
  int count;
  gconv_buffer buffers[BUFFERS];
} course;

static gconv_problem trial_of(const gconv_plan *plan) {
  gconv_problem p = plan->problem;
  const int64_t image = gconv_max64(plan->useful_macs / p.batch, 1);
  p.batch = (int)gconv_max64(gconv_min64(p.batch, trial_macs * plan->env.threads / image), 1);
  return p;
}

/* Two names for one plan: where the problem leaves a tile no choice. */
static bool known(const course *c, const gconv_plan *plan) {
  for (int i = 0; i < c->count; i++)
    if (!strcmp(c->entrants[i].plan->text, plan->text)) return true;
  return false;
}

/* One that the limit of memory refuses is not left out: the winner would be another by chance. */
static gconv_status enter(const gconv_plan *plan, course *c) {
  const gconv_problem trial = trial_of(plan);
  gconv_status none = GCONV_OK;
  const char *name;
  for (int i = 0; c->count < ENTRANTS_MAX && (name = ISA_NAME(direct_method_name)(i)); i++) {
    char kernel[sizeof plan->param + GCONV_NAME_MAX];
    gconv_plan *way;
    snprintf(kernel, sizeof kernel, "%s@%s", plan->kernel->name, name);
    const gconv_status status = gconv_plan_create(kernel, &trial, &plan->env, &way);
    if (status == GCONV_UNSUPPORTED)
      none = status;
    else if (status)
      return status;
    else if (known(c, way))
      gconv_plan_destroy(way);
    else
      c->entrants[c->count++] = (entrant){way, name};
  }
  return c->count ? GCONV_OK : none;
}

/* The way that should take least time comes first: where there is time for few it is among them. */
static gconv_status favour_estimate(const gconv_plan *plan, course *c) {
  const gconv_problem trial = trial_of(plan);
  gconv_plan *estimate;
  const gconv_status status = gconv_plan_create(plan->kernel->name, &trial, &plan->env, &estimate);
  if (status) return status;
  for (int i = 1; i < c->count; i++) {
    const entrant first = c->entrants[0];
    if (strcmp(c->entrants[i].plan->text, estimate->text)) continue;
    c->entrants[0] = c->entrants[i];
    c->entrants[i] = first;
  }
  gconv_plan_destroy(estimate);
  return GCONV_OK;
}

static size_t bytes_needed(const gconv_plan *plan, int buffer) {
  if (buffer == PACKED) return plan->packed_bytes;
  if (buffer == WORKSPACE) return plan->workspace_bytes;
  return buffer == GCONV_WEI && plan->packed_bytes ? 0 : plan->tensor_bytes[buffer];
}

/* Written once: untouched pages would all be the same zero page, and reading it is faster than real memory. */
static gconv_status allocate(gconv_buffer *buffer) {
  if (!buffer->bytes) return GCONV_OK;
  buffer->bytes = (buffer->bytes + PAGE - 1) / PAGE * PAGE;
  float *data = buffer->data = aligned_alloc(PAGE, buffer->bytes);
  if (!data) return gconv_error(GCONV_NO_MEMORY, "no memory to measure with: %zu bytes for one buffer", buffer->bytes);
  for (size_t i = 0; i < buffer->bytes / sizeof *data; i++) data[i] = 0.5f;
  return GCONV_OK;
}

static gconv_status allocate_all(const gconv_plan *plan, course *c) {
  uint64_t need = 0;
  for (int b = 0; b < BUFFERS; b++) {
    for (int i = 0; i < c->count; i++) {
      const size_t bytes = bytes_needed(c->entrants[i].plan, b);
      if (bytes > c->buffers[b].bytes) c->buffers[b].bytes = bytes;
    }
    need += c->buffers[b].bytes;
  }
  if (need > plan->env.memory_bytes)
    return gconv_error(GCONV_NO_MEMORY, "measuring direct's methods takes %llu bytes, the limit is %llu",
                       (unsigned long long)need, (unsigned long long)plan->env.memory_bytes);
  gconv_status status = GCONV_OK;
  for (int b = 0; b < BUFFERS && !status; b++) status = allocate(&c->buffers[b]);
  return status;
}

static gconv_status run(const void *where, int number, double *seconds) {
  const course *c = where;
  const gconv_args args = {.src = c->buffers[GCONV_SRC],
                           .dst = c->buffers[GCONV_DST],
                           .wei = c->buffers[GCONV_WEI],
                           .packed = c->buffers[PACKED],
                           .workspace = c->buffers[WORKSPACE]};
  const uint64_t start = gconv_now_ns();
  const gconv_status status = gconv_execute(c->entrants[number].plan, &args);
  *seconds = gconv_seconds_since(start);
  return status;
}

static gconv_status race(const gconv_plan *plan, course *c, int *winner) {
  for (int i = 0; i < c->count; i++) c->racers[i] = (gconv_racer){true, INFINITY};
  *winner = 0;
  if (c->count == 1) return GCONV_OK;
  gconv_status status = favour_estimate(plan, c);
  if (!status) status = allocate_all(plan, c);
  return status ? status : gconv_race(&(gconv_race_track){run, c}, c->racers, c->count, true, winner);
}

static void release(course *c) {
  for (int b = 0; b < BUFFERS; b++) free(c->buffers[b].data);
  for (int i = 0; i < c->count; i++) gconv_plan_destroy(c->entrants[i].plan);
}

/* Behind the winner's text: its name, and how many times as long each of the others took. */
static void describe(const course *c, int winner, char *text, size_t size) {
  size_t used = strlen(text);
  used += (size_t)snprintf(text + used, size - used, "; measured: %s", c->entrants[winner].name);
  for (int i = 0; i < c->count && used < size; i++) {
    if (i == winner || !isfinite(c->racers[i].best)) continue;
    used += (size_t)snprintf(text + used, size - used, ", %s %.2f", c->entrants[i].name,
                             c->racers[i].best / c->racers[winner].best);
  }
}

gconv_status ISA_NAME(direct_measure)(gconv_plan *plan, gconv_status (*plan_asked)(gconv_plan *plan)) {
  course c = {0};
  int winner;
  gconv_status status = enter(plan, &c);
  if (!status) status = race(plan, &c, &winner);
  if (!status) {
    snprintf(plan->param, sizeof plan->param, "%s", c.entrants[winner].name);
    status = plan_asked(plan);
    strcpy(plan->param, DIRECT_MEASURE);
    if (!status) describe(&c, winner, plan->text, sizeof plan->text);
    plan->deterministic = plan->deterministic && c.count == 1; /* other threads may race to another winner */
  }
  release(&c);
  return status;
}
