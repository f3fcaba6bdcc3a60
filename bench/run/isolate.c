/* isolate.c - the run's side of --isolate: starts the processes, waits for them, and says in a row what none of them
 * lived to say. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "isolate.h"

#include "session.h"
#include "core/error.h"
#include "gbench.h"
#include "isolated_job.h"
#include "places.h"
#include "summary.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char **kept;

/* The run's own affairs: not the processes'. */
static bool is_for_the_run(const char *argument) {
  static const char *const own[] = {"--csv",        "--resume",   "--environment", "--isolate",
                                    "--time-limit", "--progress", "--minutes",     "--ceilings"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
    const size_t length = strlen(own[i]);
    if (!strncmp(argument, own[i], length) && (!argument[length] || argument[length] == '=')) return true;
  }
  return false;
}

enum { ADDED = 3 }; /* --resume, --isolated-job, --progress */

bool isolate_keep(int argc, char **argv) {
  kept = calloc((size_t)argc + ADDED + 1, sizeof *kept);
  int count = 0;
  for (int i = 0; kept && i < argc; i++)
    if (!i || !is_for_the_run(argv[i])) kept[count++] = argv[i];
  return kept;
}

void isolate_forget(void) { free(kept); }

typedef struct {
  session *session;
  const layer_problem *problem;
  size_t unit;
  layer_key last;   /* whose process ended last; no kernel: none yet */
  char reason[256]; /* why that left rows unwritten */
  gconv_status status;
} isolation;

/* A group of its own: the terminal's Ctrl-C reaches the run alone, which hands it on once. Should the run die, so does
 * the process. */
static void become_process(char **arguments, pid_t run) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  places_restore();
  if (getppid() == run) execv("/proc/self/exe", arguments);
  _exit(127);
}

static pid_t start_process(const session *s, int job) {
  char resume[4096 + 16], attach[32];
  snprintf(resume, sizeof resume, "--resume=%s", s->csv_path);
  snprintf(attach, sizeof attach, "--isolated-job=%d", job);
  char *added[ADDED] = {resume, attach, (char[]){"--progress=none"}};
  size_t count = 0;
  while (kept[count]) count++;
  memcpy(&kept[count], added, sizeof added);
  const pid_t run = getpid(), process = fork();
  if (!process) become_process(kept, run);
  memset(&kept[count], 0, sizeof added);
  return process;
}

/* Its wait status. The one that ran out of time is killed. */
static int wait_for(pid_t process, double seconds, bool *late) {
  struct pollfd ended = {.fd = pidfd_open(process, 0), .events = POLLIN};
  const double limit = fmin(1000 * seconds, INT32_MAX);
  int status = 0, ready = -1;
  *late = false;
  if (ended.fd >= 0) {
    ready = gbench_stopped() ? -1 : poll(&ended, 1, (int)limit);
    if (ready < 0) { /* interrupted: what is running ends in good order, as without --isolate */
      kill(process, SIGTERM);
      ready = poll(&ended, 1, (int)limit);
    }
    close(ended.fd);
  }
  *late = ready == 0;
  if (ready <= 0) kill(process, SIGKILL);
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

static void explain(isolation *r, int status, bool late) {
  const double limit = r->session->time_limit;
  if (late)
    snprintf(r->reason, sizeof r->reason, "killed at the time limit of %g s", limit);
  else if (WIFSIGNALED(status))
    snprintf(r->reason, sizeof r->reason, "its process ended by signal %d (%s)", WTERMSIG(status),
             strsignal(WTERMSIG(status)));
  else
    snprintf(r->reason, sizeof r->reason, "its process ended with exit code %d and no result", WEXITSTATUS(status));
}

static void add_outcome(session *s, const isolated_job *job) {
  s->timed += job->timed, s->skipped += job->skipped, s->failed += job->failed;
  s->disturbances.repetitions += job->disturbances.repetitions;
  s->disturbances.slow += job->disturbances.slow;
  s->disturbances.disturbed += job->disturbances.disturbed;
  s->disturbances.discarded += job->disturbances.discarded;
  s->disturbances.marked_rows += job->disturbances.marked_rows;
  s->disturbances.counted += job->disturbances.counted;
  phases_merge(&s->phases, job->phases);
}

static gconv_status system_error(const char *what) {
  return gconv_error(GCONV_FAILED, "--isolate: %s: %s", what, strerror(errno));
}

/* Meanwhile the CSV is the process's: it is let go, and what was written read back. */
static gconv_status run_process(isolation *r, int file, isolated_job *job) {
  session *s = r->session;
  bool late;
  if (!csv_close(&s->csv)) return system_error(s->csv_path);
  const pid_t process = start_process(s, file);
  if (process < 0) return system_error("a process");
  const int status = wait_for(process, s->time_limit, &late);
  explain(r, status, late);
  add_outcome(s, job);
  return session_resume_csv(s) ? GCONV_OK : GCONV_FAILED;
}

static gconv_status run_key(isolation *r, const layer_key *i) {
  const int file = memfd_create("gconv-bench job", 0);
  if (file < 0) return system_error("memory to share");
  isolated_job *job = MAP_FAILED;
  if (!ftruncate(file, sizeof *job)) job = mmap(NULL, sizeof *job, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  gconv_status status = job == MAP_FAILED ? system_error("memory to share") : GCONV_OK;
  if (!status) {
    job->unit = r->unit, job->layout = i->layout, job->threads = i->threads;
    while (r->session->options.kernels[job->kernel] != i->kernel) job->kernel++;
    job->budget = r->session->budget;
    job->ceilings = ceilings_of(r->session);
    status = run_process(r, file, job);
    munmap(job, sizeof *job);
  }
  close(file);
  return status;
}

/* Of one that is not finished after its process has ended. */
static void write_failure(isolation *r, const layer_key *k) {
  session *s = r->session;
  layer_plan plan = {.session = s,
                     .problem = r->problem,
                     .inputs = k->inputs,
                     .kernel = k->kernel,
                     .layout = k->layout,
                     .threads = k->threads,
                     .err = NAN,
                     .err_gamma = NAN,
                     .err_rms = NAN,
                     .pack_ns = NAN};
  layer_case failed;
  layer_case_init(&failed, &plan, k);
  s->failed++;
  bench_case_refuse(&failed.base, CASE_FAILED, r->reason);
  layer_write(&failed.base, r->reason, NULL);
}

static bool same_process(const layer_key *a, const layer_key *b) {
  return a->kernel == b->kernel && a->layout == b->layout && a->threads == b->threads;
}

static void visit(const layer_key *i, void *context) {
  isolation *r = context;
  if (r->status || gbench_stopped()) return;
  if (!same_process(&r->last, i)) r->status = run_key(r, i);
  r->last = *i;
  if (!r->status && !gbench_stopped() && !layers_finished(r->session, r->problem, i->name)) write_failure(r, i);
}

gconv_status isolate_layer(session *s, const layer_list *list, size_t unit) {
  isolation r = {.session = s, .problem = &list->items[unit], .unit = unit};
  const size_t count = layers_count(s, r.problem);
  char title[LAYER_TITLE_MAX];
  s->budget = deadline_budget(&s->deadline, count, &s->phases);
  layers_title(r.problem, title);
  progress_unit(&s->progress, title);
  const off_t before = lseek(s->csv.file, 0, SEEK_END);
  layers_each(s, r.problem, visit, &r);
  if (count) summary_file(s, before > 0 ? (size_t)before : 0);
  if (r.status) gbench_stop(); /* without a CSV to write to, nothing that follows would be kept */
  return r.status;
}
