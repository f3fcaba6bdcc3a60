/* best.c - gconv-info best: who is fastest for a layer on this machine. gconv-bench, which lies beside this program,
 * measures: the figures are those of its tables, checks included. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "best.h"

#include "csv_reader.h"
#include "info.h"
#include "places.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Options that gconv-bench takes as they are. */
static const char *const handed_on[] = {
    "--plugin=", "--threads=", "--kernels=", "--isa=", "--layout=", "--dir=", "--mb=", "--seed=", "--budget="};
enum { HANDED_ON = sizeof handed_on / sizeof *handed_on };

/* Ours, in front of the user's. Enough repetitions for an interval where a call takes less than a thirtieth of a
 * second, and a few seconds a layer. */
static const char *const defaults[] = {"--layout=native,nchw,nhwc",   "--threads=all",   "--budget=0.15",
                                       "--benchmark_min_time=0.005s", "--progress=none", "--rounds=7"};
enum { DEFAULTS = sizeof defaults / sizeof *defaults };

static bool is_handed_on(const char *argument) {
  for (int i = 0; i < HANDED_ON; i++)
    if (!strncmp(argument, handed_on[i], strlen(handed_on[i]))) return true;
  return false;
}

/* "--problems=A,B" of all that is no option; NULL without memory. */
static char *join_problems(int count, char **arguments) {
  char *text = NULL;
  size_t length;
  FILE *out = open_memstream(&text, &length);
  if (!out) return NULL;
  const char *before = "--problems=";
  for (int i = 0; i < count; i++)
    if (arguments[i][0] != '-') fprintf(out, "%s%s", before, arguments[i]), before = ",";
  const bool whole = !ferror(out);
  if (!fclose(out) && whole) return text;
  free(text);
  return NULL;
}

/* A default gives way: equal options would add up. */
static bool is_given(const char *option, int count, char **arguments) {
  const size_t length = strcspn(option, "=") + 1;
  for (int i = 0; i < count; i++)
    if (!strncmp(arguments[i], option, length)) return true;
  return false;
}

enum { NOT_STARTED = 127 }; /* an exit status, as shells have it */

static void become_bench(char **command, int errors, pid_t parent) {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "gconv-bench");
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  places_restore();
  /* OpenBLAS is to be written for the processor that it runs on, as in scripts/bench. */
  unsetenv("OPENBLAS_CORETYPE");
  unsetenv("OPENBLAS_L2_SIZE");
  char *slash = length > 0 ? (path[length] = 0, strrchr(path, '/')) : NULL;
  if (slash && getppid() == parent) {
    strcpy(slash + 1, "gconv-bench");
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) dup2(nowhere, STDOUT_FILENO); /* its tables: the rows say the same */
    dup2(errors, STDERR_FILENO);
    execv(path, command);
    dprintf(errors, "gconv-info best: %s: %s\n", path, strerror(errno));
  }
  _exit(NOT_STARTED);
}

typedef struct {
  char *problems;
  char csv[64];
  char *command[64];
} request;

/* False if there is no room for so many options. */
static bool make_command(request *r, int rows, int count, char **arguments, bool train) {
  static char program[] = "gconv-bench", directions[] = "--dir=fwd,bwd_d,bwd_w";
  const int room = sizeof r->command / sizeof *r->command;
  int n = 0;
  snprintf(r->csv, sizeof r->csv, "--csv=/proc/self/fd/%d", rows);
  r->command[n++] = program;
  r->command[n++] = r->problems;
  r->command[n++] = r->csv;
  if (train) r->command[n++] = directions;
  for (int i = 0; i < DEFAULTS; i++)
    if (!is_given(defaults[i], count, arguments)) r->command[n++] = (char *)defaults[i];
  for (int i = 0; i < count && n < room - 1; i++)
    if (is_handed_on(arguments[i])) r->command[n++] = arguments[i];
  r->command[n] = NULL;
  return n < room - 1;
}

/* Its exit status; 1 if there was none. */
static int run_bench(char **command, int errors) {
  const pid_t parent = getpid(), process = fork();
  int status;
  if (!process) become_bench(command, errors, parent);
  if (process < 0) return fprintf(stderr, "gconv-info best: a process: %s\n", strerror(errno)), 1;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR) return 1;
  return WIFEXITED(status) && WEXITSTATUS(status) != NOT_STARTED ? WEXITSTATUS(status) : 1;
}

/* What gconv-bench said of a run that is not as it should be. */
static void pass_on(int errors) {
  size_t size;
  char *text = csv_read_file(errors, &size);
  if (text) fwrite(text, 1, size, stderr);
  free(text);
}

/* Its status is gconv-bench's: 2 where the user named what there is not. */
static int measure(request *r, int count, char **arguments, bool train) {
  const int rows = memfd_create("rows", 0), errors = memfd_create("errors", 0);
  int status = 1;
  if (rows < 0 || errors < 0) {
    fprintf(stderr, "gconv-info best: memory for the results: %s\n", strerror(errno));
  } else if (!make_command(r, rows, count, arguments, train)) {
    status = usage_error("best", "too many options");
  } else {
    if (isatty(STDERR_FILENO)) fputs("gconv-info best: measures, some seconds a layer and direction\n", stderr);
    status = run_bench(r->command, errors);
    size_t size = 0;
    lseek(errors, 0, SEEK_SET);
    char *csv = csv_read_file(rows, &size);
    if (status) pass_on(errors);
    if (!csv || !best_print(csv, size)) {
      fputs("gconv-info best: no memory for the results\n", stderr);
      status = status ? status : 1;
    }
    free(csv);
  }
  if (rows >= 0) close(rows);
  if (errors >= 0) close(errors);
  return status;
}

int info_best(int count, char **arguments) {
  bool train = false, any = false;
  for (int i = 0; i < count; i++) {
    const bool flag = !strcmp(arguments[i], "--train");
    if (arguments[i][0] == '-' && !flag && !is_handed_on(arguments[i]))
      return usage_error("best", "'%s' is not an option of it", arguments[i]);
    train |= flag;
    any |= arguments[i][0] != '-';
  }
  if (!any) return usage_error("best", "no problem given");
  if (train && is_given("--dir=", count, arguments))
    return usage_error("best", "--train is all directions, --dir= some of them");
  request r = {.problems = join_problems(count, arguments)};
  if (!r.problems) return fputs("gconv-info best: no memory for the problems\n", stderr), 1;
  const int status = measure(&r, count, arguments, train);
  free(r.problems);
  return status;
}
