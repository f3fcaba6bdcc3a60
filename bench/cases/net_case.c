/* graph_extras.c - what happens to a net besides being timed: runs with the stage clock on, and counted; being refused;
 * not returning. */
#include "net_case.h"

#include "continue.h"
#include "gbench.h"

#include <stdio.h>

static gconv_status call_net(const void *context, int number, gconv_clock *clock) {
  net *n = ((const graph_subject *)context)->n;
  (void)number;
  net_set_clock(n, clock);
  const gconv_status status = net_run(n, NULL);
  net_set_clock(n, NULL);
  return status;
}

/* What its convolutions did; the other steps have no plan that says. */
static void tell_net(const void *context, int calls) {
  const net *n = ((const graph_subject *)context)->n;
  for (int i = 0; i < net_step_count(n); i++) {
    const net_step_info step = net_step_at(n, i);
    if (step.plan) counters_called(step.plan, calls);
  }
}

gconv_status graph_run_extras(graph_subject *s) {
  const session *asked = s->session;
  const callable work = {.call = call_net, .tell = tell_net, .context = s, .threads = s->threads};
  gconv_status status = GCONV_OK;
  if (asked->stages) status = stages_time(&work, s->call_seconds, asked->budget, asked->clock_ns, &s->stages);
  if (!status && asked->counters.groups)
    status = counted_measure(&work, s->call_seconds, &asked->counters, &s->counted);
  return status;
}

void graph_refuse(graph_subject *s, subject_status status, const char *reason) {
  s->status = status;
  snprintf(s->reason, sizeof s->reason, "%s", reason);
  if (gbench_stopped()) return; /* which is the reason */
  if (status == SUBJECT_SKIPPED && !s->session->verbose) return;
  progress_clear(&s->session->progress);
  fprintf(stderr, "%s: %s: %s\n", status == SUBJECT_SKIPPED ? "skipped" : "FAILED", s->name, s->reason);
}

void graph_late(void *late) {
  graph_subject *s = late;
  char reason[128];
  snprintf(reason, sizeof reason, "did not return within the time limit of %g s", s->session->time_limit);
  graph_refuse(s, SUBJECT_FAILED, reason);
  graph_write(s, reason, NULL);
  continue_later(s->session);
}
