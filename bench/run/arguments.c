/* arguments.c - own options as a table, shared ones through options.h, the rest to Google Benchmark; nothing unknown
 * passes. */
#include "arguments.h"

#include "core/error.h"
#include "cpus.h"
#include "gbench.h"
#include "nets.h"
#include "help.h"
#include "isolate.h"
#include "team.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_defaults defaults = {
    .problems = "seed", .kernels = "*", .directions = "fwd", .layouts = "native", .threads = "1,all"};

/* The oracle of every check. Its time says nothing about any method, and there is too much of it: named or not timed.
 */
static const char oracle[] = "ref";

/* Items of a comma list, each one of `count` names. */
static gconv_status take_names(const char *value, const char *(*name)(int), int count, const char *choice, bool *on) {
  for (const char *rest = value;; rest++) {
    const size_t length = strcspn(rest, ",");
    int i = 0;
    while (i < count && (strlen(name(i)) != length || strncmp(rest, name(i), length))) i++;
    if (i == count) return gconv_error(GCONV_INVALID, "'%.*s' is not %s", (int)length, rest, choice);
    on[i] = true;
    rest += length;
    if (!*rest) return GCONV_OK;
  }
}

static const char *name_cache(int i) { return cache_name((cache_mode)i); }
static const char *name_inputs(int i) { return inputs_name((inputs)i); }

static gconv_status take_cache(session *s, const char *value) {
  return take_names(value, name_cache, CACHES, "warm, cold or cold-weights", s->caches);
}

static gconv_status take_data(session *s, const char *value) {
  return take_names(value, name_inputs, INPUTS, "real, denormal or flushed", s->inputs);
}

static gconv_status take_path(const char **path, const char *value) {
  *path = value;
  return *value ? GCONV_OK : gconv_error(GCONV_INVALID, "no file is named");
}

static gconv_status take_csv(session *s, const char *value) { return take_path(&s->csv_path, value); }

static gconv_status take_resume(session *s, const char *value) {
  s->resume = true;
  return take_path(&s->csv_path, value);
}

static gconv_status take_environment(session *s, const char *value) { return take_path(&s->environment_path, value); }

static gconv_status take_join(session *s, const char *value) { return take_path(&s->join_path, value); }

static gconv_status take_ceilings(session *s, const char *value) { return take_path(&s->ceilings_path, value); }

static gconv_status take_seconds(double *seconds, const char *value) {
  char *end;
  *seconds = strtod(value, &end);
  if (end != value && !*end && *seconds > 0 && isfinite(*seconds)) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "'%s' is not a number of seconds above 0", value);
}

static gconv_status take_budget(session *s, const char *value) { return take_seconds(&s->budget, value); }

static gconv_status take_minutes(session *s, const char *value) {
  char *end;
  s->deadline.minutes = strtod(value, &end);
  if (end != value && !*end && s->deadline.minutes > 0 && isfinite(s->deadline.minutes)) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "'%s' is not a number of minutes above 0", value);
}

static gconv_status take_rounds(session *s, const char *value) {
  enum { MOST = 1000000 };
  char *end;
  const long rounds = strtol(value, &end, 10);
  s->rounds = (int)rounds;
  if (end != value && !*end && rounds >= 1 && rounds <= MOST) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "'%s' is not a number of rounds, 1 to %d", value, MOST);
}

static gconv_status take_precision(session *s, const char *value) {
  char *end;
  s->precision = strtod(value, &end) / 100;
  if (end != value && (!*end || !strcmp(end, "%")) && s->precision > 0 && isfinite(s->precision)) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "'%s' is not a number of percent above 0", value);
}

static gconv_status take_progress(session *s, const char *value) {
  static const char *const names[] = {"none", "plain", "line"};
  for (int mode = 0; mode < 3; mode++)
    if (!strcmp(value, names[mode])) {
      s->progress_mode = (progress_mode)mode;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID, "'%s' is not line, plain or none", value);
}

static gconv_status take_level(session *s, const char *value) {
  for (int l = 0; l < RUN_LEVELS; l++)
    if (!strcmp(value, level_name((run_level)l))) {
      s->level = (run_level)l;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID, "'%s' is not layer, block or network", value);
}

static gconv_status take_pass(session *s, const char *value) {
  s->train = !strcmp(value, "train");
  return s->train || !strcmp(value, "infer") ? GCONV_OK
                                             : gconv_error(GCONV_INVALID, "'%s' is not infer or train", value);
}

static gconv_status take_counters(session *s, const char *value) {
  s->options.listed = !strcmp(value, "list");
  if (!s->options.listed) return counters_take(&s->counters, value);
  counters_print_names();
  return GCONV_OK;
}

