/* options.c - the shared options, as a table: one row an option, with the function that takes its value and its line of
 * help. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "core/error.h"
#include "cpus.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plugin_option[] = "--plugin";

enum { THREADS_LIMIT = 4096 }; /* as gconv_plan_create */

typedef gconv_status (*item_taker)(options *o, const char *item);

/* Hands the items of a comma list to `take`, one by one. */
static gconv_status each_item(options *o, const char *value, item_taker take) {
  char item[256];
  for (const char *rest = value;;) {
    const size_t length = strcspn(rest, ",");
    if (length == 0) return gconv_error(GCONV_INVALID, "empty item in '%.200s'", value);
    if (length >= sizeof item) return gconv_error(GCONV_INVALID, "'%.200s...' is too long", rest);
    memcpy(item, rest, length);
    item[length] = 0;
    gconv_status status = take(o, item);
    if (status || !rest[length]) return status;
    rest += length + 1;
  }
}

static gconv_status parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *number) {
  char *end;
  errno = 0;
  *number = strtoull(text, &end, 10);
  if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && *number >= low && *number <= high) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "'%.100s' is not a number from %llu to %llu", text, (unsigned long long)low,
                     (unsigned long long)high);
}

static gconv_status take_problems(options *o, const char *value) {
  if (strcmp(value, "list")) return problem_list_add(&o->problems, value);
  problem_sets_print();
  o->listed = true;
  return GCONV_OK;
}

static gconv_status append_kernel(options *o, const char *name) {
  for (size_t i = 0; i < o->kernel_count; i++)
    if (!strcmp(o->kernels[i], name)) return GCONV_OK;
  char **kernels = realloc(o->kernels, (o->kernel_count + 1) * sizeof *kernels);
  if (!kernels) return gconv_error(GCONV_NO_MEMORY, "no memory for %zu kernel names", o->kernel_count + 1);
  o->kernels = kernels;
  if (!(kernels[o->kernel_count] = strdup(name))) return gconv_error(GCONV_NO_MEMORY, "no memory for '%s'", name);
  o->kernel_count++;
  return GCONV_OK;
}

static void print_kernels(void) {
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count; i++)
    printf("%-20s %s%s%s\n", entries[i].name, entries[i].idea, entries[i].missing ? " - not available: " : "",
           entries[i].missing ? entries[i].missing : "");
}

/* GLOB or GLOB@PARAM: the glob chooses among the names, the parameter goes to each of them. */
static gconv_status take_kernel(options *o, const char *pattern) {
  char glob[256];
  const char *at = strchr(pattern, '@');
  snprintf(glob, sizeof glob, "%.*s", at ? (int)(at - pattern) : (int)strlen(pattern), pattern);
  size_t count, matches = 0;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count; i++) {
    if (fnmatch(glob, entries[i].name, 0)) continue;
    char name[512];
    snprintf(name, sizeof name, "%s%s", entries[i].name, at ? at : "");
    gconv_status status = append_kernel(o, name);
    if (status) return status;
    matches++;
  }
  return matches ? GCONV_OK : gconv_error(GCONV_INVALID, "no kernel matches '%s' (--kernels=list shows them)", pattern);
}

static gconv_status take_kernels(options *o, const char *value) {
  if (strcmp(value, "list")) return each_item(o, value, take_kernel);
  print_kernels();
  o->listed = true;
  return GCONV_OK;
}

static gconv_status take_direction(options *o, const char *item) {
  for (int d = 0; d < GCONV_DIRECTIONS; d++)
    if (!strcmp(item, gconv_direction_name((gconv_direction)d))) {
      o->directions[d] = true;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID, "'%s' is not a direction, they are fwd, bwd_d and bwd_w", item);
}

static gconv_status take_directions(options *o, const char *value) { return each_item(o, value, take_direction); }

