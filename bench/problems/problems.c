/* problems.c - turns the value of --problems= into a list of problems. Sets are plain files, found at run time, so that
 * a set can be added or changed without building anything, or computed: layers of networks, sweeps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"
#include "networks.h"
#include "padding.h"
#include "printable.h"
#include "problems.h"
#include "shape_file.h"
#include "shapes.h"
#include "sweeps.h"

#include "core/error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Puts where it happened before the sentence of the last error. */
static gconv_status error_in(gconv_status status, const char *where) {
  char why[512];
  snprintf(why, sizeof why, "%s", gconv_last_error());
  return gconv_error(status, "%s: %s", where, why);
}

/* Cuts white space off both ends, in place. */
static char *trim(char *text) {
  while (isspace((unsigned char)*text)) text++;
  char *end = text + strlen(text);
  while (end > text && isspace((unsigned char)end[-1])) end--;
  *end = 0;
  return text;
}

/* The file's name without folder and ending. */
static gconv_status add_path(problem_list *list, const char *path) {
  const char *slash = strrchr(path, '/');
  const char *base = slash ? slash + 1 : path;
  const char *dot = strrchr(base, '.');
  char set[GCONV_NAME_MAX];
  snprintf(set, sizeof set, "%.*s", dot && dot > base ? (int)(dot - base) : (int)strlen(base), base);
  return shape_file_add(list, set, path);
}

/* '/' and '.' occur in no descriptor, except in its name. */
static bool looks_like_path(const char *item) {
  const char first = item[strcspn(item, "/.\"")];
  return first == '/' || first == '.';
}

static bool is_file(const char *path) {
  struct stat info;
  return !stat(path, &info) && S_ISREG(info.st_mode);
}

typedef struct {
  problem_list *list;
  const char *set;
} list_end;

static gconv_status append_problem(const gconv_problem *problem, void *context) {
  const list_end *end = context;
  return problem_list_append(end->list, end->set, problem, 0);
}

/* Sets that are computed instead of read. */
static const struct {
  bool (*find)(const char *name);
  gconv_status (*problems)(const char *name, gconv_status (*take)(const gconv_problem *, void *), void *context);
  void (*each)(void (*visit)(const char *name, const char *summary, void *context), void *context);
} computed[] = {{networks_find, networks_layers, networks_each},
                {sweeps_find, sweeps_problems, sweeps_each},
                {random_set_find, random_set_problems, random_set_each}};
enum { COMPUTED = sizeof computed / sizeof *computed };

static bool is_computed(const char *name) {
  bool found = false;
  for (int i = 0; i < COMPUTED; i++) found |= computed[i].find(name);
  return found;
}

static gconv_status add_computed(problem_list *list, const char *name) {
  list_end end = {list, name};
  gconv_status status = GCONV_OK;
  for (int i = 0; i < COMPUTED && !status; i++)
    if (computed[i].find(name)) status = computed[i].problems(name, append_problem, &end);
  return status;
}

static gconv_status take_item(problem_list *list, const char *item, bool *own) {
  if (looks_like_path(item)) return add_path(list, item);
  char path[SHAPES_PATH_MAX];
  *own = shapes_find(item, path);
  if (*own) return shape_file_add(list, item, path);
  *own = is_computed(item);
  if (*own) return add_computed(list, item);
  gconv_problem problem;
  gconv_status status = gconv_problem_parse(item, &problem);
  if (!status) return problem_list_append(list, "cli", &problem, 0);
  if (is_file(item)) return add_path(list, item);
  status = error_in(status, item);
  if (strpbrk(item, "0123456789")) return status;
  return gconv_error(GCONV_INVALID, "'%s' is neither a named set (--problems=list shows them), a file nor a descriptor",
                     item);
}

/* Sets of our own mean what they say. */
static gconv_status add_item(problem_list *list, const char *item) {
  const size_t before = list->count;
  bool own = false;
  gconv_status status = take_item(list, item, &own);
  return status || own ? status : padding_note(list, before);
}

/* The end of the item at `text`: the next comma that is not inside a quoted name. */
static char *item_end(char *text) {
  bool quoted = false;
  for (; *text && (quoted || *text != ','); text++)
    if (*text == '"') quoted = !quoted;
  return text;
}

gconv_status problem_list_add(problem_list *list, const char *spec) {
  if (!list || !spec) return gconv_error(GCONV_INVALID, "%s is NULL", list ? "spec" : "list");
  char *copy = strdup(spec);
  if (!copy) return gconv_error(GCONV_NO_MEMORY, "no memory for '%.40s'", spec);
  const size_t before = list->count;
  gconv_status status = GCONV_OK;
  for (char *item = copy, *end; item && !status; item = end) {
    end = item_end(item);
    if (*end)
      *end++ = 0;
    else
      end = NULL;
    const char *name = trim(item);
    status = *name ? add_item(list, name) : gconv_error(GCONV_INVALID, "empty item in problems '%.200s'", spec);
  }
  if (status) list->count = before;
  free(copy);
  return status;
}

gconv_status problem_list_set_batch(problem_list *list, int batch) {
  for (int write = 0; write < 2; write++) /* first validate all, so that a failure changes nothing */
    for (size_t i = 0; i < list->count; i++) {
      gconv_problem problem = list->cases[i].problem;
      problem.batch = batch;
      gconv_status status = gconv_problem_init(&problem);
      if (status) {
        char text[GCONV_TEXT_MAX];
        gconv_problem_print(&list->cases[i].problem, text, sizeof text);
        return error_in(status, text);
      }
      if (write) list->cases[i].problem = problem;
    }
  return GCONV_OK;
}

static void print_line(const char *name, gconv_status status, problem_list *list, const char *summary) {
  if (status)
    printf("%-24s %s\n", name, gconv_last_error());
  else
    printf("%-24s %4zu  %s\n", name, list->count, summary);
  problem_list_free(list);
}

static void print_file(const char *name, const char *path, void *unused) {
  (void)unused;
  problem_list list = {0};
  char summary[SHAPES_SUMMARY_MAX];
  print_line(name, shape_file_add(&list, name, path), &list, shapes_summary(path, summary));
}

static void print_computed(const char *name, const char *summary, void *unused) {
  (void)unused;
  problem_list list = {0};
  print_line(name, add_computed(&list, name), &list, summary);
}

void problem_sets_print(void) {
  if (!shapes_each(print_file, NULL)) printf("no sets in files: %s\n", gconv_last_error());
  for (int i = COMPUTED - 1; i >= 0; i--) computed[i].each(print_computed, NULL); /* the many networks last */
}
