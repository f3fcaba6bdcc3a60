/* benchdnn.c - options of benchdnn, one row each: those that change which problems a file stands for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "benchdnn.h"

#include "core/error.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char benchdnn_batch[] = "--batch=";

void benchdnn_reset(benchdnn_settings *s) { *s = (benchdnn_settings){.batch_count = 1}; }

static size_t item_length(const char *item) { return strcspn(item, ","); }

static const char *next_item(const char *item) {
  item += item_length(item);
  return *item ? item + 1 : NULL;
}

static bool is_word(const char *item, size_t length, const char *word) {
  return strlen(word) == length && !strncasecmp(item, word, length);
}

static gconv_status add_direction(unsigned *directions, const char *item, size_t length) {
  static const struct {
    const char *name;
    gconv_direction direction;
  } names[] = {{"FWD_B", GCONV_FWD},   {"FWD_D", GCONV_FWD},   {"FWD_I", GCONV_FWD},
               {"BWD_D", GCONV_BWD_D}, {"BWD_W", GCONV_BWD_W}, {"BWD_WB", GCONV_BWD_W}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_word(item, length, names[i].name)) {
      *directions |= 1u << names[i].direction;
      return GCONV_OK;
    }
  return gconv_error(GCONV_INVALID,
                     "'%.*s' is not a direction of benchdnn's, they are FWD_B, FWD_D, FWD_I, BWD_D, BWD_W and BWD_WB",
                     (int)(length < 40 ? length : 40), item);
}

static gconv_status take_directions(benchdnn_settings *s, const char *value) {
  unsigned directions = 0;
  gconv_status status = GCONV_OK;
  for (const char *item = *value ? value : NULL; item && !status; item = next_item(item))
    status = add_direction(&directions, item, item_length(item));
  if (!status) s->directions = directions;
  return status;
}

static gconv_status take_batches(benchdnn_settings *s, const char *value) {
  benchdnn_settings fresh = *s;
  fresh.batch_count = 0;
  for (const char *item = value; item; item = next_item(item)) {
    char *end = NULL;
    const long long batch = *item ? strtoll(item, &end, 10) : 0;
    const bool number = !*item || (isdigit((unsigned char)*item) && end == item + item_length(item));
    if (!number || batch > INT32_MAX)
      return gconv_error(GCONV_INVALID, "'%.40s' is not a batch, or 0 for that of the descriptor", item);
    if (fresh.batch_count == BENCHDNN_BATCHES)
      return gconv_error(GCONV_INVALID, "more than %d batches", BENCHDNN_BATCHES);
    fresh.batches[fresh.batch_count++] = (int)batch;
  }
  *s = fresh;
  return GCONV_OK;
}

/* TYPE, or SRC:WEI:DST. Names of old configurations that are f32 throughout count, too. */
static bool is_f32(const char *item, size_t length) {
  static const char *const names[] = {"f32", "f32:f32:f32", "f32_wino"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_word(item, length, names[i])) return true;
  return length == 0; /* the default */
}

static gconv_status take_types(benchdnn_settings *s, const char *value) {
  s->other_type = true;
  for (const char *item = value; item; item = next_item(item))
    if (is_f32(item, item_length(item))) s->other_type = false;
  return GCONV_OK;
}

static gconv_status take_reset(benchdnn_settings *s, const char *value) {
  (void)value;
  const bool driver = s->other_driver; /* chosen once, on the command line, which --reset does not undo */
  benchdnn_reset(s);
  s->other_driver = driver;
  return GCONV_OK;
}

static gconv_status take_conv(benchdnn_settings *s, const char *value) {
  (void)value;
  s->other_driver = false;
  return GCONV_OK;
}

static gconv_status take_driver(benchdnn_settings *s, const char *value) {
  (void)value;
  s->other_driver = true;
  return GCONV_OK;
}

/* A name with '=' has a value behind it; one without is the whole word. */
static const struct {
  const char *name;
  gconv_status (*take)(benchdnn_settings *s, const char *value);
} options[] = {
    {"--dir=", take_directions}, {"--mb=", take_batches},      {"--dt=", take_types},
    {"--cfg=", take_types},      {"--reset", take_reset},      {"--conv", take_conv},
    {"--deconv", take_driver},   {"--ip", take_driver},        {"--matmul", take_driver},
    {"--brgemm", take_driver},   {"--rnn", take_driver},       {"--pool", take_driver},
    {"--bnorm", take_driver},    {"--gnorm", take_driver},     {"--lnorm", take_driver},
    {"--lrn", take_driver},      {"--softmax", take_driver},   {"--eltwise", take_driver},
    {"--prelu", take_driver},    {"--binary", take_driver},    {"--sum", take_driver},
    {"--concat", take_driver},   {"--reduction", take_driver}, {"--reorder", take_driver},
    {"--shuffle", take_driver},  {"--zeropad", take_driver},   {"--resampling", take_driver},
    {"--graph", take_driver},    {"--sdpa", take_driver},      {"--gated_mlp", take_driver},
    {"--self", take_driver},
};

static bool matches(const char *name, const char *word) {
  const size_t length = strlen(name);
  return name[length - 1] == '=' ? !strncmp(word, name, length) : !strcmp(word, name);
}

/* A line may be a whole command: the program's own name begins one, with settings of its own. */
static bool is_program(const char *word) {
  static const char program[] = "benchdnn";
  const char *slash = strrchr(word, '/');
  return !strcmp(slash ? slash + 1 : word, program);
}

benchdnn_word benchdnn_take(benchdnn_settings *s, const char *word) {
  if (is_program(word)) {
    benchdnn_reset(s);
    return BENCHDNN_FOLLOWED;
  }
  if (word[0] != '-') return BENCHDNN_DESCRIPTOR;
  if (!strncmp(word, benchdnn_batch, strlen(benchdnn_batch))) return BENCHDNN_BATCH;
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (matches(options[i].name, word))
      return options[i].take(s, word + strlen(options[i].name)) ? BENCHDNN_BAD : BENCHDNN_FOLLOWED;
  return BENCHDNN_PASSED_OVER;
}

const char *benchdnn_stranger(const char *line) {
  static const struct {
    const char *mark, *sentence;
    bool begins;
  } formats[] = {
      {"onednn_verbose,",
       "a line of oneDNN's verbose log (its scripts/verbose_converter makes lines for benchdnn of it)", true},
      {"dnnl_verbose,", "a line of oneDNN's verbose log (its scripts/verbose_converter makes lines for benchdnn of it)",
       true},
      {"mkldnn_verbose,", "a line of MKL-DNN's verbose log, as ancient oneDNN wrote it", true},
      {"MIOpenDriver", "a command of MIOpenDriver, the benchmark of AMD's MIOpen", false},
  };
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    const char *found = strstr(line, formats[i].mark);
    if (found && (found == line || !formats[i].begins)) return formats[i].sentence;
  }
  return NULL;
}
