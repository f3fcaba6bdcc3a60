/* graph_subject.h - a model run by one kernel (or the best for each layer) on one number of threads. */
#ifndef GCONV_RUN_GRAPH_SUBJECT_H
#define GCONV_RUN_GRAPH_SUBJECT_H

#include "nets.h"
#include "net_output.h"
#include "net.h"
#include "layer_plan.h"

typedef struct {
  session *session;
  const graph_case *c;
  const char *kernel;
  int threads, batch;
  char name[GRAPH_NAME_MAX];

  net *n;     /* NULL where it could not be planned */
  bool timed; /* else only to choose the best from */
  subject_status status;
  char reason[512];          /* where status is not ok */
  char plan[GCONV_TEXT_MAX]; /* kernels, conversions, memory */
  double err;                /* the largest error / bound of any node */
  double load_ns;            /* packing all weights */
  double call_seconds;       /* about */
  graph_output output;       /* what a run leaves */
  stage_times stages;        /* with --stages */
  counted counted;           /* with --counters */
  repeated runs;
} graph_subject;

/* graph_extras.c: with --stages and --counters, before the headline runs. */
gconv_status graph_run_extras(graph_subject *s);
/* Says so on stderr; a run that is being ended has no need to. */
void graph_refuse(graph_subject *s, subject_status status, const char *reason);
/* For watchdog_guard: it did not return in time. */
void graph_late(void *late);

/* graph_row.c */
int64_t graph_macs(const graph_subject *s); /* in-bounds taps, convolutions and fc; training: all its passes */
double graph_peak(const graph_subject *s);
void graph_write(const graph_subject *s, const char *reason, const figures *f);
/* Runs the net a few times with a clock between its steps, and writes a row for each step (level network-layer). */
void graph_write_steps(const graph_subject *s, int runs);

#endif
