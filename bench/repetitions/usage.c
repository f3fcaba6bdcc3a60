/* usage.c - getrusage and schedstat for the process, /proc/stat for the machine. The process's own figures are read
 * last at the beginning and first at the end, so that reading does not show in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "usage.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* 0 where the system does not tell: then nothing is stolen as far as anybody knows. */
static double steal_seconds(void) {
  FILE *file = fopen("/proc/stat", "r");
  if (!file) return 0;
  unsigned long long ticks; /* the eighth figure of the first line: user nice system idle iowait irq softirq steal */
  const int found = fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks);
  fclose(file);
  return found == 1 ? (double)ticks / (double)sysconf(_SC_CLK_TCK) : 0;
}

/* Each thread's schedstat: nanoseconds on a CPU, and waiting for one. */
static void read_threads(usage *u, const thread_team *own) {
  u->waited = u->foreign = 0;
  DIR *threads = opendir("/proc/self/task");
  if (!threads) u->waited = NAN;
  for (struct dirent *thread; threads && (thread = readdir(threads));) {
    char path[300];
    if (thread->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", thread->d_name);
    FILE *file = fopen(path, "r");
    unsigned long long ran, waited;
    const bool known = file && fscanf(file, "%llu %llu", &ran, &waited) == 2;
    u->waited += known ? 1e-9 * (double)waited : NAN;
    if (known && own && !team_has(own, (pid_t)atol(thread->d_name))) u->foreign += 1e-9 * (double)ran;
    if (file) fclose(file);
  }
  if (threads) closedir(threads);
}

int usage_threads(void) {
  int count = 0;
  DIR *threads = opendir("/proc/self/task");
  for (struct dirent *thread; threads && (thread = readdir(threads));) count += thread->d_name[0] != '.';
  if (threads) closedir(threads);
  return count;
}

static void read_process(usage *u) {
  struct rusage r;
  if (getrusage(RUSAGE_SELF, &r)) return;
  u->faults = r.ru_minflt + r.ru_majflt;
  u->switches = r.ru_nivcsw;
}

usage usage_begin(const thread_team *own) {
  usage u = {.steal = steal_seconds()};
  read_threads(&u, own);
  read_process(&u);
  return u;
}

usage usage_end(const usage *begin, const thread_team *own) {
  usage now = *begin;
  read_process(&now);
  read_threads(&now, own);
  now.steal = steal_seconds();
  return (usage){.faults = now.faults - begin->faults,
                 .switches = now.switches - begin->switches,
                 .waited = now.waited - begin->waited,
                 .foreign = fmax(0, now.foreign - begin->foreign), /* threads that ended take theirs with them */
                 .steal = now.steal - begin->steal};
}
