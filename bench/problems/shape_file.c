/* shape_file.c - reads files as benchdnn does: words between white space, options that hold until they change, '#'
 * comments, a backslash that joins lines, other files by --batch=. Nothing in them is dropped without being counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shape_file.h"
#include "benchdnn.h"
#include "line.h"
#include "printable.h"

#include "core/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  DEPTH_MAX = 16, /* files inside files; benchdnn's own are three deep */
  /* Read for one file: benchdnn's longest reads some thousands; files that name others twice double the number at
   * every depth. */
  FILES_MAX = 20000,
  PATH_BYTES = 4096,
  IGNORED_MAX = 32, /* names of options that are listed */
  OPTION_BYTES = 40
};

typedef enum { LEFT_DRIVER, LEFT_TYPE, LEFT_DEPTH, LEFT_REPEATED, LEFT_KINDS } left_out;
static const char *const left_reasons[LEFT_KINDS] = {"of other drivers than --conv", "of other data types than f32",
                                                     "three-dimensional", "named before in it"};

typedef struct {
  problem_list *list;
  const char *set;
  size_t first; /* of its problems in the list */
  benchdnn_settings settings;
  long left[LEFT_KINDS];
  char ignored[IGNORED_MAX][OPTION_BYTES];
  int ignored_count, files;
  bool has_options; /* of benchdnn: plain lists are taken line for line, repetitions too */
} reader;

/* A file that is being read, and the one that names it. */
typedef struct open_file {
  const struct open_file *outer;
  const char *path;
  struct stat info;
  long line;
} open_file;

static gconv_status error_at(gconv_status status, const open_file *f) {
  char why[512], shown[PATH_BYTES];
  snprintf(why, sizeof why, "%s", gconv_last_error());
  snprintf(shown, sizeof shown, "%s", f->path);
  printable(why);
  return f->line ? gconv_error(status, "%s:%ld: %s", printable(shown), f->line, why)
                 : gconv_error(status, "%s: %s", printable(shown), why);
}

/* '_' is nothing in a descriptor, and behind its name may be anything. */
static bool has_depth(const char *descriptor) {
  for (const char *c = descriptor; *c && *c != 'n'; c++)
    if (strchr("ikospd", *c) && c[1] == 'd' && isdigit((unsigned char)c[2]) &&
        (c == descriptor || !isalpha((unsigned char)c[-1])))
      return true;
  return false;
}

/* Files for several layouts or attributes list the same problems again and again: once is enough, in all their
 * directions. */
static bool merge(reader *r, const gconv_problem *problem) {
  const unsigned directions = r->settings.directions;
  for (size_t i = r->first; i < r->list->count; i++) {
    problem_case *known = &r->list->cases[i];
    if (memcmp(&known->problem, problem, sizeof *problem) || !known->directions != !directions) continue;
    known->directions |= directions;
    return true;
  }
  return false;
}

static gconv_status add_batch(reader *r, gconv_problem problem, int batch) {
  if (batch) problem.batch = batch;
  gconv_status status = batch ? gconv_problem_init(&problem) : GCONV_OK;
  if (status) return status;
  printable(problem.name);
  if (r->has_options && merge(r, &problem)) {
    r->left[LEFT_REPEATED]++;
    return GCONV_OK;
  }
  return problem_list_append(r->list, r->set, &problem, r->settings.directions);
}

static gconv_status add_descriptor(reader *r, const char *word) {
  const benchdnn_settings *s = &r->settings;
  if (s->other_driver || s->other_type || has_depth(word)) {
    r->left[s->other_driver ? LEFT_DRIVER : s->other_type ? LEFT_TYPE : LEFT_DEPTH]++;
    return GCONV_OK;
  }
  gconv_problem problem;
  gconv_status status = gconv_problem_parse(word, &problem);
  for (int i = 0; i < s->batch_count && !status; i++) status = add_batch(r, problem, s->batches[i]);
  return status;
}

/* The option's name, without its value. */
static void ignore(reader *r, const char *word) {
  char name[OPTION_BYTES];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  if (name[1] != '-') name[2] = 0; /* -v5 */
  for (int i = 0; i < r->ignored_count; i++)
    if (!strcmp(r->ignored[i], name)) return;
  if (r->ignored_count < IGNORED_MAX) memcpy(r->ignored[r->ignored_count++], name, sizeof name);
}

static gconv_status read_file(reader *r, const open_file *outer, const char *path);

/* The file that --batch= names, seen from the folder of the file that names it. */
static gconv_status follow(reader *r, const open_file *f, const char *name) {
  char path[PATH_BYTES];
  const char *slash = strrchr(f->path, '/');
  const int folder = *name == '/' || !slash ? 0 : (int)(slash + 1 - f->path);
  const bool fits = snprintf(path, sizeof path, "%.*s%s", folder, f->path, name) < (int)sizeof path;
  struct stat info;
  if (!*name)
    gconv_error(GCONV_INVALID, "no file, write %sFILE", benchdnn_batch);
  else if (!fits)
    gconv_error(GCONV_INVALID, "%s: a path has less than %d bytes", benchdnn_batch, PATH_BYTES);
  else if (stat(path, &info))
    gconv_error(GCONV_INVALID, "%s%.200s: %s", benchdnn_batch, name, strerror(errno));
  else if (!S_ISREG(info.st_mode))
    gconv_error(GCONV_INVALID, "%s%.200s: not a file", benchdnn_batch, name);
  else
    return read_file(r, f, path);
  return error_at(GCONV_INVALID, f);
}

