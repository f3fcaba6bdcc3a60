/* resume.c - which rows a file holds, and where its last complete one ends. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "resume.h"

#include "core/error.h"
#include "csv_reader.h"
#include "conditions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The columns that say which row it is, in the order of its key. */
enum { DIRECTION, LAYOUT, PROBLEM, KERNEL, THREADS, CACHE, DATA, SET, NAME, KEY_COLUMNS };
static const char *const key_names[KEY_COLUMNS] = {"direction", "layout", "problem", "kernel", "threads",
                                                   "cache",     "data",   "set",     "name"};

/* Which columns of the header are the key's; false if one is missing. */
static bool find_columns(csv_reader *r, int columns[KEY_COLUMNS]) {
  csv_find_columns(r, key_names, KEY_COLUMNS, columns);
  for (int k = 0; k < KEY_COLUMNS; k++)
    if (columns[k] < 0) return false;
  return true;
}

static char *make_key(const char *const parts[KEY_COLUMNS]) {
  char *key;
  const bool real = !strcmp(parts[DATA], inputs_name(INPUTS_REAL));
  const int length =
      asprintf(&key, "%s/%s/%s/%s/t%s/%s%s%s\n%s\n%s", parts[DIRECTION], parts[LAYOUT], parts[PROBLEM], parts[KERNEL],
               parts[THREADS], parts[CACHE], real ? "" : "-", real ? "" : parts[DATA], parts[SET], parts[NAME]);
  return length < 0 ? NULL : key;
}

static void free_parts(char *parts[KEY_COLUMNS]) {
  for (int k = 0; k < KEY_COLUMNS; k++) free(parts[k]);
}

/* One row's key; *end says whether the row was complete. A row of too few fields has no key. */
static gconv_status read_row(csv_reader *r, const int columns[KEY_COLUMNS], csv_field_end *end, char **key) {
  char *parts[KEY_COLUMNS] = {NULL};
  bool memory = true;
  int found = 0;
  *key = NULL;
  *end = CSV_FIELD;
  for (int column = 0; *end == CSV_FIELD; column++) {
    *end = csv_next_field(r);
    for (int k = 0; k < KEY_COLUMNS && *end != CSV_TORN; k++)
      if (columns[k] == column) memory &= (parts[k] = strdup(r->field)) != NULL, found++;
  }
  if (memory && *end != CSV_TORN && found == KEY_COLUMNS)
    memory = (*key = make_key((const char *const *)parts)) != NULL;
  free_parts(parts);
  return memory ? GCONV_OK : gconv_error(GCONV_NO_MEMORY, "no memory for the rows of an earlier run");
}

static gconv_status append(resume_rows *r, char *key) {
  if ((r->count & (r->count - 1)) == 0) { /* full at every power of two */
    char **keys = realloc(r->keys, (r->count ? 2 * r->count : 1) * sizeof *keys);
    if (!keys) {
      free(key);
      return gconv_error(GCONV_NO_MEMORY, "no memory for %zu rows", 2 * r->count);
    }
    r->keys = keys;
  }
  r->keys[r->count++] = key;
  return GCONV_OK;
}

static int compare_keys(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static gconv_status read_rows(resume_rows *r, csv_reader *in, const char *text) {
  int columns[KEY_COLUMNS];
  if (!find_columns(in, columns)) return gconv_error(GCONV_INVALID, "its columns do not say what was measured");
  csv_field_end end = CSV_FIELD;
  gconv_status status = GCONV_OK;
  while (!status && end != CSV_TORN) {
    char *key;
    r->whole_bytes = (size_t)(in->at - text);
    status = read_row(in, columns, &end, &key);
    if (key) status = append(r, key);
  }
  if (r->count) qsort(r->keys, r->count, sizeof *r->keys, compare_keys);
  return status;
}

gconv_status resume_parse(resume_rows *r, const char *text, size_t size, const char *header) {
  *r = (resume_rows){0};
  const size_t header_size = strlen(header);
  if (size < header_size && !memcmp(text, header, size)) return GCONV_OK; /* killed before the header was complete */
  if (size < header_size || memcmp(text, header, header_size))
    return gconv_error(GCONV_INVALID, "it does not begin with the columns of this version");
  csv_reader in = {text, text + size, malloc(size + 1)};
  if (!in.field) return gconv_error(GCONV_NO_MEMORY, "no memory for a file of %zu bytes", size);
  const gconv_status status = read_rows(r, &in, text);
  free(in.field);
  if (status) resume_free(r);
  return status;
}

static bool is_cut(int file, size_t bytes) {
  return !ftruncate(file, (off_t)bytes) && lseek(file, (off_t)bytes, SEEK_SET) == (off_t)bytes;
}

int resume_open(resume_rows *r, const char *path, const char *header) {
  const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  size_t size;
  char *text = file < 0 ? NULL : csv_read_file(file, &size);
  gconv_status status = text ? resume_parse(r, text, size, header) : gconv_error(GCONV_FAILED, "%s", strerror(errno));
  if (!status && !is_cut(file, r->whole_bytes)) {
    resume_free(r);
    status = gconv_error(GCONV_FAILED, "%s", strerror(errno));
  }
  free(text);
  if (!status) return file;
  if (file >= 0) close(file);
  return -1;
}

bool resume_has(const resume_rows *r, const char *benchmark, const char *set, const char *name) {
  char wanted[2048];
  const char *key = wanted;
  snprintf(wanted, sizeof wanted, "%s\n%s\n%s", benchmark, set, name);
  return r->count && bsearch(&key, r->keys, r->count, sizeof *r->keys, compare_keys);
}

void resume_free(resume_rows *r) {
  for (size_t i = 0; i < r->count; i++) free(r->keys[i]);
  free(r->keys);
  *r = (resume_rows){0};
}
