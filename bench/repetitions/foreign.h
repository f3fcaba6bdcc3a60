/* foreign.h - threads of this process that OpenMP did not start: a library's own, which compete with the kernels for
 * the CPUs. Who has them is said once, and every repetition during which they ran is marked. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_FOREIGN_H
#define GCONV_RUN_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { TEAM_MAX = 4096 /* as gconv_plan_create */ };

/* The threads that OpenMP has started, and others that were seen. */
typedef struct {
  int count, other_count;
  pid_t thread[TEAM_MAX], other[TEAM_MAX];
} thread_team;

/* Adds those of a team of so many: the runtime ends and starts threads when teams change their size, and a smaller team
 * leaves others waiting, which spin for a while. */
void team_add(thread_team *t, int threads);
/* Where there are threads that are not known yet: whose they are, by a team of `largest`. Else that is left alone: its
 * threads would spin into the repetition that is to come. */
void team_learn(thread_team *t, int largest);
bool team_has(const thread_team *t, pid_t thread);

/* The OpenMP runtimes in this process, by file, as "libgomp.so.1.0.0, libomp.so.5"; the number of them. */
int foreign_runtimes(char *list, size_t size);
/* Who may have started threads beside OpenMP's, and what was done about it: the end of a sentence. */
void foreign_suspects(char *sentence, size_t size);

#endif
