/* arguments.c - own options, shared ones through options.h, the rest to Google Benchmark; nothing unknown passes, and
 * nothing that does not go together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arguments.h"

#include "cpus.h"
#include "gbench.h"
#include "help.h"
#include "nets.h"
#include "own_options.h"
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const option_defaults defaults = {
    .problems = "seed", .kernels = "*", .directions = "fwd", .layouts = "native", .threads = "1,all"};

/* The oracle of every check. Its time says nothing about any method, and there is too much of it: named or not timed.
 */
static const char oracle[] = "ref";

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
static arguments_result check_nets(const session *s) {
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
  return s->level == LEVEL_LAYER ? ARGUMENTS_RUN : check_nets(s);
}

/* The level first: what --problems= names depends on it. */
static option_result take_levels(session *s, int argc, char **argv) {
  static const char option[] = "--level";
  for (int i = 1; i < argc; i++)
    if (!strncmp(argv[i], option, strlen(option)) && own_options_take(s, argv[i]) == OPTION_BAD) return OPTION_BAD;
  return OPTION_TAKEN;
}

/* --problems= of blocks and networks. */
static option_result take_models(session *s, const char *argument) {
  static const char option[] = "--problems=";
  if (s->level == LEVEL_LAYER || strncmp(argument, option, strlen(option))) return OPTION_UNKNOWN;
  s->models = argument + strlen(option);
  return OPTION_TAKEN;
}

arguments_result arguments_take(session *s, int argc, char **argv) {
  *s = (session){.budget = 2, .precision = 0.05, .progress_mode = progress_default(), .csv.file = -1};
  options_init(&s->options);
  phases_start(&s->phases);
  if (options_load_plugins(argc, argv) || take_levels(s, argc, argv) == OPTION_BAD) return bad(gconv_last_error());
  int left = 1; /* argv[1 .. left) is for the library */
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
      help_print(&defaults, oracle);
      return ARGUMENTS_ANSWERED;
    }
    option_result result = take_models(s, argv[i]);
    if (result == OPTION_UNKNOWN) result = options_take(&s->options, argv[i]);
    if (result == OPTION_UNKNOWN) result = own_options_take(s, argv[i]);
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