static gconv_status take_layout(options *o, const char *item) {
  static const gconv_layout offered[] = {GCONV_NATIVE, GCONV_NCHW, GCONV_NHWC}; /* what callers have */
  for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
    if (!strcmp(item, gconv_layout_name(offered[i]))) {
      o->layouts[offered[i]] = true;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID, "'%s' is not a layout that can be asked for, they are native, nchw and nhwc", item);
}

static gconv_status take_layouts(options *o, const char *value) { return each_item(o, value, take_layout); }

static gconv_status parse_thread_count(const char *text, uint64_t *threads) {
  *threads = (uint64_t)cpus_all();
  return strcmp(text, "all") ? parse_number(text, 1, THREADS_LIMIT, threads) : GCONV_OK;
}

static gconv_status add_thread_count(options *o, uint64_t threads) {
  for (int i = 0; i < o->thread_count; i++)
    if (o->threads[i] == (int)threads) return GCONV_OK; /* 1,all on a machine with one CPU */
  if (o->thread_count == OPTION_THREADS_MAX)
    return gconv_error(GCONV_INVALID, "more than %d thread counts", OPTION_THREADS_MAX);
  o->threads[o->thread_count++] = (int)threads;
  return GCONV_OK;
}

/* N, or FROM..TO: every count between them. */
static gconv_status take_thread_counts(options *o, const char *item) {
  uint64_t from, to;
  char first[32];
  const char *dots = strstr(item, "..");
  snprintf(first, sizeof first, "%.*s", dots ? (int)(dots - item) : (int)strlen(item), item);
  gconv_status status = parse_thread_count(first, &from);
  if (!status) status = parse_thread_count(dots ? dots + 2 : first, &to);
  if (!status && from > to) return gconv_error(GCONV_INVALID, "'%.100s' ends below its beginning", item);
  for (; !status && from <= to; from++) status = add_thread_count(o, from);
  return status;
}

static gconv_status take_threads(options *o, const char *value) { return each_item(o, value, take_thread_counts); }

static gconv_status take_isa(options *o, const char *item) {
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    if (!strcmp(item, gconv_isa_name((gconv_isa)isa))) {
      o->isa_mask |= 1u << isa;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID, "'%s' is not an instruction set, they are:" OPTION_ISAS, item);
}

/* A list may name more than this CPU has; one that names nothing it has would silently run scalar code. */
static gconv_status take_isas(options *o, const char *value) {
  gconv_status status = each_item(o, value, take_isa);
  if (!status && !(o->isa_mask & gconv_isa_detect()))
    return gconv_error(GCONV_INVALID, "this CPU has nothing of '%s'", value);
  return status;
}

static gconv_status take_mb(options *o, const char *value) {
  uint64_t batch;
  gconv_status status = parse_number(value, 1, INT32_MAX, &batch);
  if (!status) o->mb = (int)batch;
  return status;
}

static gconv_status take_seed(options *o, const char *value) { return parse_number(value, 0, UINT64_MAX, &o->seed); }

static gconv_status pass_over(options *o, const char *value) { return (void)o, (void)value, GCONV_OK; }

static const struct {
  const char *name;
  gconv_status (*take)(options *o, const char *value);
} table[] = {
    {plugin_option, pass_over}, /* options_load_plugins */
    {"--problems", take_problems}, {"--kernels", take_kernels}, {"--dir", take_directions}, {"--layout", take_layouts},
    {"--threads", take_threads},   {"--isa", take_isas},        {"--mb", take_mb},          {"--seed", take_seed},
};

const char *options_help(void) {
  return "  --plugin=FILE     kernels of a shared object (gconv_kernel.h), as if they were built in; may be repeated\n"
         "  --problems=LIST   comma list of named sets, descriptors and files of descriptors; 'list' shows the sets\n"
         "  --kernels=LIST    comma list of kernel names, globs and NAME@PARAM; 'list' shows the kernels\n"
         "  --dir=LIST        fwd, bwd_d, bwd_w; goes before what files of problems ask for\n"
         "  --layout=LIST     native (as the kernel likes it), nchw, nhwc\n"
         "  --threads=LIST    thread counts; 'all' is every CPU this process may use, within the quota of its\n"
         "                    control group; 1..all each count up to it\n"
         "  --isa=LIST        instruction sets kernels may use, of:" OPTION_ISAS " (default: what the CPU has)\n"
         "  --mb=N            batch of every problem, instead of what its descriptor says\n"
         "  --seed=N          seed of the data, and of the order in which repetitions are interleaved (default 1)\n";
}

