/* plugin.c - gconv_load: a shared object becomes entries of the registry, or a sentence that names the file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"
#include "core/registry.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a row lacks, or NULL. */
static const char *find_fault(const gconv_kernel *k) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const struct {
    bool wrong;
    const char *what;
  } rules[] = {
      {!k->name || !*k->name || k->name[strspn(k->name, letters)] || strlen(k->name) >= GCONV_NAME_MAX / 2,
       "has no name of a-z, 0-9 and _ (at most 47)"},
      {!k->summary || !*k->summary, "has no summary"},
      {!k->reference || !*k->reference, "has no reference"},
      {(unsigned)k->isa >= GCONV_ISAS, "has an isa that is none"},
      {!k->dtypes || k->dtypes >> GCONV_DTYPES, "has no dtypes, or some that are none"},
      {!k->directions || k->directions >> GCONV_DIRECTIONS, "has no directions, or some that are none"},
      {!k->plan || !k->execute, "has no plan or no execute"},
      {(unsigned)k->numeric > GCONV_TRANSFORM, "has a numeric class that is none"},
      {(k->numeric == GCONV_TRANSFORM) != (k->amplification != NULL),
       "has an amplification without GCONV_TRANSFORM, or none with it"},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (rules[i].wrong) return rules[i].what;
  return NULL;
}

/* Rows of the same name are variants of one entry. */
static gconv_status add_row(const char *file, const gconv_kernel *row, gconv_entry *entries, size_t *count) {
  size_t e = 0;
  while (e < *count && strcmp(entries[e].name, row->name)) e++;
  if (e == *count) entries[(*count)++] = (gconv_entry){.name = row->name, .idea = row->summary, .plugin = file};
  if (entries[e].variant[row->isa])
    return gconv_error(GCONV_INVALID, "its kernel '%s' has two rows for %s", row->name, gconv_isa_name(row->isa));
  entries[e].variant[row->isa] = row;
  return GCONV_OK;
}

static gconv_status add_rows(const char *file, const gconv_rows *rows) {
  if (!rows) return gconv_error(GCONV_INVALID, "its function gconv_plugin returns NULL");
  if (rows->abi != GCONV_KERNEL_ABI)
    return gconv_error(GCONV_UNSUPPORTED,
                       "it was compiled for version %u of gconv_kernel.h, this library (%s) has version %d: compile it "
                       "again",
                       rows->abi, gconv_version(), GCONV_KERNEL_ABI);
  if (!rows->count || !rows->row) return gconv_error(GCONV_INVALID, "it has no kernels");
  gconv_entry *entries = calloc(rows->count, sizeof *entries);
  if (!entries) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu kernels", rows->count);
  gconv_status status = GCONV_OK;
  size_t count = 0;
  for (size_t i = 0; i < rows->count && !status; i++) {
    const gconv_kernel *row = rows->row[i];
    const char *fault = row ? find_fault(row) : "is NULL";
    status = fault ? gconv_error(GCONV_INVALID, "row %zu%s%s %s", i + 1, row && row->name ? ", " : "",
                                 row && row->name ? row->name : "", fault)
                   : add_row(file, row, entries, &count);
  }
  if (!status) status = gconv_registry_add(entries, count);
  free(entries);
  return status;
}

/* "FILE: why" of the loader, whose FILE the caller says itself. */
static gconv_status refused_by_loader(const char *file) {
  const char *why = dlerror();
  const size_t length = strlen(file);
  if (!why) why = "the loader does not say why";
  if (!strncmp(why, file, length) && !strncmp(why + length, ": ", 2)) why += length + 2;
  return gconv_error(GCONV_INVALID, "%s", why);
}

static gconv_status load(const char *file) {
  gconv_plugin_function *function;
  void *object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!object) return refused_by_loader(file);
  *(void **)&function = dlsym(object, "gconv_plugin");
  const gconv_status status = function
                                  ? add_rows(file, function())
                                  : gconv_error(GCONV_INVALID, "it is no plug-in: it has no function gconv_plugin");
  if (status) dlclose(object);
  return status;
}

gconv_status gconv_load(const char *path) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  if (!path || !*path) return gconv_error(GCONV_INVALID, "plug-in: path is %s", path ? "empty" : "NULL");
  const char *folder = strchr(path, '/') ? "" : "./"; /* else the loader would look in its own folders */
  const size_t size = strlen(folder) + strlen(path) + 1;
  char *file = malloc(size), why[512]; /* the file's name stays: entries have it */
  if (!file) return gconv_error(GCONV_NO_MEMORY, "plug-in %s: no memory for its name", path);
  snprintf(file, size, "%s%s", folder, path);
  pthread_mutex_lock(&lock);
  const gconv_status status = load(file);
  pthread_mutex_unlock(&lock);
  if (!status) return GCONV_OK;
  free(file);
  snprintf(why, sizeof why, "%s", gconv_last_error());
  return gconv_error(status, "plug-in %s: %s", path, why);
}