static gconv_status take_flag(bool *flag, const char *value) {
  *flag = !*value;
  return *flag ? GCONV_OK : gconv_error(GCONV_INVALID, "takes no value, '%s' was given", value);
}

static gconv_status take_stages(session *s, const char *value) { return take_flag(&s->stages, value); }

static gconv_status take_placements(session *s, const char *value) { return take_flag(&s->placements, value); }

static gconv_status take_huge_pages(session *s, const char *value) {
  const gconv_status status = take_flag(&s->pools[0].ask_huge, value);
  for (int i = 1; i < ALLOCATIONS; i++) s->pools[i].ask_huge = s->pools[0].ask_huge;
  return status;
}

static gconv_status take_oversubscribe(session *s, const char *value) { return take_flag(&s->oversubscribe, value); }

static gconv_status take_isolate(session *s, const char *value) { return take_flag(&s->isolate, value); }

static gconv_status take_verbose(session *s, const char *value) { return take_flag(&s->verbose, value); }

static gconv_status take_time_limit(session *s, const char *value) { return take_seconds(&s->time_limit, value); }

static const struct {
  const char *name;
  gconv_status (*take)(session *s, const char *value);
  const char *bare; /* value of the option without one, or NULL */
} table[] = {
    {"--level", take_level, NULL},
    {"--pass", take_pass, NULL},
    {"--cache", take_cache, NULL},
    {"--data", take_data, NULL},
    {"--resume", take_resume, NULL},
    {"--csv", take_csv, NULL},
    {"--environment", take_environment, NULL},
    {"--join", take_join, NULL},
    {"--ceilings", take_ceilings, NULL},
    {"--budget", take_budget, NULL},
    {"--minutes", take_minutes, NULL},
    {"--rounds", take_rounds, NULL},
    {"--precision", take_precision, NULL},
    {"--progress", take_progress, "line"},
    {"--stages", take_stages, ""},
    {"--placements", take_placements, ""},
    {"--counters", take_counters, NULL},
    {"--huge-pages", take_huge_pages, ""},
    {"--oversubscribe", take_oversubscribe, ""},
    {"--isolate", take_isolate, ""},
    {"--verbose", take_verbose, ""},
    {"--time-limit", take_time_limit, NULL},
    {"--isolated-job", isolate_attach, NULL}, /* of the processes that --isolate starts */
};

static option_result take_own(session *s, const char *argument) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    const size_t length = strlen(table[i].name);
    if (strncmp(argument, table[i].name, length) || (argument[length] && argument[length] != '=')) continue;
    const char *value = argument[length] ? argument + length + 1 : table[i].bare;
    gconv_status status =
        value ? table[i].take(s, value) : gconv_error(GCONV_INVALID, "no value, write %s=...", table[i].name);
    if (!status) return OPTION_TAKEN;
    char why[512];
    snprintf(why, sizeof why, "%s", gconv_last_error());
    gconv_error(status, "%s: %s", table[i].name, why);
    return OPTION_BAD;
  }
  return OPTION_UNKNOWN;
}

static void drop_oracle(options *o) {
  size_t kept = 0;
  for (size_t i = 0; i < o->kernel_count; i++) {
    if (strcmp(o->kernels[i], oracle))
      o->kernels[kept++] = o->kernels[i];
    else
      free(o->kernels[i]);
  }
  o->kernel_count = kept;
}

static arguments_result bad(const char *sentence) {
  fprintf(stderr, "gconv-bench: %s\n", sentence);
  return ARGUMENTS_BAD;
}

/* A network runs in the layouts its kernels like, on what its last layer left in the caches. */
static arguments_result check_graphs(const session *s) {
  const options *o = &s->options;
  if (o->directions[GCONV_BWD_D] || o->directions[GCONV_BWD_W])
    return bad("--dir: of layers only; blocks and networks run fwd only with --pass=infer and in all directions with "
               "--pass=train");
  if (o->layouts[GCONV_NCHW] || o->layouts[GCONV_NHWC])
    return bad("--layout: blocks and networks run in native layouts only: they convert where two kernels differ");
  for (int cache = 0; cache < CACHES; cache++)
    if (cache != CACHE_WARM && s->caches[cache])
      return bad(
          "--cache: blocks and networks run warm only: a layer finds in the caches what the one before it has just "
          "written, and that is their state");
  if (s->inputs[INPUTS_DENORMAL] || s->inputs[INPUTS_FLUSHED])
    return bad(
        "--data: blocks and networks run real only: behind the first layer, numbers are what the layers made of them");
  if (s->placements) return bad("--placements: of layers only: a net has one place for all its tensors");
  if (!s->models || strcmp(s->models, "list")) return ARGUMENTS_RUN;
  nets_print(s->level);
  return ARGUMENTS_ANSWERED;
}

