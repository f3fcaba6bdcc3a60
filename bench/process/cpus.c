/* cpus.c - affinity as OpenMP found it at the start (it has bound the calling thread to one place since), and quotas of
 * control groups, which show in no affinity: a container with half a CPU sees all of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cpus.h"

#include <fcntl.h>
#include <math.h>
#include <omp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, NAME_SIZE = 1024 };

/* CPUs of all places; 0 where threads are not bound to places. */
static int cpus_of_places(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (omp_get_proc_bind() == omp_proc_bind_false) return 0;
  for (int place = 0; place < omp_get_num_places(); place++) {
    int ids[CPU_SETSIZE];
    const int count = omp_get_place_num_procs(place);
    if (count > CPU_SETSIZE) return 0;
    omp_get_place_proc_ids(place, ids);
    for (int i = 0; i < count; i++)
      if (ids[i] >= 0 && ids[i] < CPU_SETSIZE) CPU_SET(ids[i], &set);
  }
  return CPU_COUNT(&set);
}

int cpus_usable(void) {
  const int allowed = omp_get_num_procs(), bound = cpus_of_places();
  return bound && bound < allowed ? bound : allowed;
}

/* As much of the file as there is room for. Without stdio, whose buffer is memory: a limit must not go unseen for want
 * of it. */
static bool read_file(const char *path, char *text, size_t size) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? -1 : read(file, text, size - 1);
  if (file >= 0) close(file);
  if (length >= 0) text[length] = 0;
  return length > 0;
}

static bool read_text(const char *folder, const char *file, char *text, size_t size) {
  char path[PATH_SIZE + 32]; /* the longest name of a file, and a slash */
  snprintf(path, sizeof path, "%s/%s", folder, file);
  return read_file(path, text, size);
}

/* "150000 100000": one and a half CPUs; "max 100000": no limit. */
static double quota_of_v2(const char *folder) {
  char text[NAME_SIZE];
  double quota, period;
  if (!read_text(folder, "cpu.max", text, sizeof text)) return INFINITY;
  return sscanf(text, "%lf %lf", &quota, &period) == 2 && quota > 0 && period > 0 ? quota / period : INFINITY;
}

/* -1 is no limit. */
static double quota_of_v1(const char *folder) {
  char text[NAME_SIZE], other[NAME_SIZE];
  double quota, period;
  if (!read_text(folder, "cpu.cfs_quota_us", text, sizeof text)) return INFINITY;
  if (!read_text(folder, "cpu.cfs_period_us", other, sizeof other)) return INFINITY;
  return sscanf(text, "%lf", &quota) == 1 && sscanf(other, "%lf", &period) == 1 && quota > 0 && period > 0
             ? quota / period
             : INFINITY;
}

/* The least from `group` up to the root of the tree. Inside a container the root is often the container's own group,
 * and the path of the group, which is the host's, is not there: then only the root speaks. */
static double least_quota(const char *root, const char *group, double (*quota_of)(const char *folder)) {
  char folder[PATH_SIZE];
  snprintf(folder, sizeof folder, "%s%s", root, group);
  double least = INFINITY;
  for (;;) {
    least = fmin(least, quota_of(folder));
    char *slash = strrchr(folder, '/');
    if (strlen(folder) <= strlen(root) || !slash) return least;
    *slash = 0;
  }
}

static bool has_controller(const char *list, const char *name) {
  const size_t length = strlen(name);
  for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',')
    if (strcspn(at, ",") == length && !strncmp(at, name, length)) return true;
  return false;
}

double cpus_quota_in(const char *root, const char *groups) {
  double least = INFINITY;
  char text[PATH_SIZE], v1[PATH_SIZE / 2], *rest = text;
  snprintf(v1, sizeof v1, "%s/cpu", root);
  if (!read_file(groups, text, sizeof text)) return least;
  for (char *line; (line = strtok_r(rest, "\n", &rest));) { /* "0::/user.slice" or "4:cpu,cpuacct:/user.slice" */
    char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    *group++ = 0;
    controllers++;
    if (!*controllers) least = fmin(least, least_quota(root, strcmp(group, "/") ? group : "", quota_of_v2));
    if (has_controller(controllers, "cpu"))
      least = fmin(least, least_quota(v1, strcmp(group, "/") ? group : "", quota_of_v1));
  }
  return least;
}

double cpus_quota(void) { return cpus_quota_in("/sys/fs/cgroup", "/proc/self/cgroup"); }

int cpus_all(void) {
  const double granted = fmax(1, floor(cpus_quota()));
  const int usable = cpus_usable();
  return granted < usable ? (int)granted : usable;
}

const char *cpus_too_few(int threads, char *text, size_t size) {
  const int usable = cpus_usable();
  const double quota = cpus_quota();
  if (threads > usable)
    snprintf(text, size, "this process may run on %d CPU%s (taskset, a container, OMP_PLACES or the machine itself)",
             usable, usable > 1 ? "s" : "");
  else if (threads > quota)
    snprintf(text, size, "the quota of its control group is %g CPUs' time (cpu.max or cpu.cfs_quota_us)", quota);
  else
    return NULL;
  return text;
}
