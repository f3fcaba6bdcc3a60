/* foreign.c - from /proc/self/maps, which shows what is loaded, and from what the libraries say of themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "foreign.h"

#include "gconv.h"

#include <dirent.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_in(const pid_t *list, int count, pid_t thread) {
  for (int i = 0; i < count; i++)
    if (list[i] == thread) return true;
  return false;
}

bool team_has(const thread_team *t, pid_t thread) { return is_in(t->thread, t->count, thread); }

void team_add(thread_team *t, int threads) {
#pragma omp parallel num_threads(threads)
#pragma omp critical(gconv_team)
  if (t->count < TEAM_MAX && !team_has(t, gettid())) t->thread[t->count++] = gettid();
}

/* Threads of the process that are neither. They become others if `add`. */
static int count_unknown(thread_team *t, bool add) {
  int unknown = 0;
  DIR *threads = opendir("/proc/self/task");
  for (struct dirent *entry; threads && (entry = readdir(threads));) {
    const pid_t thread = (pid_t)atol(entry->d_name);
    if (!thread || team_has(t, thread) || is_in(t->other, t->other_count, thread)) continue;
    unknown++;
    if (add && t->other_count < TEAM_MAX) t->other[t->other_count++] = thread;
  }
  if (threads) closedir(threads);
  return unknown;
}

void team_learn(thread_team *t, int largest) {
  if (!count_unknown(t, false)) return;
  t->count = t->other_count = 0;
  team_add(t, largest);
  count_unknown(t, true);
}

/* Adds the file's name where one of `prefixes` begins it, once. True if it did. */
static bool add_library(const char *path, const char *const *prefixes, char *list, size_t size) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  const size_t length = strcspn(name, "\n");
  for (; *prefixes; prefixes++) {
    if (strncmp(name, *prefixes, strlen(*prefixes))) continue;
    char file[128];
    snprintf(file, sizeof file, "%.*s", (int)length, name);
    if (strstr(list, file)) return false;
    const size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", file);
    return true;
  }
  return false;
}

static int find_libraries(const char *const *prefixes, char *list, size_t size) {
  int count = 0;
  char *line = NULL;
  size_t room = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  *list = 0;
  while (maps && getline(&line, &room, maps) > 0) {
    const char *path = strchr(line, '/');
    if (path) count += add_library(path, prefixes, list, size);
  }
  free(line);
  if (maps) fclose(maps);
  return count;
}

int foreign_runtimes(char *list, size_t size) {
  static const char *const prefixes[] = {"libgomp.so", "libgomp-", "libomp.so", "libomp5.so", "libiomp5.so", NULL};
  return find_libraries(prefixes, list, size);
}

/* The threading model is part of what the BLAS says of itself. */
static bool blas_has_threads(char *name, size_t size) {
  enum { LIBRARIES = 8 };
  gconv_library libraries[LIBRARIES];
  const int count = gconv_libraries(0, libraries, LIBRARIES);
  for (int i = 0; i < count && i < LIBRARIES; i++) {
    if (strcmp(libraries[i].name, "blas") || !strstr(libraries[i].text, "threads of its own")) continue;
    const char *text = libraries[i].text, *space = strchr(text, ' ');
    const size_t words = space ? (size_t)(space - text) + 1 + strcspn(space + 1, " ;") : strlen(text);
    snprintf(name, size, "%.*s", (int)words, text);
    return true;
  }
  return false;
}

void foreign_suspects(char *sentence, size_t size) {
  static const char *const threaded[] = {"libtbb.so", "libpthreadpool.so", NULL};
  char name[256];
  if (blas_has_threads(name, sizeof name))
    snprintf(sentence, size, "%s has threads of its own; it was told to use one, so they should sleep", name);
  else if (foreign_runtimes(name, sizeof name) > 1)
    snprintf(sentence, size, "there are two OpenMP runtimes (%s)", name);
  else if (find_libraries(threaded, name, sizeof name))
    snprintf(sentence, size, "%s is loaded", name);
  else
    snprintf(sentence, size, "no library that is known to do so is loaded");
}