static bool any(const bool *flags, int count) {
  for (int i = 0; i < count; i++)
    if (flags[i]) return true;
  return false;
}

static arguments_result check_isolation(session *s) {
  if (!(s->time_limit > 0)) s->time_limit = 300;
  if (!s->isolate) return ARGUMENTS_RUN;
  if (s->level != LEVEL_LAYER) return bad("--isolate: of layers only");
  if (!s->csv_path) return bad("--isolate: the results go to a file alone, name it with --csv= or --resume=");
  if (gbench_has_file()) return bad("--benchmark_out: not with --isolate, whose results go to --csv alone");
  return ARGUMENTS_RUN;
}

/* Threads that are not there, or take turns on a CPU, are not what is to be measured. */
static arguments_result check_threads(session *s) {
  const options *o = &s->options;
  char sentence[512], few[256];
  s->cpus_all = cpus_all();
  if (gbench_list_only()) return ARGUMENTS_RUN;
  if (team_check(o->threads, o->thread_count)) return bad(gconv_last_error());
  for (int t = 0; t < o->thread_count && !s->oversubscribe; t++) {
    if (!cpus_too_few(o->threads[t], few, sizeof few)) continue;
    snprintf(sentence, sizeof sentence,
             "--threads: %d: %s, so that threads would take turns and wait for each other; --oversubscribe measures "
             "that, and marks the rows",
             o->threads[t], few);
    return bad(sentence);
  }
  return ARGUMENTS_RUN;
}

static arguments_result finish(session *s) {
  const bool kernels_given = s->options.kernel_count > 0;
  if (s->options.listed) return ARGUMENTS_ANSWERED;
  s->options.quiet = s->job;
  if (options_finish(&s->options, &defaults)) return bad(gconv_last_error());
  if (!kernels_given) drop_oracle(&s->options);
  if (s->resume && s->level != LEVEL_LAYER) return bad("--resume: blocks and networks are not continued, only layers");
  if (s->join_path && !s->csv_path) return bad("--join: the rows of both processes go to a file, name it with --csv=");
  if (s->join_path && joined_read(&s->joined, s->join_path)) return bad(gconv_last_error());
  arguments_result result = check_isolation(s);
  if (result == ARGUMENTS_RUN) result = check_threads(s);
  if (result != ARGUMENTS_RUN) return result;
  if (!any(s->caches, CACHES)) s->caches[CACHE_WARM] = true;
  if (!any(s->inputs, INPUTS)) s->inputs[INPUTS_REAL] = true;
  if (s->train && s->level == LEVEL_LAYER)
    return bad("--pass: of blocks and networks only (--level=block, network); a layer's passes are --dir=bwd_d,bwd_w");
  return s->level == LEVEL_LAYER ? ARGUMENTS_RUN : check_graphs(s);
}

/* The level first: what --problems= names depends on it. */
static option_result take_levels(session *s, int argc, char **argv) {
  static const char option[] = "--level";
  for (int i = 1; i < argc; i++)
    if (!strncmp(argv[i], option, strlen(option)) && take_own(s, argv[i]) == OPTION_BAD) return OPTION_BAD;
  return OPTION_TAKEN;
}

/* --problems= of blocks and networks. */
static option_result take_graphs(session *s, const char *argument) {
  static const char option[] = "--problems=";
  if (s->level == LEVEL_LAYER || strncmp(argument, option, strlen(option))) return OPTION_UNKNOWN;
  s->models = argument + strlen(option);
  return OPTION_TAKEN;
}

arguments_result arguments_take(session *s, int argc, char **argv) {
  *s = (session){.budget = 2, .precision = 0.05, .progress_mode = progress_default(), .csv.file = -1};
  options_init(&s->options);
  phases_start(&s->phases);
  if (take_levels(s, argc, argv) == OPTION_BAD) return bad(gconv_last_error());
  int left = 1; /* argv[1 .. left) is for the library */
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
      help_print(&defaults, oracle);
      return ARGUMENTS_ANSWERED;
    }
    option_result result = take_graphs(s, argv[i]);
    if (result == OPTION_UNKNOWN) result = options_take(&s->options, argv[i]);
    if (result == OPTION_UNKNOWN) result = take_own(s, argv[i]);
    if (result == OPTION_BAD) return bad(gconv_last_error());
    if (result == OPTION_UNKNOWN) argv[left++] = argv[i];
  }
  argv[left] = NULL;
  char sentence[512];
  if (!gbench_init(&left, argv, sentence, sizeof sentence)) return bad(sentence);
  if (left == 1) return finish(s);
  snprintf(sentence, sizeof sentence, "unknown argument '%s' (--help lists them)", argv[1]);
  return bad(sentence);
}
