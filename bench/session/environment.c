/* environment.c - facts of the machine and the build are gconv-info's; the run adds its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include "gbench.h"
#include "collect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void take_time(facts *f, const char *section, const char *key) {
  char text[32];
  struct tm utc;
  const time_t now = time(NULL);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  facts_text(f, section, key, "%s", text);
}

/* An argument as a shell would take it. */
static void quote(FILE *out, const char *argument) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-";
  if (*argument && !argument[strspn(argument, plain)]) {
    fputs(argument, out);
    return;
  }
  putc('\'', out);
  for (; *argument; argument++) fputs(*argument == '\'' ? "'\\''" : (const char[]){*argument, 0}, out);
  putc('\'', out);
}

/* From the system: argv has lost what the options took. */
static void take_command(facts *f) {
  char *argument = NULL, *line = NULL;
  size_t size = 0, length = 0;
  FILE *out = open_memstream(&line, &length);
  errno = 0;
  FILE *in = fopen("/proc/self/cmdline", "r");
  for (int i = 0; in && out && getdelim(&argument, &size, 0, in) > 0; i++) {
    if (i) putc(' ', out);
    quote(out, argument);
  }
  const bool memory = out && errno != ENOMEM && !ferror(out);
  if (out) fclose(out);
  if (in) fclose(in);
  if (memory && line && *line)
    facts_text(f, "run", "command", "%s%s", line, length >= FACT_VALUE_MAX ? " (cut)" : "");
  else
    facts_unknown(f, "run", "command", memory ? "no /proc/self/cmdline" : "no memory to read it");
  free(line);
  free(argument);
}

static void take_context(const char *key, const char *value, void *context) {
  facts_text(context, "run", key, "%s", value);
}

static void collect_run(facts *f, const session *s) {
  take_command(f);
  take_time(f, "run", "started");
  facts_number(f, "run", "seed", (int64_t)s->options.seed);
  facts_number(f, "run", "problems", (int64_t)s->options.problems.count);
  facts_number(f, "run", "kernels", (int64_t)s->options.kernel_count);
  gbench_each_context(take_context, f);
}

static void collect_machine(facts *f, const session *s) {
  (void)s;
  collect_cpu(f);
  collect_software(f);
  collect_plugins(f);
  collect_counters(f);
}

static void collect_outcome(facts *f, const session *s) {
  take_time(f, "outcome", "finished");
  facts_number(f, "outcome", "timed", s->timed);
  facts_number(f, "outcome", "skipped", s->skipped);
  facts_number(f, "outcome", "failed", s->failed);
  facts_number(f, "outcome", "foreign_threads", s->foreign_threads);
  const disturbances *d = &s->disturbances;
  facts_number(f, "outcome", "repetitions", d->repetitions);
  facts_number(f, "outcome", "repetitions_disturbed", d->disturbed);
  facts_number(f, "outcome", "repetitions_slow", d->slow);
  facts_number(f, "outcome", "repetitions_replaced", d->discarded);
  facts_number(f, "outcome", "benchmarks_marked", d->marked_rows);
  for (int p = 0; p < PHASES; p++) {
    char key[64];
    snprintf(key, sizeof key, "seconds_%s", phase_name((phase)p));
    facts_text(f, "outcome", key, "%.2f", s->phases.seconds[p]);
  }
  facts_text(f, "outcome", "seconds_counted", "%.2f", d->counted);
  timekeeping_end(&s->clock, f);
}

typedef void (*collector)(facts *f, const session *s);
static const collector at_begin[] = {collect_machine, collect_run};
static const collector at_end[] = {collect_outcome};

static bool write_facts(const session *s, const char *path) {
  FILE *out = fopen(path, "w");
  if (!out) return false;
  const bool written = facts_print_json(&s->environment, out) && !ferror(out);
  return !fclose(out) && written;
}

/* Beside the old file and then in its place: no reader meets half of one. A device or pipe keeps its place. */
static bool write_file(const session *s) {
  char path[4096];
  struct stat info;
  if (!stat(s->environment_path, &info) && !S_ISREG(info.st_mode)) return write_facts(s, s->environment_path);
  if (snprintf(path, sizeof path, "%s.part", s->environment_path) >= (int)sizeof path) {
    errno = ENAMETOOLONG;
    return false;
  }
  if (write_facts(s, path) && !rename(path, s->environment_path)) return true;
  const int error = errno;
  unlink(path);
  errno = error;
  return false;
}

bool environment_begin(session *s) {
  if (!s->environment_path) return true;
  for (size_t i = 0; i < sizeof at_begin / sizeof *at_begin; i++) at_begin[i](&s->environment, s);
  return write_file(s);
}

bool environment_end(session *s, int signal) {
  if (!s->environment_path) return true;
  for (size_t i = 0; i < sizeof at_end / sizeof *at_end; i++) at_end[i](&s->environment, s);
  if (signal) facts_number(&s->environment, "outcome", "ended_by_signal", signal);
  const bool written = write_file(s);
  facts_free(&s->environment);
  return written;
}