void options_init(options *o) { *o = (options){.seed = 1}; }

/* "--threads: 'x' is not a number ..." */
static gconv_status error_in(const char *option, gconv_status status) {
  char why[512];
  snprintf(why, sizeof why, "%s", gconv_last_error());
  return gconv_error(status, "%s: %s", option, why);
}

gconv_status options_load_plugins(int argc, char *const *argv) {
  const size_t length = strlen(plugin_option);
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], plugin_option, length) || argv[i][length] != '=' || !argv[i][length + 1]) continue;
    const gconv_status status = gconv_load(argv[i] + length + 1);
    if (status) return error_in(plugin_option, status);
  }
  return GCONV_OK;
}

option_result options_take(options *o, const char *argument) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const size_t length = strlen(table[i].name);
    if (strncmp(argument, table[i].name, length) || (argument[length] && argument[length] != '=')) continue;
    gconv_status status = GCONV_OK;
    if (!argument[length] || !argument[length + 1])
      status = gconv_error(GCONV_INVALID, "no value, write %s=...", table[i].name);
    if (!status) status = table[i].take(o, argument + length + 1);
    if (status) error_in(table[i].name, status);
    return status ? OPTION_BAD : OPTION_TAKEN;
  }
  return OPTION_UNKNOWN;
}

static bool any(const bool *flags, int count) {
  for (int i = 0; i < count; i++)
    if (flags[i]) return true;
  return false;
}

/* Those of the command line go before those of a file, and these before the default. */
static void set_directions(options *o, bool given) {
  unsigned chosen = 0;
  for (int d = 0; d < GCONV_DIRECTIONS; d++) chosen |= (unsigned)o->directions[d] << d;
  for (size_t i = 0; i < o->problems.count; i++)
    if (given || !o->problems.cases[i].directions) o->problems.cases[i].directions = chosen;
}

gconv_status options_finish(options *o, const option_defaults *defaults) {
  if (o->listed) return GCONV_OK;
  const bool directions_given = any(o->directions, GCONV_DIRECTIONS);
  const struct {
    bool given;
    const char *value, *option;
    gconv_status (*take)(options *o, const char *value);
  } missing[] = {
      {o->problems.count > 0, defaults->problems, "--problems", take_problems},
      {o->kernel_count > 0, defaults->kernels, "--kernels", take_kernels},
      {any(o->directions, GCONV_DIRECTIONS), defaults->directions, "--dir", take_directions},
      {any(o->layouts, GCONV_LAYOUTS), defaults->layouts, "--layout", take_layouts},
      {o->thread_count > 0, defaults->threads, "--threads", take_threads},
  };
  for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
    if (missing[i].given) continue;
    if (!missing[i].value) return gconv_error(GCONV_INVALID, "%s= is missing", missing[i].option);
    gconv_status status = missing[i].take(o, missing[i].value);
    if (status) return error_in(missing[i].option, status);
  }
  set_directions(o, directions_given);
  if (o->problems.notes && !o->quiet) fputs(o->problems.notes, stderr);
  if (!o->isa_mask) o->isa_mask = gconv_isa_detect();
  if (!o->mb) return GCONV_OK;
  gconv_status status = problem_list_set_batch(&o->problems, o->mb);
  return status ? error_in("--mb", status) : GCONV_OK;
}

void options_free(options *o) {
  problem_list_free(&o->problems);
  for (size_t i = 0; i < o->kernel_count; i++) free(o->kernels[i]);
  free(o->kernels);
  *o = (options){0};
}
