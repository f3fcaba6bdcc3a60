/* session.h - one run of gconv-bench: what was asked for and what all units share: benchmarks that run interleaved. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_SESSION_H
#define GCONV_RUN_SESSION_H

#include "arena.h"
#include "bandwidth.h"
#include "conditions.h"
#include "counters.h"
#include "csv.h"
#include "deadline.h"
#include "facts.h"
#include "foreign.h"
#include "joined.h"
#include "options.h"
#include "peak.h"
#include "phases.h"
#include "progress.h"
#include "resume.h"
#include "skips.h"
#include "speed_probe.h"
#include "timekeeping.h"

enum {
  CPUS_TEXT_MAX = 512,
  ALLOCATIONS = 3 /* of buffers: which physical pages a run gets decides what its caches can hold, by luck */
};

/* How often the machine got in the way. */
typedef struct {
  int repetitions, slow, disturbed, discarded; /* disturbed includes slow */
  double counted;                              /* seconds of the repetitions that count */
  int marked_rows;
} disturbances;

typedef struct isolated_job isolated_job; /* isolated_job.h */

typedef struct {
  options options;
  run_level level;
  bool train;         /* blocks and networks: a run is a training step */
  const char *models; /* --problems= of blocks and networks; NULL: the default */
  bool caches[CACHES];
  bool inputs[INPUTS];
  double budget;     /* seconds for the repetitions of one benchmark */
  deadline deadline; /* that it follows from */
  int rounds;        /* of one repetition of each benchmark; 0: as the benchmark library says */
  counters counters; /* asked for with --counters */
  bool placements;   /* also a run of each at several places in memory */
  bool stages;       /* also a run of each benchmark with the stage clock on */
  double precision;  /* repeated until the median's confidence interval is no wider share of it */
  const char *csv_path, *join_path;
  bool resume; /* csv_path is continued */
  const char *environment_path;
  const char *ceilings_path; /* taken from there if it has them, else measured and left there; NULL: measured */
  progress_mode progress_mode;
  bool verbose;       /* also the benchmark library's table and context, and every skip when it happens */
  bool oversubscribe; /* more threads than CPUs are wanted */
  bool isolate;
  double time_limit; /* seconds for each process of --isolate */
  isolated_job *job; /* of this process, if it is one of them */

  csv_file csv;
  resume_rows finished; /* by the runs that are continued */
  joined_rows joined;   /* of the process that this one joins */
  csv_text rows;        /* of the unit that is running, for its table */
  skip_list skips;
  facts environment;
  arena arenas[ALLOCATIONS]; /* repetitions take turns in them */
  speed_probe probe;
  peak_table peaks;
  bandwidth_table bandwidths; /* empty where it could not be measured */
  unsigned probe_mask;        /* ISAs whose peak pct_peak needs: the machine's best, and the best that --isa allows */
  progress progress;
  int cpus_all;                                 /* threads that have a CPU each; rows of more are marked */
  char cpus[OPTION_THREADS_MAX][CPUS_TEXT_MAX]; /* of each thread count */
  timekeeping clock;
  phase_clock phases;
  double clock_ns; /* of one reading of the stage clock at start and end; 0 without --stages */
  int turn;        /* repetitions of the current unit so far */
  int timed, skipped, failed;
  disturbances disturbances;
  thread_team team;    /* all that OpenMP has, of the repetition that is being timed */
  int foreign_threads; /* that OpenMP did not start, which compete with its own */
} session;

/* Images at a time of blocks and networks. */
static inline int session_batch(const session *s) { return s->options.mb ? s->options.mb : 1; }

/* The CPUs that a team of so many threads was found on when the run began; NULL for one that is not timed. */
static inline const char *session_cpus(const session *s, int threads) {
  for (int i = 0; i < s->options.thread_count; i++)
    if (s->options.threads[i] == threads) return s->cpus[i];
  return NULL;
}

/* Opens the session's CSV behind what an earlier process finished. False with a sentence. */
bool session_resume_csv(session *s);
/* The run ends at a call that did not return: completes the CSV and says on stderr how it can go on behind it. */
void session_end_early(session *s);
/* What it holds, but the CSV, which csv_close ends. */
void session_free(session *s);

#endif
