/* profile.c - rounds in which each net runs once with a clock between its steps: what disturbs the machine for a while
 * disturbs all of them. Who is far behind after the first run is not run again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include "core/error.h"
#include "core/workspace.h"
#include "now.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 9, LEAST_ROUNDS = 2 };
static const double enough_seconds = 0.3; /* of rounds of one net */
static const double far_behind = 3;       /* times the fastest */
static const double beyond_caches = 0.02; /* what runs this long finds nothing of its last run in a cache */

typedef struct {
  net *n;
  int rounds;
  double first;    /* seconds of the first run */
  double *seconds; /* [round * steps + step] */
} runner;

static gconv_status start(runner *r, net *n) {
  const size_t steps = (size_t)net_step_count(n);
  *r = (runner){.n = n, .seconds = malloc((steps + 1) * ROUNDS * sizeof *r->seconds)};
  if (!r->seconds) return gconv_error(GCONV_NO_MEMORY, "no memory for the times of %zu steps", steps);
  const double begin = seconds_now();
  const gconv_status status = net_run(n, r->seconds); /* all there will be of one that is far behind */
  r->first = seconds_now() - begin;
  return status;
}

static void plan_rounds(runner *runners, size_t count) {
  double least = INFINITY;
  for (size_t i = 0; i < count; i++) least = fmin(least, runners[i].first);
  for (size_t i = 0; i < count; i++) {
    const double affordable = enough_seconds / fmax(runners[i].first, 1e-9);
    if (runners[i].first > far_behind * least) continue;
    runners[i].rounds = affordable > ROUNDS ? ROUNDS : affordable > LEAST_ROUNDS ? (int)affordable : LEAST_ROUNDS;
  }
}

static gconv_status run_rounds(runner *runners, size_t count) {
  gconv_status status = GCONV_OK;
  plan_rounds(runners, count);
  for (int round = 0; round < ROUNDS && !status; round++)
    for (size_t i = 0; i < count && !status; i++) {
      const runner *r = &runners[i];
      if (round >= r->rounds) continue;
      if (r->first < beyond_caches) status = net_run(r->n, NULL);
      if (!status) status = net_run(r->n, r->seconds + (size_t)round * (size_t)net_step_count(r->n));
    }
  return status;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median_of_step(const runner *r, int step) {
  double seconds[ROUNDS] = {0};
  const int rounds = r->rounds ? r->rounds : 1;
  for (int i = 0; i < rounds; i++) seconds[i] = r->seconds[(size_t)i * (size_t)net_step_count(r->n) + (size_t)step];
  qsort(seconds, (size_t)rounds, sizeof *seconds, compare);
  return (seconds[(rounds - 1) / 2] + seconds[rounds / 2]) / 2;
}

/* Convolutions that share a plan solve the same problem: what sets them apart is mostly chance. */
static double mean_of_plan(const runner *r, const gconv_plan *plan) {
  double sum = 0;
  int count = 0;
  for (int i = 0; i < net_step_count(r->n); i++)
    if (net_step_at(r->n, i).plan == plan) sum += median_of_step(r, i), count++;
  return sum / count;
}

static void enter(const runner *r, profile_entry *entries) {
  for (int i = 0; i < net_step_count(r->n); i++) {
    const net_step_info s = net_step_at(r->n, i);
    if (net_is_conversion(&s)) continue;
    entries[s.node] = (profile_entry){.seconds = s.plan ? mean_of_plan(r, s.plan) : median_of_step(r, i),
                                      .in = s.in[0].layout,
                                      .out = s.out.layout,
                                      .choice = {s.plan, s.fallback}};
  }
}

gconv_status profile_nets(net *const *nets, size_t count, profile_entry **entries) {
  const size_t nodes = count ? (size_t)net_graph(nets[0])->count : 0;
  runner *runners = calloc(count + 1, sizeof *runners);
  *entries = calloc(count * nodes + 1, sizeof **entries);
  gconv_status status =
      runners && *entries ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for times of %zu nets", count);
  for (size_t i = 0; i < count && !status; i++) status = start(&runners[i], nets[i]);
  if (!status) status = run_rounds(runners, count);
  for (size_t i = 0; i < count && !status; i++) enter(&runners[i], *entries + i * nodes);
  for (size_t i = 0; i < count && runners; i++) free(runners[i].seconds);
  free(runners);
  if (!status) return status;
  free(*entries);
  *entries = NULL;
  return status;
}

static float *buffer_of(gconv_layout layout, gconv_dims dims) {
  const size_t bytes = (size_t)gconv_layout_elems(layout, dims) * sizeof(float);
  float *data = aligned_alloc(GCONV_ALIGN, (bytes + GCONV_ALIGN - 1) / GCONV_ALIGN * GCONV_ALIGN);
  if (data) memset(data, 0, bytes);
  return data;
}

double profile_conversion(const net *n, gconv_dims dims, gconv_layout from, gconv_layout to) {
  enum { CALLS = 5 };
  float *in = buffer_of(from, dims), *out = buffer_of(to, dims);
  double seconds[CALLS] = {0}, spent = 0;
  int calls = 0;
  while (calls < CALLS && spent < enough_seconds && in && out) {
    const double begin = seconds_now();
    gconv_layout_convert(dims, from, in, to, out, net_threads(n));
    spent += seconds[calls++] = seconds_now() - begin;
  }
  free(in);
  free(out);
  qsort(seconds, (size_t)calls, sizeof *seconds, compare);
  return calls ? seconds[calls / 2] : NAN;
}
