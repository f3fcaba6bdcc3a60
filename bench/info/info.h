/* info.h - the commands of gconv-info. Each gets its own arguments and returns the exit status: 0, 1 if something
 * failed (a sentence is on stderr) or EXIT_USAGE. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_INFO_INFO_H
#define GCONV_INFO_INFO_H

#include "facts.h"

#include "gconv.h"

enum { EXIT_USAGE = 2 };

int info_kernels(int count, char **arguments);
int info_machine(int count, char **arguments);
int info_problem(int count, char **arguments);
int info_model(int count, char **arguments);
int info_best(int count, char **arguments);
int info_claims(int count, char **arguments);

/* "gconv-info COMMAND: sentence" on stderr; returns EXIT_USAGE. */
int usage_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For a command with optional flags, ended by NULL: sets given[i] for flags[i], or refuses anything else. Returns 0 or
 * EXIT_USAGE. */
int take_flags(const char *command, const char *const *flags, int count, char **arguments, bool *given);

/* Peak and bandwidths, measured now: takes seconds. Refused where OpenMP does not give the threads. */
gconv_status collect_ceilings(facts *f);

#endif
