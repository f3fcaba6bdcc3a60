/* subject.h - a kernel called in one layout with one number of threads on the block's problem: checked once, planned
 * once, then timed warm, cold or both. */
#ifndef GCONV_RUN_SUBJECT_H
#define GCONV_RUN_SUBJECT_H

#include "layers.h"
#include "check.h"
#include "counted.h"
#include "output.h"
#include "placement.h"
#include "repeated.h"
#include "stages.h"

typedef enum { SUBJECT_OK, SUBJECT_SKIPPED, SUBJECT_FAILED } subject_status;

typedef struct {
  session *session;
  const block *block;
  const check_case *data; /* NULL: the problem is too large to be checked; no_data says why */
  const char *no_data;
  const char *kernel;
  gconv_layout layout;
  int threads;
  inputs inputs;

  bool prepared;
  subject_status status;
  char reason[512];          /* where status is not ok */
  double err;                /* of the check: error / bound, NaN where there was none */
  double err_gamma, err_rms; /* of the same, in units common to all kernels */
  gconv_plan *plan;          /* NULL where the kernel refused the problem */
  double pack_ns;            /* NaN where nothing is packed */
  double call_seconds;       /* about; 0 before it was called */
  output output;             /* what its calls write */
  int compared;              /* calls before timing, each compared with that */
} subject;

typedef struct {
  subject *subject;
  instance instance;
  rotation_size size;          /* of what it is timed on, where the subject is ok */
  counted counted;             /* with --counters */
  stage_times stages;          /* with --stages; total_ns is 0 where there are none */
  placement_spread placements; /* with --placements, where caches are warm */
  repeated runs;
} measurement;

/* Plans, checks and tries it. What is wrong or missing is said on stderr, under `name`. */
void subject_prepare(subject *s, const char *name);
void subject_free(subject *s);
/* Hands the measurement to the benchmark library, or writes the row that says why not. It must stay in place. */
void measurement_register(measurement *m);
/* Hands it over again, for as many repetitions as it still wants. False if it wants none. */
bool measurement_repeat(measurement *m);
/* It did not return in time: says so, writes its rows, leaves the CSV complete. For watchdog_guard. */
void measurement_late(void *measured);
/* Writes its rows, if it was timed and they are not yet written, and forgets the samples. */
void measurement_finish(measurement *m);

/* row.c: what repetitions say, in a row. `texts` must outlive the row, and be freed. */
typedef struct {
  char *times, *turns, *process_repetitions, *process_medians, marks[MARKS_MAX];
} figures_texts;
void figures_describe(const figures *f, double peak, csv_row *row, figures_texts *texts);
bool figures_texts_known(const figures_texts *texts); /* false: there was no memory for one of them */
void figures_texts_free(figures_texts *texts);
/* What was counted of what the row is about; `texts`, in the row, are to be freed once it is written. */
enum { COUNTED_TEXTS = 3 };
void counted_describe(const counted *result, const counters *c, csv_row *row, char *texts[COUNTED_TEXTS]);
void stages_describe(const stage_times *times, csv_row *row);
/* One row for each layer that the block stands for. `f`: NULL where nothing was timed. */
void measurement_write(const measurement *m, subject_status status, const char *reason, const figures *f);
double subject_peak(const subject *s); /* GFLOP/s of the machine that pct_peak is a share of */

#endif
