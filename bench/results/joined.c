/* joined.c - reads the columns that it needs by name, and passes rows on as the lines they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "joined.h"

#include "core/error.h"
#include "csv.h"
#include "csv_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The columns that say which row it is, and those that say what its repetitions were. */
enum {
  LEVEL,
  SET,
  KERNEL,
  THREADS,
  BATCH,
  PASS,
  STEP_KEYS,
  FORM = STEP_KEYS,
  DIRECTION,
  LAYOUT,
  PROBLEM,
  CACHE,
  DATA,
  NAME,
  KEYS
};
enum { STATUS = KEYS, TIMES, TURNS, PROCESSES, MARKS, FAULTS, STEAL, COLUMNS };
static const char *const column_names[COLUMNS] = {[LEVEL] = "level",
                                                  [SET] = "set",
                                                  [KERNEL] = "kernel",
                                                  [THREADS] = "threads",
                                                  [BATCH] = "batch",
                                                  [PASS] = "pass",
                                                  [FORM] = "form",
                                                  [DIRECTION] = "direction",
                                                  [LAYOUT] = "layout",
                                                  [PROBLEM] = "problem",
                                                  [CACHE] = "cache",
                                                  [DATA] = "data",
                                                  [NAME] = "name",
                                                  [STATUS] = "status",
                                                  [TIMES] = "time_reps_ns",
                                                  [TURNS] = "time_reps_turn",
                                                  [PROCESSES] = "process_repetitions",
                                                  [MARKS] = "marks",
                                                  [FAULTS] = "page_faults",
                                                  [STEAL] = "steal_ns"};

typedef struct {
  const char *line; /* with its line end */
  size_t bytes;
  int number; /* 1 is the header */
  char *cell[COLUMNS];
} record;

typedef gconv_status (*visitor)(const record *r, void *context);

static gconv_status no_memory(void) { return gconv_error(GCONV_NO_MEMORY, "no memory for the rows of an earlier run"); }

/* Sets cell[] to copies of the row's fields; false at the end of the text, or of its complete rows. */
static bool next_record(csv_reader *in, const int *column_of, record *r, char *cells) {
  csv_field_end end = CSV_FIELD;
  r->line = in->at, r->number++;
  for (int c = 0; c < COLUMNS; c++) r->cell[c] = "";
  for (int column = 0; end == CSV_FIELD; column++) {
    end = csv_next_field(in);
    if (end == CSV_TORN) return false;
    for (int c = 0; c < COLUMNS; c++)
      if (column_of[c] == column) r->cell[c] = strcpy(cells, in->field), cells += strlen(cells) + 1;
  }
  r->bytes = (size_t)(in->at - r->line);
  return true;
}

static gconv_status each_record(const char *text, size_t size, visitor visit, void *context) {
  csv_reader in = {text, text + size, malloc(size + 1)};
  char *cells = malloc(size + COLUMNS + 1);
  int column_of[COLUMNS];
  record r = {.number = 1};
  gconv_status status = in.field && cells ? GCONV_OK : no_memory();
  if (!status) csv_find_columns(&in, column_names, COLUMNS, column_of);
  while (!status && next_record(&in, column_of, &r, cells)) status = visit(&r, context);
  free(in.field);
  free(cells);
  return status;
}

/* As gconv-bench names layers (layers.c), blocks and networks (nets.c). NULL without memory. */
static char *benchmark_of(const record *r) {
  char *name = NULL;
  char *const *c = r->cell;
  const bool layer = !strcmp(c[LEVEL], "layer"), one_form = !strcmp(c[FORM], "-"), real = !strcmp(c[DATA], "real");
  const int length =
      layer ? asprintf(&name, "%s/%s/%s/%s/t%s/%s%s%s", c[DIRECTION], c[LAYOUT], c[PROBLEM], c[KERNEL], c[THREADS],
                       c[CACHE], real ? "" : "-", real ? "" : c[DATA])
            : asprintf(&name, "%s/%s/%s%s%s_mb%s/%s/t%s/%s", c[DIRECTION], c[LAYOUT], c[PROBLEM], one_form ? "" : "-",
                       one_form ? "" : c[FORM], c[BATCH], c[KERNEL], c[THREADS], c[CACHE]);
  return length < 0 ? NULL : name;
}

