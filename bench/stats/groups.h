/* groups.h - repetitions by where they ran: buffers in other pages, processes of their own. Within a group times agree
 * to a percent and groups may still be far apart, which no interval over the repetitions of one group shows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_RUN_GROUPS_H
#define GCONV_RUN_GROUPS_H

#include <stdbool.h>

enum { GROUPS_MAX = 8 };

typedef struct {
  int count; /* of groups that have any */
  int repetitions[GROUPS_MAX];
  double median[GROUPS_MAX]; /* seconds */
  double spread;             /* the largest median over the smallest; 1 for one group */
  bool differ; /* by more than 5 %, and no repetition of one is within the range of another's: not by chance */
} sample_groups;

/* `group[i]`, from 0, says where `seconds[i]` belongs; those from GROUPS_MAX on are left out. False without memory. */
bool groups_of(const double *seconds, const int *group, int count, sample_groups *groups);

#endif
