/* own_options.c - what values of gconv-bench's own options may be, and the table of these. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "own_options.h"

#include "core/error.h"
#include "isolate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
  const gconv_status status = take_flag(&s->arenas[0].ask_huge, value);
  for (int i = 1; i < ALLOCATIONS; i++) s->arenas[i].ask_huge = s->arenas[0].ask_huge;
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

option_result own_options_take(session *s, const char *argument) {
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
