/* plan.c - the life of a plan: choose the variant, fill defaults, state memory, convert layouts around the kernel. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "core/arguments.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/registry.h"
#include "core/workspace.h"

#include <stdlib.h>
#include <string.h>

static const size_t env_first = offsetof(gconv_env, memory_bytes) + sizeof(uint64_t); /* of version 0.1 */

/* What the program knows of gconv_env; fields it knows and this library does not must ask for nothing. */
static gconv_status copy_env(const gconv_env *given, gconv_env *env) {
  const size_t size = given->size ? given->size : env_first;
  if (size < env_first)
    return gconv_error(GCONV_INVALID, "env has the size %zu, the smallest there has been is %zu", size, env_first);
  for (size_t i = sizeof *env; i < size; i++)
    if (((const char *)given)[i])
      return gconv_error(GCONV_UNSUPPORTED,
                         "env asks for what libgconv %s does not know: of its %zu bytes, byte %zu is not 0",
                         gconv_version(), size, i);
  memcpy(env, given, size < sizeof *env ? size : sizeof *env);
  env->size = sizeof *env;
  return GCONV_OK;
}

static gconv_status fill_env(gconv_env *env) {
  if (env->threads == 0) env->threads = 1;
  if (env->threads < 0 || env->threads > 4096)
    return gconv_error(GCONV_INVALID, "threads is %d, must be 1 to 4096", env->threads);
  if ((unsigned)env->layout >= GCONV_LAYOUTS)
    return gconv_error(GCONV_INVALID, "layout is %d, not a layout", (int)env->layout);
  gconv_status status = gconv_isa_allow(env->isa_mask, gconv_isa_detect(), &env->isa_mask);
  if (status) return status;
  if (!env->caches.l1d) env->caches = gconv_caches_detect();
  if (!env->memory_bytes) env->memory_bytes = gconv_memory_bytes();
  return GCONV_OK;
}

static size_t bytes_of(const gconv_plan *plan, int64_t elements) {
  return (size_t)elements * gconv_dtype_bytes(plan->problem.dtype);
}

static size_t activation_bytes(const gconv_plan *plan, gconv_tensor tensor, gconv_layout layout) {
  return bytes_of(plan, gconv_layout_elems(layout, gconv_tensor_dims(&plan->problem, tensor)));
}

static size_t native_bytes(const gconv_plan *plan, gconv_tensor tensor) {
  return activation_bytes(plan, tensor, tensor == GCONV_SRC ? plan->native_src_layout : plan->native_dst_layout);
}

static bool staged(const gconv_plan *plan, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? plan->src_layout != plan->native_src_layout
                             : plan->dst_layout != plan->native_dst_layout;
}

/* Settles everything in bytes: the tensors, and the workspace of execute, which is the kernel's own and then a native
 * copy of each tensor whose layout the caller chose otherwise. Refuses what the machine cannot hold. */
static gconv_status settle_memory(gconv_plan *plan) {
  plan->tensor_bytes[GCONV_SRC] = activation_bytes(plan, GCONV_SRC, plan->src_layout);
  plan->tensor_bytes[GCONV_DST] = activation_bytes(plan, GCONV_DST, plan->dst_layout);
  plan->tensor_bytes[GCONV_WEI] = bytes_of(plan, gconv_problem_count(&plan->problem).params);
  gconv_book book = {0};
  gconv_book_add(&book, plan->kernel_workspace_bytes);
  plan->staging[0] = gconv_book_add(&book, staged(plan, GCONV_SRC) ? native_bytes(plan, GCONV_SRC) : 0);
  plan->staging[1] = gconv_book_add(&book, staged(plan, GCONV_DST) ? native_bytes(plan, GCONV_DST) : 0);
  plan->workspace_bytes = book.bytes;
  uint64_t need = (uint64_t)plan->packed_bytes + plan->workspace_bytes;
  for (int t = 0; t < GCONV_TENSORS; t++) need += plan->tensor_bytes[t];
  if (need <= plan->env.memory_bytes) return GCONV_OK;
  return gconv_error(GCONV_NO_MEMORY, "%s needs %llu bytes (tensors, packed weights, workspace), the limit is %llu",
                     plan->kernel->name, (unsigned long long)need, (unsigned long long)plan->env.memory_bytes);
}

static gconv_status make_plan(gconv_plan *plan) {
  const gconv_kernel *kernel = plan->kernel;
  const gconv_problem *p = &plan->problem;
  const gconv_counts counts = gconv_problem_count(p);
  gconv_status status = gconv_kernel_accept(kernel, p);
  if (status) return status;
  if (plan->param[0] && !kernel->params)
    return gconv_error(GCONV_INVALID, "%s takes no parameter, '@%s' was given", kernel->name, plan->param);
  const char *why_not = kernel->supports ? kernel->supports(p) : NULL;
  if (why_not) return gconv_error(GCONV_UNSUPPORTED, "%s: %s", kernel->name, why_not);

  plan->src_layout = plan->dst_layout = plan->env.layout ? plan->env.layout : GCONV_NCHW;
  plan->native_src_layout = plan->native_dst_layout = GCONV_NCHW;
  plan->deterministic = true;
  plan->executed_macs = counts.macs_nominal;
  plan->useful_macs = counts.macs;
  status = settle_memory(plan); /* the tensors alone: kernels may allocate while they plan */
  if (!status) status = kernel->plan(plan);
  if (status) return status;

  plan->src_layout = plan->env.layout ? plan->env.layout : plan->native_src_layout;
  plan->dst_layout = plan->env.layout ? plan->env.layout : plan->native_dst_layout;
  return settle_memory(plan);
}

