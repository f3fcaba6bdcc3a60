/* gbench.h - Google Benchmark from C: as much of it as a program needs that runs its benchmarks in units.
 *
 *   gbench_init -> gbench_start -> { gbench_add ..., gbench_run } ... -> gbench_finish
 *
 * The library would treat every RunSpecifiedBenchmarks as a run of its own: each would print a context and overwrite
 * --benchmark_out, and it would shuffle repetitions in an order that nobody can ask for. Here all units make one
 * report, and each repetition is a benchmark of its own for the library, registered in our order. Flags that concern
 * the whole report (filter, list, out, aggregates), one benchmark (repetitions, minimum time) or the order are
 * therefore served here; all others reach the library. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_BENCH_GBENCH_H
#define GCONV_BENCH_GBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gbench_state gbench_state;

typedef struct {
  const char *name;
  /* Called for every repetition; without iteration_seconds a few times more, while the library looks for the number of
   * iterations. Untimed set-up, then while (gbench_keep_running(state)) work(); then counters. */
  void (*run)(gbench_state *state, void *context);
  /* Called once, after the last repetition: seconds per iteration of each repetition, or the error that ended it. */
  void (*done)(void *context, const char *error, const double *seconds, int repetitions);
  void *context;
  int repetitions; /* 0: as gbench_repetitions() says */
  int had;         /* repetitions in earlier rounds */
  /* About how long an iteration takes; 0: the library finds out, anew for each repetition. */
  double iteration_seconds;
} gbench_case;

/* Takes every flag of the library out of argv, with the values of BENCHMARK_* in the environment as defaults. False
 * and a sentence in `error` for a value that cannot be used. */
bool gbench_init(int *argc, char **argv, char *error, size_t error_size);
void gbench_print_help(void);

bool gbench_wanted(const char *name);        /* does --benchmark_filter let it through? */
bool gbench_list_only(void);                 /* --benchmark_list_tests */
bool gbench_has_file(void);                  /* --benchmark_out */
int gbench_repetitions(bool *given_by_user); /* --benchmark_repetitions */
double gbench_repetition_seconds(void);      /* --benchmark_min_time; 0 where it is a number of iterations */

/* A line of the report's context; before gbench_start. */
void gbench_context(const char *key, const char *value);
/* Every line of it so far, in the order of the keys. */
void gbench_each_context(void (*visit)(const char *key, const char *value, void *context), void *context);
/* The display is the console's, not a format for programs. */
bool gbench_console(void);
/* Nothing more goes to the display; before gbench_start. --benchmark_out is written all the same. */
void gbench_mute(void);
/* Opens the outputs and writes the context; the longest name sets the width of the console's first column. */
bool gbench_start(size_t longest_name, char *error, size_t error_size);

void gbench_add(const gbench_case *benchmark); /* the name is copied */
/* Runs what was added since the last call and forgets it: in rounds of one repetition of each, in the order that
 * follows from the seed (order.h), or with --benchmark_enable_random_interleaving=false one after the other. Quiet:
 * only `done` hears of it. */
void gbench_run(uint64_t seed, bool quiet);
/* The benchmarks in rounds? */
bool gbench_interleaved(void);
/* What has not been reported yet no longer is, and does not start. For signal handlers. */
void gbench_stop(void);
bool gbench_stopped(void);
/* Completes the outputs. False and a sentence if a file could not be written. */
bool gbench_finish(char *error, size_t error_size);

bool gbench_keep_running(gbench_state *state);
void gbench_fail(gbench_state *state, const char *reason); /* then return */
void gbench_label(gbench_state *state, const char *label);
void gbench_counter(gbench_state *state, const char *name, double value);
void gbench_rate(gbench_state *state, const char *name, double amount_per_iteration); /* reported per second */

#ifdef __cplusplus
}
#endif
#endif
