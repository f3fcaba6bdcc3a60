/* check.c - proves one kernel right on one case: strict calls, and every element of their results compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "check.h"
#include "strict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

check_result check_refusal(gconv_status status) {
  if (status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY)
    return strict_verdict(CHECK_SKIPPED, "%s", gconv_last_error());
  return strict_verdict(CHECK_FAIL, "plan: %s: %s", gconv_status_name(status), gconv_last_error());
}

static check_result check_under(const check_case *c, const gconv_plan *plan, strict_conditions how) {
  if (check_memory(c, plan->packed_bytes + plan->workspace_bytes)) return check_refusal(GCONV_NO_MEMORY);
  float *result = malloc((size_t)c->elems[gconv_written_tensor(c->problem.direction)] * sizeof *result);
  if (!result) return strict_verdict(CHECK_SKIPPED, "no memory for the result in plain layout");
  check_result r = strict_run(plan, (const float *const *)c->tensor, how, result);
  if (r.verdict == CHECK_PASS) r = check_compare(c, plan->kernel, result);
  free(result);
  if (r.verdict == CHECK_PASS) snprintf(r.reason, sizeof r.reason, "%s", plan->text);
  return r;
}

/* Exact cases put tensors on odd 4-byte addresses: 4 is all the interface promises to kernels. */
check_result check_plan(const check_case *c, const gconv_plan *plan) {
  if (c->mode == CHECK_DENORMAL && plan->kernel->numeric == GCONV_TRANSFORM)
    return strict_verdict(CHECK_SKIPPED, "a transform keeps no digits of denormal numbers");
  return check_under(c, plan, (strict_conditions){.skew = c->mode == CHECK_EXACT ? sizeof(float) : 0});
}

check_result check_guards(const check_case *c, const gconv_plan *plan) {
  static const strict_conditions conditions[] = {
      {.place = GUARD_PAGE_AFTER, .leftovers = STRICT_NUMBERS},
      {.place = GUARD_PAGE_BEFORE, .leftovers = STRICT_ZEROS},
  };
  check_result r = {.verdict = CHECK_PASS};
  for (size_t i = 0; i < sizeof conditions / sizeof *conditions && r.verdict == CHECK_PASS; i++)
    r = check_under(c, plan, conditions[i]);
  return r;
}

/* As many as a fault that shows in every fiftieth call takes, fewer where tensors are large. */
check_result check_calls(const check_case *c, const gconv_plan *plan, const strict_observer *observer) {
  enum { CALLS = 64, LEAST_CALLS = 3, BYTES = 8 << 20 };
  size_t bytes = plan->workspace_bytes + plan->packed_bytes + 1;
  for (int t = 0; t < GCONV_TENSORS; t++) bytes += plan->tensor_bytes[t];
  const int affordable = BYTES / bytes < CALLS ? (int)(BYTES / bytes) : CALLS;
  return check_under(
      c, plan, (strict_conditions){.calls = affordable < LEAST_CALLS ? LEAST_CALLS : affordable, .observer = observer});
}

check_result check_kernel(const check_case *c, const char *kernel, const gconv_env *env) {
  gconv_plan *plan;
  const gconv_status status = gconv_plan_create(kernel, &c->problem, env, &plan);
  if (status) return check_refusal(status);
  check_result result = check_plan(c, plan);
  if (result.verdict == CHECK_PASS && c->mode == CHECK_EXACT) {
    const check_result guards = check_guards(c, plan);
    if (guards.verdict != CHECK_PASS) result = guards;
  }
  gconv_plan_destroy(plan);
  return result;
}

unsigned check_variants(const char *kernel, unsigned isa_mask) {
  unsigned found = 0;
  for (int isa = 0; isa < GCONV_ISAS; isa++) {
    const gconv_kernel *variant = gconv_kernel_find(kernel, 1u << isa);
    if (variant) found |= 1u << variant->isa;
  }
  return found & isa_mask & gconv_isa_detect();
}

/* The file that brought a kernel, or NULL. */
static const char *plugin_of(const char *kernel) {
  const size_t length = strcspn(kernel, "@");
  size_t count;
  const gconv_entry *entries = gconv_registry(&count);
  for (size_t i = 0; i < count; i++)
    if (strlen(entries[i].name) == length && !memcmp(entries[i].name, kernel, length)) return entries[i].plugin;
  return NULL;
}

int check_repro(const check_case *c, const char *kernel, const gconv_env *env, char *text, size_t size) {
  char descriptor[GCONV_TEXT_MAX], isas[64] = "";
  gconv_problem_print(&c->problem, descriptor, sizeof descriptor);
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    if (env->isa_mask & 1u << isa) {
      const size_t used = strlen(isas);
      snprintf(isas + used, sizeof isas - used, "%s%s", used ? "," : " --isa=", gconv_isa_name((gconv_isa)isa));
    }
  const char *plugin = plugin_of(kernel);
  return snprintf(
      text, size, "gconv-check%s%s --problems=%s --kernels=%s --dir=%s --layout=%s%s --threads=%d --seed=%llu",
      plugin ? " --plugin=" : "", plugin ? plugin : "", descriptor, kernel, gconv_direction_name(c->problem.direction),
      gconv_layout_name(env->layout), isas, env->threads ? env->threads : 1, (unsigned long long)c->seed);
}
