/* harness.c - times an empty kernel the way every kernel is timed. The figure stands in the context of each report; 1 %
 * of a kernel of 20 microseconds would be 200 ns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

#include "rotation.h"
#include "stats.h"

static gconv_status do_nothing(const gconv_plan *plan, const gconv_args *args) {
  (void)plan, (void)args;
  return GCONV_OK;
}

static void run(gbench_state *state, void *context) {
  (void)context;
  gconv_args copies[2] = {{.clock = NULL}};
  execute_function volatile execute =
      do_nothing; /* volatile: called through a pointer, as gconv_execute's kernels are */
  rotation_time(&(rotation){.args = copies, .copies = 2}, state, execute, NULL);
}

static void done(void *context, const char *error, const double *seconds, int repetitions) {
  (void)error;
  *(double *)context = 1e9 * stats_of(seconds, repetitions).median;
}

double harness_ns_per_iteration(void) {
  double ns = 0;
  gbench_add(&(gbench_case){.name = "harness", .run = run, .done = done, .context = &ns, .repetitions = 3});
  gbench_run(0, true);
  return ns;
}
