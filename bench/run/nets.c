/* nets.c - names to models, models to groups. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "nets.h"

#include "blocks.h"
#include "core/error.h"
#include "gbench.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char best[] = "best";
static const char *const default_names[RUN_LEVELS] = {
    [LEVEL_BLOCK] = "*", [LEVEL_NETWORK] = "resnet50,resnext50_32x4d"};

/* The best is chosen from forward steps: in training each kernel is on its own. */
size_t nets_kernels(const session *s) { return s->options.kernel_count + (s->options.kernel_count > 1 && !s->train); }

const char *nets_kernel(const session *s, size_t i) {
  return i < s->options.kernel_count ? s->options.kernels[i] : best;
}

void nets_benchmark_name(const session *s, const net_model *m, const char *kernel, int threads,
                         char name[NET_NAME_MAX]) {
  const char form[] = {'-', m->form, 0};
  snprintf(name, NET_NAME_MAX, "%s/native/%s%s_mb%d/%s/t%d/warm", s->train ? "train" : "fwd", m->name,
           m->form == '-' ? "" : form, session_batch(s), kernel, threads);
}

static gconv_status add_case(net_list *list, const char *name, char form, model *m) {
  net_model *models = realloc(list->models, (list->model_count + 1) * sizeof *models);
  if (!models) {
    model_free(m);
    return gconv_error(GCONV_NO_MEMORY, "no memory for %zu models", list->model_count + 1);
  }
  list->models = models;
  models[list->model_count++] = (net_model){name, form, m};
  return GCONV_OK;
}

static gconv_status add_group(net_list *list, net_group group) {
  net_group *groups = realloc(list->groups, (list->group_count + 1) * sizeof *groups);
  if (!groups) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu groups", list->group_count + 1);
  list->groups = groups;
  groups[list->group_count++] = group;
  return GCONV_OK;
}

static bool already(const net_list *list, const char *name) {
  for (size_t i = 0; i < list->model_count; i++)
    if (!strcmp(list->models[i].name, name)) return true;
  return false;
}

static gconv_status add_block(const session *s, net_list *list, const block_entry *entry) {
  const size_t first = list->model_count;
  gconv_status status = GCONV_OK;
  for (const char *form = entry->forms; *form && !status; form++) {
    model *m;
    status = block_build(entry, *form, &m);
    if (!status) status = add_case(list, entry->name, *form, m);
  }
  const options *o = &s->options;
  return status ? status : add_group(list, (net_group){first, list->model_count - first, o->threads, o->thread_count});
}

static gconv_status add_blocks(const session *s, net_list *list, const char *pattern) {
  size_t count;
  const block_entry *entries = block_entries(&count);
  gconv_status status = GCONV_OK;
  bool matched = false;
  for (size_t i = 0; i < count && !status; i++) {
    if (fnmatch(pattern, entries[i].name, 0)) continue;
    matched = true;
    if (!already(list, entries[i].name)) status = add_block(s, list, &entries[i]);
  }
  if (status || matched) return status;
  return gconv_error(GCONV_INVALID, "no block matches '%s' (--problems=list shows them)", pattern);
}

/* A name with a variant is not in the table: it stays with the model. */
static gconv_status add_network(net_list *list, const char *name) {
  model *m;
  const gconv_status status = model_build(name, 0, &m);
  return status ? status : add_case(list, m->name, '-', m);
}

static gconv_status add_networks(net_list *list, const char *pattern) {
  if (strchr(pattern, '@')) return already(list, pattern) ? GCONV_OK : add_network(list, pattern);
  size_t families;
  const model_family *const *family = model_families(&families);
  gconv_status status = GCONV_OK;
  bool matched = false;
  for (size_t f = 0; f < families; f++)
    for (size_t e = 0; e < family[f]->count && !status; e++) {
      const char *name = family[f]->entries[e].name;
      if (fnmatch(pattern, name, 0)) continue;
      matched = true;
      if (!already(list, name)) status = add_network(list, name);
    }
  if (status || matched) return status;
  return gconv_error(GCONV_INVALID, "no network matches '%s' (--problems=list shows them)", pattern);
}

static gconv_status add_names(const session *s, net_list *list, const char *names) {
  char name[GCONV_NAME_MAX];
  for (const char *rest = names;; rest++) {
    const size_t length = strcspn(rest, ",");
    if (!length || length >= sizeof name)
      return gconv_error(GCONV_INVALID, "--problems: '%s' is no list of names", names);
    memcpy(name, rest, length);
    name[length] = 0;
    const gconv_status status = s->level == LEVEL_BLOCK ? add_blocks(s, list, name) : add_networks(list, name);
    rest += length;
    if (status || !*rest) return status;
  }
}

/* The names that --benchmark_filter lets through: printed if that is all that was asked for. */
static void survey_names(const session *s, net_list *list) {
  char name[NET_NAME_MAX];
  for (size_t c = 0; c < list->model_count; c++)
    for (size_t k = 0; k < nets_kernels(s); k++)
      for (int t = 0; t < s->options.thread_count; t++) {
        nets_benchmark_name(s, &list->models[c], nets_kernel(s, k), s->options.threads[t], name);
        if (!gbench_wanted(name)) continue;
        if (strlen(name) > list->longest_name) list->longest_name = strlen(name);
        if (gbench_list_only()) puts(name);
      }
}

size_t net_group_size(const session *s, const net_list *list, const net_group *group) {
  char name[NET_NAME_MAX];
  size_t count = 0;
  for (size_t c = group->first; c < group->first + group->count; c++)
    for (size_t k = 0; k < nets_kernels(s); k++)
      for (int t = 0; t < group->thread_count; t++) {
        nets_benchmark_name(s, &list->models[c], nets_kernel(s, k), group->threads[t], name);
        count += gbench_wanted(name);
      }
  return count;
}

gconv_status nets_make(const session *s, net_list *list) {
  *list = (net_list){0};
  gconv_status status = add_names(s, list, s->models ? s->models : default_names[s->level]);
  for (int t = 0; t < s->options.thread_count && s->level == LEVEL_NETWORK && !status; t++)
    status = add_group(list, (net_group){0, list->model_count, &s->options.threads[t], 1});
  survey_names(s, list);
  return status;
}

void nets_free(net_list *list) {
  for (size_t i = 0; i < list->model_count; i++) model_free(list->models[i].m);
  free(list->models);
  free(list->groups);
  *list = (net_list){0};
}

static void print_blocks(void) {
  size_t count;
  const block_entry *entries = block_entries(&count);
  for (size_t i = 0; i < count; i++) printf("%-20s %-4s %s\n", entries[i].name, entries[i].forms, entries[i].summary);
}

static void print_networks(void) {
  size_t families;
  const model_family *const *family = model_families(&families);
  for (size_t f = 0; f < families; f++)
    for (size_t e = 0; e < family[f]->count; e++)
      printf("%-20s %s\n", family[f]->entries[e].name, family[f]->entries[e].summary);
}

void nets_print(run_level l) {
  if (l == LEVEL_BLOCK)
    print_blocks();
  else
    print_networks();
}
