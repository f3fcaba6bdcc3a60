/* rotation.c - laying out, filling and timing. Filling is repeated before every repetition, because the benchmarks of a
 * block take turns in one pool; it is not timed. */
#include "rotation.h"

#include <string.h>

enum { CACHE_FACTOR = 2, MEMORY_SHARE = 4 };

/* Virtual machines may hide the last-level cache; this is more than most give to one core. */
static const size_t hidden_cache_bytes = (size_t)64 << 20;

static size_t weight_bytes(const gconv_plan *plan) {
  return plan->packed_bytes ? plan->packed_bytes : gconv_plan_tensor_bytes(plan, GCONV_WEI);
}

int rotation_copies(const gconv_plan *plan, bool cold) {
  if (!cold) return 1;
  const size_t bytes =
      gconv_plan_tensor_bytes(plan, GCONV_SRC) + gconv_plan_tensor_bytes(plan, GCONV_DST) + weight_bytes(plan);
  const gconv_caches *caches = &plan->env.caches;
  const size_t known = caches->l3 > caches->l2 ? caches->l3 : caches->l2;
  const size_t last_level = caches->l3_known ? known : hidden_cache_bytes;
  const size_t wanted = 1 + CACHE_FACTOR * last_level / bytes;
  const size_t possible = plan->env.memory_bytes / MEMORY_SHARE / bytes;
  const size_t copies = wanted < possible ? wanted : possible;
  return copies ? (int)copies : 1;
}

/* Reads `copy` once from the check's data, in the plan's layouts. */
static void fill(const gconv_plan *plan, const check_case *data, const gconv_args *copy) {
  const gconv_problem *p = &plan->problem;
  const float *const *from = (const float *const *)data->tensor;
  if (from[GCONV_SRC])
    gconv_layout_convert(gconv_tensor_dims(p, GCONV_SRC), GCONV_NCHW, from[GCONV_SRC], plan->src_layout, copy->src.data,
                         plan->env.threads);
  if (from[GCONV_DST])
    gconv_layout_convert(gconv_tensor_dims(p, GCONV_DST), GCONV_NCHW, from[GCONV_DST], plan->dst_layout, copy->dst.data,
                         plan->env.threads);
  if (from[GCONV_WEI] && copy->wei.data) memcpy(copy->wei.data, from[GCONV_WEI], copy->wei.bytes);
}

static size_t pool_bytes(const gconv_plan *plan, int copies) {
  const size_t one = pool_cost(gconv_plan_tensor_bytes(plan, GCONV_SRC)) +
                     pool_cost(gconv_plan_tensor_bytes(plan, GCONV_DST)) + pool_cost(weight_bytes(plan));
  return pool_cost((size_t)copies * sizeof(gconv_args)) + pool_cost(plan->workspace_bytes) + (size_t)copies * one;
}

gconv_status rotation_set_up(rotation *r, pool *p, const gconv_plan *plan, const check_case *data, int copies) {
  if (!pool_reserve(p, pool_bytes(plan, copies))) return GCONV_NO_MEMORY;
  r->copies = copies;
  r->args = pool_grant(p, (size_t)copies * sizeof *r->args).data;
  const gconv_buffer workspace = pool_grant(p, plan->workspace_bytes);
  for (int i = 0; i < copies; i++) {
    gconv_args *copy = &r->args[i];
    *copy = (gconv_args){.workspace = workspace};
    copy->src = pool_grant(p, gconv_plan_tensor_bytes(plan, GCONV_SRC));
    copy->dst = pool_grant(p, gconv_plan_tensor_bytes(plan, GCONV_DST));
    *(plan->packed_bytes ? &copy->packed : &copy->wei) = pool_grant(p, weight_bytes(plan));
  }

  fill(plan, data, &r->args[0]);
  if (plan->packed_bytes && data->tensor[GCONV_WEI]) {
    const gconv_buffer wei = {data->tensor[GCONV_WEI], gconv_plan_tensor_bytes(plan, GCONV_WEI)};
    gconv_status status = gconv_pack_weights(plan, wei, r->args[0].packed);
    if (status) return status;
  }
  for (int i = 1; i < copies; i++) {
    memcpy(r->args[i].src.data, r->args[0].src.data, r->args[0].src.bytes);
    memcpy(r->args[i].dst.data, r->args[0].dst.data, r->args[0].dst.bytes);
    if (plan->packed_bytes)
      memcpy(r->args[i].packed.data, r->args[0].packed.data, plan->packed_bytes);
    else
      memcpy(r->args[i].wei.data, r->args[0].wei.data, r->args[0].wei.bytes);
  }
  return GCONV_OK;
}

gconv_status rotation_time(const rotation *r, gbench_state *state, execute_function execute, const gconv_plan *plan) {
  gconv_status status = GCONV_OK;
  int next = 0;
  while (gbench_keep_running(state)) {
    const gconv_status failed = execute(plan, &r->args[next]);
    if (failed) status = failed;
    if (++next == r->copies) next = 0;
  }
  return status;
}
