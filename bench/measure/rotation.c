/* rotation.c - laying out, filling and timing. Filling is repeated before every repetition, because the benchmarks of a
 * unit take turns in one arena; it is not timed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rotation.h"

#include "buffer.h"
#include "core/error.h"
#include "now.h"

#include <math.h>
#include <string.h>

enum { CACHE_FACTOR = 2, MEMORY_SHARE = 4, LINE = 64 };

static size_t weight_bytes(const gconv_plan *plan) {
  return plan->packed_bytes ? plan->packed_bytes : gconv_plan_tensor_bytes(plan, GCONV_WEI);
}

/* What a buffer takes of a cache. */
static size_t line_bytes(size_t bytes) { return (bytes + LINE - 1) / LINE * LINE; }

size_t rotation_bytes(const gconv_plan *plan, rotation_size size) {
  const size_t tensors =
      line_bytes(gconv_plan_tensor_bytes(plan, GCONV_SRC)) + line_bytes(gconv_plan_tensor_bytes(plan, GCONV_DST));
  return (size_t)size.tensors * tensors + (size_t)size.weights * line_bytes(weight_bytes(plan));
}

static size_t reserved_bytes(const gconv_plan *plan, rotation_size size) {
  const size_t tensors =
      arena_cost(gconv_plan_tensor_bytes(plan, GCONV_SRC)) + arena_cost(gconv_plan_tensor_bytes(plan, GCONV_DST));
  return arena_cost((size_t)size.weights * sizeof(gconv_args)) + arena_cost(plan->workspace_bytes) +
         (size_t)size.tensors * tensors + (size_t)size.weights * arena_cost(weight_bytes(plan));
}

gconv_status rotation_choose(const gconv_plan *plan, cache_mode cache, rotation_size *size) {
  static const rotation_size step[CACHES] = {[CACHE_COLD] = {1, 1}, [CACHE_COLD_WEIGHTS] = {0, 1}};
  *size = (rotation_size){1, 1};
  if (cache == CACHE_WARM) return GCONV_OK;
  const size_t last_level = cache_last_level(&plan->env.caches);
  /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): no tensor is empty */
  const size_t more = CACHE_FACTOR * last_level / rotation_bytes(plan, step[cache]);
  const size_t limit = plan->env.memory_bytes / MEMORY_SHARE;
  if (more && more > limit / reserved_bytes(plan, step[cache]))
    return gconv_error(GCONV_NO_MEMORY,
                       "%s: %zu copies, to pass %d times a last-level cache of %zu bytes, need more than %zu bytes",
                       cache_name(cache), more + 1, CACHE_FACTOR, last_level, limit);
  size->tensors += (int)more * step[cache].tensors;
  size->weights += (int)more;
  return GCONV_OK;
}

int rotation_allocations(const gconv_plan *plan, rotation_size size, int most) {
  const bool warm = size.tensors == 1 && size.weights == 1;
  return warm && (size_t)most * reserved_bytes(plan, size) < plan->env.memory_bytes / MEMORY_SHARE ? most : 1;
}

gconv_buffer rotation_output(const gconv_plan *plan, const gconv_args *args) {
  const gconv_buffer written[GCONV_TENSORS] = {args->src, plan->packed_bytes ? args->packed : args->wei, args->dst};
  return written[gconv_written_tensor(plan->problem.direction)];
}

/* NaN, and the same bits as in the check's own buffers. */
void rotation_poison(gconv_buffer written) {
  static const uint32_t bits = GUARD_POISON;
  for (size_t at = 0; at + sizeof bits <= written.bytes; at += sizeof bits)
    memcpy((char *)written.data + at, &bits, sizeof bits);
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

static void copy_buffer(gconv_buffer to, gconv_buffer from) {
  if (to.data != from.data) memcpy(to.data, from.data, from.bytes);
}

/* Two pages more are reserved for these than reserved_bytes says. */
static void place_tensors(arena *a, const gconv_plan *plan, gconv_args *args) {
  args->src = arena_grant_at(a, gconv_plan_tensor_bytes(plan, GCONV_SRC), a->offsets->src);
  args->dst = arena_grant_at(a, gconv_plan_tensor_bytes(plan, GCONV_DST), a->offsets->dst);
}

gconv_status rotation_set_up(rotation *r, arena *a, const gconv_plan *plan, const check_case *data,
                             rotation_size size) {
  if (!arena_reserve(a, reserved_bytes(plan, size) + 2 * (ARENA_PAGE + LINE))) return GCONV_NO_MEMORY;
  r->copies = size.weights;
  r->pack_seconds = NAN;
  r->args = arena_grant(a, (size_t)r->copies * sizeof *r->args).data;
  const gconv_buffer workspace = arena_grant(a, plan->workspace_bytes);
  for (int i = 0; i < r->copies; i++) {
    gconv_args *copy = &r->args[i];
    *copy = i ? r->args[0] : (gconv_args){.workspace = workspace};
    if (i < size.tensors && a->offsets) {
      place_tensors(a, plan, copy);
    } else if (i < size.tensors) {
      copy->src = arena_grant(a, gconv_plan_tensor_bytes(plan, GCONV_SRC));
      copy->dst = arena_grant(a, gconv_plan_tensor_bytes(plan, GCONV_DST));
    }
    *(plan->packed_bytes ? &copy->packed : &copy->wei) = arena_grant(a, weight_bytes(plan));
  }

  fill(plan, data, &r->args[0]);
  rotation_poison(rotation_output(plan, &r->args[0]));
  if (plan->packed_bytes && data->tensor[GCONV_WEI]) {
    const gconv_buffer wei = {data->tensor[GCONV_WEI], gconv_plan_tensor_bytes(plan, GCONV_WEI)};
    const double start = seconds_now();
    const gconv_status status = gconv_pack_weights(plan, wei, r->args[0].packed);
    if (status) return status;
    r->pack_seconds = seconds_now() - start;
  }
  for (int i = 1; i < r->copies; i++) {
    copy_buffer(r->args[i].src, r->args[0].src);
    copy_buffer(r->args[i].dst, r->args[0].dst);
    copy_buffer(r->args[i].packed, r->args[0].packed);
    copy_buffer(r->args[i].wei, r->args[0].wei);
  }
  return GCONV_OK;
}

gconv_status rotation_time(rotation *r, gbench_state *state, execute_function execute, const gconv_plan *plan) {
  gconv_status status = GCONV_OK;
  int next = 0;
  r->used = 0;
  while (gbench_keep_running(state)) {
    const gconv_status failed = execute(plan, &r->args[next]);
    if (failed) status = failed;
    if (++next == r->copies) next = 0, r->used = r->copies;
  }
  if (!r->used) r->used = next;
  return status;
}
