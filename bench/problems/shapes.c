/* shapes.c - finds the files of named sets. Looked up at run time: a program that was not installed uses its source
 * tree. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shapes.h"

#include "core/error.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char ending[] = ".txt";

/* The installed folder lies relative to the program, so that a moved installation still finds it. */
static void installed_folder(char path[SHAPES_PATH_MAX]) {
  const ssize_t length = readlink("/proc/self/exe", path, SHAPES_PATH_MAX - sizeof GCONV_SHAPES_FROM_BIN);
  path[length < 0 ? 0 : length] = 0;
  char *slash = strrchr(path, '/');
  strcpy(slash ? slash + 1 : path, GCONV_SHAPES_FROM_BIN);
}

static void find_folder(char path[SHAPES_PATH_MAX]) {
  const char *chosen = getenv("GCONV_SHAPES");
  if (chosen && *chosen)
    snprintf(path, SHAPES_PATH_MAX, "%s", chosen);
  else if (!access(GCONV_SHAPES_SOURCE, R_OK))
    snprintf(path, SHAPES_PATH_MAX, "%s", GCONV_SHAPES_SOURCE);
  else
    installed_folder(path);
}

static bool set_path(const char *name, char path[SHAPES_PATH_MAX]) {
  find_folder(path);
  const size_t length = strlen(path), room = SHAPES_PATH_MAX - length;
  return (size_t)snprintf(path + length, room, "/%s%s", name, ending) < room;
}

bool shapes_find(const char *name, char path[SHAPES_PATH_MAX]) {
  return !strchr(name, '/') && set_path(name, path) && !access(path, F_OK);
}

static int has_ending(const struct dirent *entry) {
  const size_t length = strlen(entry->d_name);
  return length > strlen(ending) && !strcmp(entry->d_name + length - strlen(ending), ending);
}

bool shapes_each(void (*visit)(const char *name, const char *path, void *context), void *context) {
  struct dirent **entries;
  char folder[SHAPES_PATH_MAX];
  find_folder(folder);
  const int count = scandir(folder, &entries, has_ending, alphasort);
  if (count < 0) {
    gconv_error(GCONV_INVALID, "%s: %s", folder, strerror(errno));
    return false;
  }
  for (int i = 0; i < count; i++) {
    char *name = entries[i]->d_name, path[SHAPES_PATH_MAX];
    name[strlen(name) - strlen(ending)] = 0;
    if (set_path(name, path)) visit(name, path, context);
    free(entries[i]);
  }
  free(entries);
  return true;
}

const char *shapes_summary(const char *path, char text[SHAPES_SUMMARY_MAX]) {
  FILE *file = fopen(path, "r");
  text[0] = 0;
  if (!file) return text;
  char line[SHAPES_SUMMARY_MAX];
  if (fgets(line, sizeof line, file) && line[0] == '#')
    snprintf(text, SHAPES_SUMMARY_MAX, "%.*s", (int)strcspn(line + 1, "\r\n"), line + 1);
  fclose(file);
  return text + strspn(text, " ");
}
