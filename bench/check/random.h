/* random.h - problems drawn over everything a descriptor can say. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_RANDOM_H
#define GCONV_TESTS_RANDOM_H

#include "session.h"

typedef struct {
  uint64_t problems; /* 0: no random problems */
  uint64_t first;    /* index of the first one: long runs in pieces */
  double budget;     /* seconds; 0: no limit */
} random_options;

/* Starts the program again with waiting threads that sleep, unless the environment says how they wait. */
void random_restart_passive(char **argv);

/* team_check in a child: the threads that it starts would not survive the fork to those that check. Says on stderr what
 * is wrong. */
bool random_teams_are_whole(const options *o);

/* Draws, checks in child processes, shrinks what fails. The exit status. */
int random_run(const options *o, unsigned checks, random_options r);

#endif
