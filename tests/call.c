/* call.c - see the header. Problems with remainders of every kind, small enough for every kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"
#include "data.h"

static const char *const problems[] = {"g4mb3_ic24oc40_ih13kh3ph1", "g8mb2_ic8oc16_ih17kh5sh2ph2",
                                       "g2mb2_ic34oc6_ih9kh1", "mb1_ic17oc33_ih12kh3dh1ph2"};

void *call_memory(size_t bytes) {
  void *memory = aligned_alloc(64, bytes / 64 * 64 + 64);
  assert_non_null(memory);
  memset(memory, 0, bytes);
  return memory;
}

void call_fill(call *c, gconv_plan *plan, uint64_t seed) {
  *c = (call){.plan = plan};
  gconv_buffer *const buffers[] = {&c->args.src, &c->args.wei, &c->args.dst, &c->args.packed, &c->args.workspace};
  for (int b = 0; b < GCONV_TENSORS + 2; b++) {
    const size_t bytes = b < GCONV_TENSORS    ? gconv_plan_tensor_bytes(plan, (gconv_tensor)b)
                         : b == GCONV_TENSORS ? plan->packed_bytes
                                              : plan->workspace_bytes;
    *buffers[b] = (gconv_buffer){c->memory[b] = call_memory(bytes), bytes};
    if (b < GCONV_TENSORS) data_fill_real(c->memory[b], (int64_t)(bytes / sizeof(float)), data_seed(seed, b));
  }
  if (plan->problem.direction != GCONV_BWD_W)
    assert_ok(gconv_pack_weights(plan, c->args.wei, c->args.packed), plan->kernel->name);
}

bool call_create(call *c, const char *kernel, const char *descriptor, gconv_direction direction, gconv_env env) {
  const gconv_problem p = problem_of(descriptor, direction);
  gconv_plan *plan;
  *c = (call){0};
  if (gconv_plan_create(kernel, &p, &env, &plan)) return false;
  call_fill(c, plan, 1);
  return true;
}

void call_empty(call *c) {
  for (int b = 0; b < GCONV_TENSORS + 2; b++) free(c->memory[b]);
}

void call_free(call *c) {
  call_empty(c);
  gconv_plan_destroy(c->plan);
}

const gconv_buffer *call_try(call *c) {
  if (gconv_execute(c->plan, &c->args)) return NULL;
  const gconv_direction direction = c->plan->problem.direction;
  if (direction == GCONV_BWD_W && gconv_unpack_weights(c->plan, c->args.packed, c->args.wei)) return NULL;
  const gconv_buffer *const tensors[] = {&c->args.src, &c->args.wei, &c->args.dst};
  return tensors[gconv_written_tensor(direction)];
}

const gconv_buffer *call_result(call *c) {
  const gconv_buffer *result = call_try(c);
  if (!result) fail_msg("%s: %s", c->plan->kernel->name, gconv_last_error());
  return result;
}

void call_each_kernel(kernel_test test) {
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t e = 0; e < count; e++)
    for (size_t i = 0; i < ROWS(problems) && !entries[e].missing; i++)
      for (int d = 0; d < GCONV_DIRECTIONS; d++) test(entries[e].name, problems[i], (gconv_direction)d);
}
