/* options.h - the command-line options that gconv-bench and gconv-check share, parsed in one place. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_OPTIONS_H
#define GCONV_BENCH_OPTIONS_H

#include "problems.h"

enum { OPTION_THREADS_MAX = 256 };

/* What --isa= takes, each behind a space: " scalar ...", for messages. */
#define OPTION_ISA(name, ...) " " #name
#define OPTION_ISAS           GCONV_EACH_ISA(OPTION_ISA, )

typedef struct {
  problem_list problems;
  char **kernels; /* names, each with its @parameter if one was given */
  size_t kernel_count;
  bool directions[GCONV_DIRECTIONS];
  bool layouts[GCONV_LAYOUTS]; /* only native, nchw and nhwc can be asked for */
  int threads[OPTION_THREADS_MAX];
  int thread_count;
  unsigned isa_mask;
  int mb; /* 0: as the descriptors say */
  uint64_t seed;
  bool quiet;  /* no notes about files of problems: another process has printed them */
  bool listed; /* --problems=list or --kernels=list was given and answered: nothing is left to do */
} options;

/* Defaults of a tool, as if given on its command line. */
typedef struct {
  const char *problems, *kernels, *directions, *layouts, *threads;
} option_defaults;

typedef enum { OPTION_TAKEN, OPTION_UNKNOWN, OPTION_BAD } option_result;

/* Loads the files of all --plugin=FILE in argv[1..]. Before any other option is taken, so that the order in which they
 * stand does not matter: --kernels= may name what a plug-in brings. */
gconv_status options_load_plugins(int argc, char *const *argv);
void options_init(options *o);
/* Takes one argument of the form --plugin= --problems= --kernels= --dir= --layout= --threads= --isa= --mb= --seed=.
 * OPTION_BAD: gconv_last_error() says what is wrong with which value. `all` is accepted in --threads= and means every
 * CPU. */
option_result options_take(options *o, const char *argument);
/* Fills what was not given, expands kernel globs (NAME or NAME@PARAM; a glob that matches no kernel is an error),
 * applies --mb; every problem then has its directions: those of --dir if it was given, else its file's, else the
 * default. With --seed absent the seed is 1. */
gconv_status options_finish(options *o, const option_defaults *defaults);
void options_free(options *o);
const char *options_help(void); /* one line an option, for --help */

/* --kernels= without a glob: every kernel of the registry, also those that are not in this build (they are reported as
 * skipped). */

#endif