static gconv_status take_word(reader *r, const open_file *f, const char *word) {
  const benchdnn_word kind = benchdnn_take(&r->settings, word);
  if (kind != BENCHDNN_DESCRIPTOR) r->has_options = true;
  if (kind == BENCHDNN_BATCH) return follow(r, f, word + strlen(benchdnn_batch));
  if (kind == BENCHDNN_PASSED_OVER) ignore(r, word);
  gconv_status status = kind == BENCHDNN_BAD ? GCONV_INVALID : GCONV_OK;
  if (kind == BENCHDNN_DESCRIPTOR) status = add_descriptor(r, word);
  return status ? error_at(status, f) : GCONV_OK;
}

/* Cuts the first word off: up to white space that is not inside quotes. */
static char *next_word(char **rest) {
  char *word = *rest + strspn(*rest, " \t\r\v\f"), *end = word, quote = 0;
  for (; *end && (quote || !isspace((unsigned char)*end)); end++) {
    if (*end == quote)
      quote = 0;
    else if (!quote && (*end == '"' || (*end == '\'' && *word == '-')))
      quote = *end;
  }
  *rest = end + (*end != 0);
  *end = 0;
  return *word ? word : NULL;
}

static gconv_status take_line(reader *r, const open_file *f, char *line) {
  const char *stranger = benchdnn_stranger(line);
  gconv_status status = GCONV_OK;
  if (stranger) {
    gconv_error(GCONV_INVALID, "this is %s, no descriptor: those look like g2mb1_ic64oc64_ih56oh56kh3ph1", stranger);
    return error_at(GCONV_INVALID, f);
  }
  for (char *rest = line, *word; !status && (word = next_word(&rest));) status = take_word(r, f, word);
  return status;
}

static gconv_status read_lines(reader *r, open_file *f, FILE *file) {
  line_reader lines;
  bool more = true;
  gconv_status status = line_begin(&lines, file);
  while (!status && more) {
    status = line_next(&lines, &more);
    f->line = lines.number;
    if (status)
      error_at(status, f);
    else if (more)
      status = take_line(r, f, lines.text);
  }
  line_end(&lines);
  return status;
}

/* No file is read inside itself, and files inside files come to an end. */
static gconv_status check_nesting(reader *r, const open_file *f) {
  int depth = 0;
  for (const open_file *outer = f->outer; outer; outer = outer->outer, depth++)
    if (outer->info.st_dev == f->info.st_dev && outer->info.st_ino == f->info.st_ino)
      return gconv_error(GCONV_INVALID, "%s%.200s: that file is being read already", benchdnn_batch, f->path);
  if (depth > DEPTH_MAX)
    return gconv_error(GCONV_INVALID, "%s: more than %d files inside each other", benchdnn_batch, DEPTH_MAX);
  if (++r->files > FILES_MAX)
    return gconv_error(GCONV_INVALID, "%s: more than %d files to read", benchdnn_batch, FILES_MAX);
  return GCONV_OK;
}

static gconv_status read_file(reader *r, const open_file *outer, const char *path) {
  open_file f = {.outer = outer, .path = path};
  FILE *file = fopen(path, "r");
  if (!file || fstat(fileno(file), &f.info)) {
    gconv_error(GCONV_INVALID, "%s", strerror(errno));
    if (file) fclose(file);
    return error_at(GCONV_INVALID, &f);
  }
  gconv_status status = check_nesting(r, &f);
  if (status)
    error_at(status, outer ? outer : &f);
  else
    status = read_lines(r, &f, file);
  fclose(file);
  return status;
}

/* "3 of other drivers than --conv, 1 three-dimensional"; false if nothing was left out. */
static bool describe_left(const reader *r, char *text, size_t size) {
  size_t length = 0;
  for (int kind = 0; kind < LEFT_KINDS; kind++)
    if (r->left[kind] && length < size)
      length += (size_t)snprintf(text + length, size - length, "%s%ld %s", length ? ", " : "", r->left[kind],
                                 left_reasons[kind]);
  return length;
}

static gconv_status note_ignored(const reader *r, const char *path) {
  char names[IGNORED_MAX * (OPTION_BYTES + 2)] = "";
  for (int i = 0; i < r->ignored_count; i++)
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", r->ignored[i]);
  if (!r->ignored_count) return GCONV_OK;
  return problem_list_note(r->list, "%s: options that are not followed: %s%s", path, names,
                           r->ignored_count == IGNORED_MAX ? " and perhaps more" : "");
}

gconv_status shape_file_add(problem_list *list, const char *set, const char *path) {
  reader r = {.list = list, .set = set, .first = list->count};
  char shown[PATH_BYTES], left[256];
  snprintf(shown, sizeof shown, "%s", path);
  printable(shown);
  benchdnn_reset(&r.settings);
  gconv_status status = read_file(&r, NULL, path);
  if (status) return status;
  const bool any_left = describe_left(&r, left, sizeof left);
  if (list->count == r.first)
    return gconv_error(GCONV_INVALID, "%s: no descriptor in it%s%s", shown, any_left ? " that is taken: " : "",
                       any_left ? left : "");
  status = note_ignored(&r, shown);
  if (!status && any_left) status = problem_list_note(list, "%s: descriptors left out: %s", shown, left);
  return status;
}
