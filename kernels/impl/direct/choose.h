/* choose.h - which method does a direction of a problem: the one of least cost, or the one that is asked for. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_DIRECT_CHOOSE_H
#define GCONV_DIRECT_CHOOSE_H

#include "impl/direct/direct.h"

/* How a direction is planned with a method, what that costs (see direct_method), and how the plan's state is freed. */
typedef struct {
  gconv_status (*plan)(gconv_plan *plan, const direct_method *method);
  double (*cost)(const gconv_plan *plan);
  void (*release)(gconv_plan *plan);
} direct_planner;

/* Of method number `m`, as a parameter asks for it; NULL behind the last. */
const char *ISA_NAME(direct_method_name)(int m);

/* As direct_planner.plan, by the method of the plan's parameter; without one by the cheaper of all methods. */
gconv_status ISA_NAME(direct_choose_method)(gconv_plan *plan, const direct_planner *planner);

#endif