static bool is_marked(const char *marks, const char *mark) {
  const size_t length = strlen(mark);
  for (const char *at = marks; (at = strstr(at, mark)); at += length)
    if ((at == marks || at[-1] == ' ') && (!at[length] || at[length] == ' ')) return true;
  return false;
}

/* The next number of a list "12;9"; false if there is none. */
static bool next_number(const char **list, double *number) {
  char *end;
  *number = strtod(*list, &end);
  if (end == *list || (*end && *end != ';') || !(*number > 0) || !isfinite(*number)) return false;
  *list = *end ? end + 1 : end;
  return true;
}

static int count_numbers(const char *list) {
  int count = *list != 0;
  for (; *list; list++) count += *list == ';';
  return count;
}

/* What disturbed some of a row's repetitions is held against all: which they were, the row does not say. */
static sample describe_sample(const record *r, int count) {
  const char *marks = r->cell[MARKS];
  return (sample){.slow = is_marked(marks, "slow"),
                  .loads = is_marked(marks, "loads"),
                  .interrupted = is_marked(marks, "interrupted"),
                  .moved = is_marked(marks, "moved"),
                  .foreign = is_marked(marks, "foreign"),
                  .speed = {{1, 1, 1}},
                  .usage = {.faults = strtoll(r->cell[FAULTS], NULL, 10) > 0,
                            .steal = 1e-9 * strtod(r->cell[STEAL], NULL) / count}};
}

static bool fill_samples(const record *r, joined_row *row) {
  const char *times = r->cell[TIMES], *turns = r->cell[TURNS], *sizes = r->cell[PROCESSES];
  const sample common = describe_sample(r, row->count);
  double left = 0;
  int process = -1;
  for (int i = 0; i < row->count; i++) {
    double ns, turn;
    while (left < 1 && *sizes && next_number(&sizes, &left)) process++;
    if (left < 1 || !next_number(&times, &ns) || !next_number(&turns, &turn)) return false;
    left--;
    row->samples[i] = common;
    row->samples[i].seconds = 1e-9 * ns, row->samples[i].turn = (int)turn, row->samples[i].process = process;
  }
  return left < 1 && !*sizes && !*times && !*turns;
}

static gconv_status take_row(const record *r, void *context) {
  joined_rows *j = context;
  if (strcmp(r->cell[STATUS], "ok") || !strcmp(r->cell[LEVEL], "network-layer")) return GCONV_OK;
  if ((j->count & (j->count - 1)) == 0) { /* full at every power of two */
    joined_row *rows = realloc(j->rows, (j->count ? 2 * j->count : 1) * sizeof *rows);
    if (!rows) return no_memory();
    j->rows = rows;
  }
  joined_row *row = &j->rows[j->count];
  *row = (joined_row){benchmark_of(r), NULL, count_numbers(r->cell[TIMES])};
  row->samples = calloc((size_t)row->count + 1, sizeof *row->samples);
  j->count++;
  if (!row->benchmark || !row->samples) return no_memory();
  if (row->count && fill_samples(r, row)) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "row %d: its times, turns and process_repetitions do not belong together",
                     r->number);
}

static int compare_rows(const void *a, const void *b) {
  return strcmp(((const joined_row *)a)->benchmark, ((const joined_row *)b)->benchmark);
}

