/* check.c - runs one kernel as a strict caller would: buffers of exactly the stated size between red zones, poison in
 * everything that is to be written, plain weights withheld once they are packed, nothing but the result changed. */
#include "check.h"
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKED = GCONV_TENSORS, WORKSPACE, BUFFERS };

static const char *const buffer_names[BUFFERS] = {"src", "wei", "dst", "packed", "workspace"};

typedef struct {
  const check_case *c;
  const gconv_plan *plan;
  gconv_tensor written;
  guarded_buffer buffer[BUFFERS];
  uint64_t fingerprint[BUFFERS];
} run;

static check_result verdict(check_verdict v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static check_result verdict(check_verdict v, const char *format, ...) {
  check_result r = {.verdict = v, .worst = -1};
  va_list args;
  va_start(args, format);
  vsnprintf(r.reason, sizeof r.reason, format, args);
  va_end(args);
  return r;
}

/* Exact cases put tensors on odd 4-byte addresses: 4 is all the interface promises to kernels. */
static bool allocate(run *r) {
  const size_t skew = r->c->mode == CHECK_EXACT ? sizeof(float) : 0;
  bool ok = true;
  for (int t = 0; t < GCONV_TENSORS; t++)
    ok &= guarded_alloc(&r->buffer[t], gconv_plan_tensor_bytes(r->plan, (gconv_tensor)t), skew);
  ok &= guarded_alloc(&r->buffer[PACKED], r->plan->packed_bytes, 0);
  return ok & guarded_alloc(&r->buffer[WORKSPACE], r->plan->workspace_bytes, 0);
}

static gconv_layout layout_of(const gconv_plan *plan, gconv_tensor tensor) {
  return tensor == GCONV_SRC ? plan->src_layout : plan->dst_layout;
}

static void fill_inputs(run *r) {
  const gconv_tensor activations[] = {GCONV_SRC, GCONV_DST};
  for (int i = 0; i < 2; i++) {
    const gconv_tensor t = activations[i];
    if (t != r->written)
      gconv_layout_convert(gconv_tensor_dims(&r->c->problem, t), GCONV_NCHW, r->c->tensor[t], layout_of(r->plan, t),
                           r->buffer[t].user.data, r->plan->env.threads);
  }
  if (r->written != GCONV_WEI)
    memcpy(r->buffer[GCONV_WEI].user.data, r->c->tensor[GCONV_WEI], r->buffer[GCONV_WEI].user.bytes);
}

static void remember(run *r) {
  for (int b = 0; b < BUFFERS; b++) r->fingerprint[b] = guarded_fingerprint(&r->buffer[b]);
}

/* Red zones intact, and every buffer as remembered but those in `writable` (a bit mask). */
static check_result inspect(const run *r, const char *step, unsigned writable) {
  for (int b = 0; b < BUFFERS; b++) {
    const char *side = guarded_damage(&r->buffer[b]);
    if (side)
      return verdict(CHECK_FAIL, "%s wrote outside %s, %s its %zu bytes", step, buffer_names[b], side,
                     r->buffer[b].user.bytes);
    if (!(writable & 1u << b) && guarded_fingerprint(&r->buffer[b]) != r->fingerprint[b])
      return verdict(CHECK_FAIL, "%s changed %s, which it may only read", step, buffer_names[b]);
  }
  return verdict(CHECK_PASS, "%s", "");
}

static check_result failed_call(const char *step, gconv_status status) {
  return verdict(CHECK_FAIL, "%s: %s: %s", step, gconv_status_name(status), gconv_last_error());
}

/* Where the plan says 0 bytes the interface allows {0}, so that is what kernels get. */
static gconv_buffer granted(const run *r, int buffer) {
  return r->buffer[buffer].user.bytes ? r->buffer[buffer].user : (gconv_buffer){0};
}

static check_result pack(run *r) {
  remember(r);
  const gconv_status status = gconv_pack_weights(r->plan, r->buffer[GCONV_WEI].user, granted(r, PACKED));
  return status ? failed_call("pack", status) : inspect(r, "pack", 1u << PACKED);
}

static check_result execute(run *r) {
  const bool packed = r->plan->packed_bytes > 0;
  const gconv_args args = {.src = r->buffer[GCONV_SRC].user,
                           .dst = r->buffer[GCONV_DST].user,
                           .wei = packed ? (gconv_buffer){0} : r->buffer[GCONV_WEI].user,
                           .packed = granted(r, PACKED),
                           .workspace = granted(r, WORKSPACE)};
  const int target = packed && r->written == GCONV_WEI ? PACKED : (int)r->written;
  remember(r);
  const gconv_status status = gconv_execute(r->plan, &args);
  return status ? failed_call("execute", status) : inspect(r, "execute", 1u << target | 1u << WORKSPACE);
}

static check_result unpack(run *r) {
  remember(r);
  const gconv_status status = gconv_unpack_weights(r->plan, granted(r, PACKED), r->buffer[GCONV_WEI].user);
  const unsigned writable = r->plan->packed_bytes ? 1u << GCONV_WEI : 0;
  return status ? failed_call("unpack", status) : inspect(r, "unpack", writable);
}

static check_result compare(const run *r) {
  const float *got = r->buffer[r->written].user.data;
  if (r->written == GCONV_WEI) return check_compare(r->c, r->plan->kernel, got);
  float *plain = malloc((size_t)r->c->elems[r->written] * sizeof *plain);
  if (!plain) return verdict(CHECK_SKIPPED, "no memory for the result in plain layout");
  gconv_layout_convert(gconv_tensor_dims(&r->c->problem, r->written), layout_of(r->plan, r->written), got, GCONV_NCHW,
                       plain, r->plan->env.threads);
  const check_result result = check_compare(r->c, r->plan->kernel, plain);
  free(plain);
  return result;
}

static check_result run_steps(run *r) {
  fill_inputs(r);
  check_result result = {.verdict = CHECK_PASS};
  if (r->written != GCONV_WEI) result = pack(r);
  if (result.verdict == CHECK_PASS) result = execute(r);
  if (result.verdict == CHECK_PASS && r->written == GCONV_WEI) result = unpack(r);
  return result.verdict == CHECK_PASS ? compare(r) : result;
}

check_result check_plan(const check_case *c, const gconv_plan *plan) {
  run r = {.c = c, .plan = plan, .written = gconv_written_tensor(c->problem.direction)};
  check_result result = allocate(&r)
                            ? run_steps(&r)
                            : verdict(CHECK_SKIPPED, "no memory for packed weights of %zu and workspace of %zu bytes",
                                      plan->packed_bytes, plan->workspace_bytes);
  for (int b = 0; b < BUFFERS; b++) guarded_free(&r.buffer[b]);
  if (result.verdict == CHECK_PASS) snprintf(result.reason, sizeof result.reason, "%s", plan->text);
  return result;
}

check_result check_kernel(const check_case *c, const char *kernel, const gconv_env *env) {
  gconv_plan *plan;
  const gconv_status status = gconv_plan_create(kernel, &c->problem, env, &plan);
  if (status == GCONV_UNSUPPORTED || status == GCONV_NO_MEMORY) return verdict(CHECK_SKIPPED, "%s", gconv_last_error());
  if (status) return failed_call("plan", status);
  const check_result result = check_plan(c, plan);
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

int check_repro(const check_case *c, const char *kernel, const gconv_env *env, char *text, size_t size) {
  char descriptor[GCONV_TEXT_MAX], isas[64] = "";
  gconv_problem_print(&c->problem, descriptor, sizeof descriptor);
  for (int isa = 0; isa < GCONV_ISAS; isa++)
    if (env->isa_mask & 1u << isa) {
      const size_t used = strlen(isas);
      snprintf(isas + used, sizeof isas - used, "%s%s", used ? "," : " --isa=", gconv_isa_name((gconv_isa)isa));
    }
  return snprintf(text, size, "gconv-check --problems=%s --kernels=%s --dir=%s --layout=%s%s --threads=%d --seed=%llu",
                  descriptor, kernel, gconv_direction_name(c->problem.direction), gconv_layout_name(env->layout), isas,
                  env->threads ? env->threads : 1, (unsigned long long)c->seed);
}
