/* arguments.c - sizes, alignment and overlap of the caller's buffers. Kernels rely on it: they keep no copy of what
 * they still have to read, so that a dst on top of src would give wrong numbers and no error. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arguments.h"

#include "core/error.h"
#include "core/workspace.h"

static gconv_status check_buffer(const char *name, gconv_buffer buffer, size_t need, size_t align) {
  if (!need) return GCONV_OK;
  if (!buffer.data) return gconv_error(GCONV_INVALID, "%s is NULL, %zu bytes are needed", name, need);
  if (buffer.bytes < need)
    return gconv_error(GCONV_INVALID, "%s has %zu bytes, %zu are needed", name, buffer.bytes, need);
  if ((uintptr_t)buffer.data % align)
    return gconv_error(GCONV_INVALID, "%s at %p is not aligned to %zu bytes", name, buffer.data, align);
  return GCONV_OK;
}

static bool overlap(const gconv_region *a, const gconv_region *b) {
  const uintptr_t first = (uintptr_t)a->data, second = (uintptr_t)b->data;
  return first < second ? second - first < a->bytes && b->bytes : first - second < b->bytes && a->bytes;
}

gconv_status gconv_check_apart(const gconv_region *regions, int count) {
  for (int i = 0; i < count; i++)
    for (int k = 0; k < i; k++) {
      const gconv_region *a = &regions[k], *b = &regions[i];
      if ((a->written || b->written) && overlap(a, b))
        return gconv_error(GCONV_INVALID, "%s (%zu bytes at %p) and %s (%zu bytes at %p) overlap, and %s is written",
                           a->name, a->bytes, a->data, b->name, b->bytes, b->data, a->written ? a->name : b->name);
    }
  return GCONV_OK;
}

gconv_status gconv_check_weights(const gconv_plan *plan, gconv_buffer wei, gconv_buffer packed, bool packing) {
  if (!plan) return gconv_error(GCONV_INVALID, "plan is NULL");
  const size_t plain_bytes = plan->tensor_bytes[GCONV_WEI], packed_bytes = plan->packed_bytes;
  gconv_status status = check_buffer("wei", wei, plain_bytes, gconv_dtype_bytes(plan->problem.dtype));
  if (!status) status = check_buffer("packed", packed, packed_bytes, GCONV_ALIGN);
  if (status) return status;
  return gconv_check_apart(
      (gconv_region[]){{"wei", wei.data, plain_bytes, !packing}, {"packed", packed.data, packed_bytes, packing}}, 2);
}

static gconv_status check_clock(const gconv_clock *clock, int threads) {
  if (!clock) return GCONV_OK;
  if (!clock->lane) return gconv_error(GCONV_INVALID, "the clock's lane is NULL");
  if (clock->lanes >= threads) return GCONV_OK;
  return gconv_error(GCONV_INVALID, "clock has %d lanes, the plan %d threads", clock->lanes, threads);
}

gconv_status gconv_check_args(const gconv_plan *plan, const gconv_args *args) {
  if (!plan || !args) return gconv_error(GCONV_INVALID, "%s is NULL", plan ? "args" : "plan");
  enum { SRC, DST, WEI, PACKED, WORKSPACE, CLOCK, REGIONS };
  const gconv_buffer buffers[CLOCK] = {args->src, args->dst, args->wei, args->packed, args->workspace};
  const size_t element = gconv_dtype_bytes(plan->problem.dtype);
  const size_t align[CLOCK] = {element, element, element, GCONV_ALIGN, GCONV_ALIGN};
  const gconv_tensor written = gconv_written_tensor(plan->problem.direction);
  gconv_region regions[REGIONS] = {
      [SRC] = {"src", NULL, plan->tensor_bytes[GCONV_SRC], written == GCONV_SRC},
      [DST] = {"dst", NULL, plan->tensor_bytes[GCONV_DST], written == GCONV_DST},
      [WEI] = {"wei", NULL, plan->packed_bytes ? 0 : plan->tensor_bytes[GCONV_WEI], written == GCONV_WEI},
      [PACKED] = {"packed", NULL, plan->packed_bytes, written == GCONV_WEI},
      [WORKSPACE] = {"workspace", NULL, plan->workspace_bytes, true},
      [CLOCK] = {"the clock", NULL, 0, true},
  };
  for (int i = 0; i < CLOCK; i++) {
    gconv_status status = check_buffer(regions[i].name, buffers[i], regions[i].bytes, align[i]);
    if (status) return status;
    regions[i].data = buffers[i].data;
  }
  gconv_status status = check_clock(args->clock, plan->env.threads);
  if (status) return status;
  if (args->clock) {
    regions[CLOCK].data = args->clock->lane;
    regions[CLOCK].bytes = (size_t)args->clock->lanes * sizeof *args->clock->lane;
  }
  return gconv_check_apart(regions, REGIONS);
}