gconv_status joined_read(joined_rows *j, const char *path) {
  *j = (joined_rows){0};
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  char *header = csv_header();
  j->text = file < 0 ? NULL : csv_read_file(file, &j->size);
  gconv_status status = GCONV_OK;
  if (!j->text)
    status = gconv_error(GCONV_INVALID, "%s: %s", path, strerror(errno));
  else if (!header)
    status = no_memory();
  else if (j->size < strlen(header) || memcmp(j->text, header, strlen(header)))
    status = gconv_error(GCONV_INVALID, "%s: it does not begin with the columns of this version", path);
  if (!status) {
    status = each_record(j->text, j->size, take_row, j);
    char why[256];
    snprintf(why, sizeof why, "%s", gconv_last_error());
    if (status) gconv_error(status, "%s: %s", path, why);
  }
  if (!status && j->count) qsort(j->rows, j->count, sizeof *j->rows, compare_rows);
  free(header);
  if (file >= 0) close(file);
  if (status) joined_free(j);
  return status;
}

gconv_status joined_take(const joined_rows *j, const char *benchmark, sample_list *list) {
  const joined_row key = {(char *)benchmark, NULL, 0};
  const joined_row *row = j->count ? bsearch(&key, j->rows, j->count, sizeof *j->rows, compare_rows) : NULL;
  return row ? samples_join(list, row->samples, row->count) : GCONV_OK;
}

void joined_free(joined_rows *j) {
  for (size_t i = 0; i < j->count; i++) {
    free(j->rows[i].benchmark);
    free(j->rows[i].samples);
  }
  free(j->rows);
  free(j->text);
  *j = (joined_rows){0};
}

/* Which rows a file has. */
typedef struct {
  char **keys;
  size_t count;
} key_list;

/* The steps of a network are one thing: another process may have chosen others. */
static char *key_of(const record *r) {
  const int keys = strcmp(r->cell[LEVEL], "network-layer") ? KEYS : STEP_KEYS;
  char *key = NULL;
  size_t length;
  FILE *out = open_memstream(&key, &length);
  if (!out) return NULL;
  for (int k = 0; k < keys; k++) fprintf(out, "%s\n", r->cell[k]);
  const bool whole = !ferror(out);
  if (!fclose(out) && whole) return key;
  free(key);
  return NULL;
}

static gconv_status add_key(const record *r, void *context) {
  key_list *list = context;
  if ((list->count & (list->count - 1)) == 0) {
    char **keys = realloc(list->keys, (list->count ? 2 * list->count : 1) * sizeof *keys);
    if (!keys) return no_memory();
    list->keys = keys;
  }
  list->keys[list->count] = key_of(r);
  return list->keys[list->count] ? (list->count++, GCONV_OK) : no_memory();
}

static int compare_keys(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

typedef struct {
  int file;
  key_list has;
} completion;

static gconv_status add_missing(const record *r, void *context) {
  completion *c = context;
  char *key = key_of(r);
  if (!key) return no_memory();
  const bool has = c->has.count && bsearch(&key, c->has.keys, c->has.count, sizeof key, compare_keys);
  free(key);
  errno = ENOSPC; /* of a write that takes a part */
  if (has || write(c->file, r->line, r->bytes) == (ssize_t)r->bytes) return GCONV_OK;
  return gconv_error(GCONV_FAILED, "%s", strerror(errno));
}

bool joined_complete(const joined_rows *j, const char *path) {
  completion c = {.file = open(path, O_RDWR | O_APPEND | O_CLOEXEC)};
  size_t size;
  char *text = c.file < 0 ? NULL : csv_read_file(c.file, &size);
  int error = text ? 0 : errno;
  if (text && each_record(text, size, add_key, &c.has)) error = ENOMEM;
  if (c.has.count) qsort(c.has.keys, c.has.count, sizeof *c.has.keys, compare_keys);
  errno = ENOMEM;
  if (!error && each_record(j->text, j->size, add_missing, &c)) error = errno;
  if (c.file >= 0 && close(c.file) && !error) error = errno;
  for (size_t i = 0; i < c.has.count; i++) free(c.has.keys[i]);
  free(c.has.keys);
  free(text);
  errno = error;
  return !error;
}
