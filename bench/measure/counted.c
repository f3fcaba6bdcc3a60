/* counted.c - a run for each group, and the figures that follow from several counters. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "counted.h"

#include "core/error.h"
#include "now.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double group_seconds = 0.02; /* long enough that starting and stopping does not show */

static void take_values(const counting *now, int calls, double seconds, counted *result) {
  const counters *c = now->counters;
  for (int i = 0; i < c->count; i++) {
    if (!*c->list[i].event || c->list[i].group != now->group) continue;
    double sum = 0, most = 0;
    for (int thread = 0; thread < now->threads; thread++) {
      const double value = (double)now->values[thread * COUNTERS_MAX + i];
      sum += value;
      most = fmax(most, value);
    }
    result->per_call[i] = sum / calls;
    if (i == counters_index(c, "cycles")) result->ghz = 1e-9 * most / seconds;
  }
}

/* That the hardware is taken away meanwhile is no fault of the kernel: its row has no counters. */
static void complain(int group) {
  fprintf(stderr, "gconv-bench: group %d of the counters is missing in a row: %s\n", group, gconv_last_error());
}

static gconv_status count_group(const callable *work, int calls, const counters *c, int group, counted *result) {
  counting now;
  if (counters_start(c, group, work->threads, &now)) {
    complain(group);
    return GCONV_OK;
  }
  const double start = seconds_now();
  const gconv_status status = callable_run(work, calls, NULL);
  work->tell(work->context, calls);
  const double seconds = seconds_now() - start;
  if (counters_stop(&now))
    complain(group);
  else if (!status)
    take_values(&now, calls, seconds, result);
  free(now.values);
  return status;
}

gconv_status counted_measure(const callable *work, double call_seconds, const counters *c, counted *result) {
  *result = (counted){.made = true, .ipc = NAN, .ghz = NAN};
  for (int i = 0; i < COUNTERS_MAX; i++) result->per_call[i] = NAN;
  const int calls = 1 + (int)(group_seconds / fmax(call_seconds, 1e-9));
  gconv_status status = callable_run(work, 1, NULL);
  for (int group = 0; group < c->groups && !status; group++) status = count_group(work, calls, c, group, result);
  const int cycles = counters_index(c, "cycles"), instructions = counters_index(c, "instructions");
  if (cycles >= 0 && instructions >= 0) result->ipc = result->per_call[instructions] / result->per_call[cycles];
  return status;
}

char *counted_list(const counted *result, const counters *c, double divisor) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  const char *separator = "";
  for (int i = 0; i < c->count; i++) {
    if (isnan(result->per_call[i])) continue;
    fprintf(out, "%s%s=%.15g", separator, c->list[i].name, result->per_call[i] / divisor);
    separator = ";";
  }
  fclose(out);
  if (text && *text) return text;
  free(text);
  return NULL;
}

void counted_report(const counted *result, const counters *c, gbench_state *state) {
  for (int i = 0; i < c->count; i++)
    if (!isnan(result->per_call[i])) gbench_counter(state, c->list[i].name, result->per_call[i]);
  if (!isnan(result->ipc)) gbench_counter(state, "ipc", result->ipc);
  if (!isnan(result->ghz)) gbench_counter(state, "ghz", result->ghz);
}
