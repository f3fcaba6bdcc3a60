/* call.h - a plan with buffers of its own for tests that execute plans without the harness, which would hide from them
 * what they are about: bits, several users, the clock. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_CALL_H
#define GCONV_TESTS_CALL_H

#include "common.h"

typedef struct {
  gconv_plan *plan;
  gconv_args args;
  void *memory[GCONV_TENSORS + 2];
} call;

/* Zeroed; to be freed with free. */
void *call_memory(size_t bytes);

/* False where the kernel does not do the problem. */
bool call_create(call *c, const char *kernel, const char *descriptor, gconv_direction direction, gconv_env env);
void call_free(call *c);

/* Buffers for a plan that another call may own, inputs that follow from `seed`, weights packed. */
void call_fill(call *c, gconv_plan *plan, uint64_t seed);
void call_empty(call *c); /* all but the plan */

/* Executes; the tensor that it writes. The second may be called on any thread and gives NULL where something failed. */
const gconv_buffer *call_result(call *c);
const gconv_buffer *call_try(call *c);

typedef void (*kernel_test)(const char *kernel, const char *descriptor, gconv_direction direction);

/* Every kernel of the build on a few problems, in every direction. */
void call_each_kernel(kernel_test test);

#endif