gconv_status gconv_plan_create(const char *kernel_name, const gconv_problem *problem, const gconv_env *env,
                               gconv_plan **out) {
  if (out) *out = NULL;
  if (!kernel_name || !problem || !out)
    return gconv_error(GCONV_INVALID, "%s is NULL", !kernel_name ? "kernel_name" : !problem ? "problem" : "plan");
  gconv_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return gconv_error(GCONV_NO_MEMORY, "no memory for a plan of %zu bytes", sizeof *plan);
  plan->problem = *problem;
  gconv_status status = gconv_problem_init(&plan->problem);
  if (!status && env) status = copy_env(env, &plan->env);
  if (!status) status = fill_env(&plan->env);
  if (!status) status = gconv_kernel_select(kernel_name, plan->env.isa_mask, &plan->kernel);
  const char *at = strchr(kernel_name, '@');
  if (!status && at && strlen(at + 1) >= sizeof plan->param)
    status = gconv_error(GCONV_INVALID, "parameter '%s' is longer than %zu characters", at + 1, sizeof plan->param - 1);
  if (!status) {
    strcpy(plan->param, at ? at + 1 : "");
    status = make_plan(plan);
  }
  if (status)
    gconv_plan_destroy(plan);
  else
    *out = plan;
  return status;
}

void gconv_plan_destroy(gconv_plan *plan) {
  if (!plan) return;
  if (plan->kernel && plan->kernel->release) plan->kernel->release(plan);
  free(plan);
}

gconv_status gconv_pack_weights(const gconv_plan *plan, gconv_buffer wei, gconv_buffer packed) {
  gconv_status status = gconv_check_weights(plan, wei, packed, true);
  if (status) return status;
  if (plan->problem.direction == GCONV_BWD_W)
    return gconv_error(GCONV_INVALID, "bwd_w writes the weights: unpack, do not pack");
  if (plan->packed_bytes) plan->kernel->pack(plan, wei.data, packed.data);
  return GCONV_OK;
}

gconv_status gconv_unpack_weights(const gconv_plan *plan, gconv_buffer packed, gconv_buffer wei) {
  gconv_status status = gconv_check_weights(plan, wei, packed, false);
  if (status) return status;
  if (plan->problem.direction != GCONV_BWD_W)
    return gconv_error(GCONV_INVALID, "only bwd_w writes the weights: pack, do not unpack");
  if (plan->packed_bytes) plan->kernel->unpack(plan, packed.data, wei.data);
  return GCONV_OK;
}

/* Converts `tensor` between the caller's and the kernel's layout, timed as its stage. */
static void convert(const gconv_plan *plan, gconv_tensor tensor, bool to_native, gconv_buffer outer,
                    gconv_buffer native, gconv_clock *clock) {
  const gconv_layout outer_layout = tensor == GCONV_SRC ? plan->src_layout : plan->dst_layout;
  const gconv_layout native_layout = tensor == GCONV_SRC ? plan->native_src_layout : plan->native_dst_layout;
  const gconv_dims dims = gconv_tensor_dims(&plan->problem, tensor);
  const uint64_t start = gconv_tick(clock);
  if (to_native)
    gconv_layout_convert(dims, outer_layout, outer.data, native_layout, native.data, plan->env.threads);
  else
    gconv_layout_convert(dims, native_layout, native.data, outer_layout, outer.data, plan->env.threads);
  gconv_tock_all(clock, to_native ? GCONV_STAGE_PACK_SRC : GCONV_STAGE_UNPACK_DST, start);
}

gconv_status gconv_execute(const gconv_plan *plan, const gconv_args *args) {
  gconv_status status = gconv_check_args(plan, args);
  if (status) return status;
  const gconv_tensor written = gconv_written_tensor(plan->problem.direction);
  gconv_args inner = *args;
  static const gconv_tensor activations[2] = {GCONV_SRC, GCONV_DST};
  gconv_buffer *const tensors[2] = {&inner.src, &inner.dst};
  for (int i = 0; i < 2; i++) {
    if (!staged(plan, activations[i])) continue;
    const gconv_buffer outer = *tensors[i];
    *tensors[i] =
        (gconv_buffer){gconv_grant(args->workspace.data, plan->staging[i]), native_bytes(plan, activations[i])};
    if (activations[i] != written) convert(plan, activations[i], true, outer, *tensors[i], args->clock);
  }
  status = plan->kernel->execute(plan, &inner);
  for (int i = 0; i < 2 && !status; i++)
    if (staged(plan, activations[i]) && activations[i] == written)
      convert(plan, activations[i], false, i ? args->dst : args->src, *tensors[i], args->clock);
  return status;
}
